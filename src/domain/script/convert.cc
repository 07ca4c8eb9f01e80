#include "domain/script/convert.h"

#include "base/text.h"
#include "domain/script/iso_text.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace cinnabar::script {
namespace {

using expr::Value;

constexpr const char* kReferenceKind = "cinnabar.reference";
// Its address is the null of lists.
constexpr char kNullPlace = 0;

// What Lua holds of a value that only compares and passes through.
struct Reference {
  const Value* value;
};

const Reference* reference_at(lua_State* state, int index) {
  // A script can neither make userdata nor see another kind of it.
  if (lua_type(state, index) != LUA_TUSERDATA) return nullptr;
  return static_cast<const Reference*>(lua_touserdata(state, index));
}

int equal_references(lua_State* state) {
  const Reference* a = reference_at(state, 1);
  const Reference* b = reference_at(state, 2);
  lua_pushboolean(state, a != nullptr && b != nullptr && *a->value == *b->value ? 1 : 0);
  return 1;
}

Error script_failed(std::string detail) {
  return make_error(Code::failed_precondition, reasons::kScriptFailed, std::move(detail));
}

double to_double(const Decimal& decimal) {
  const std::string& text = decimal.text();
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void push_text(lua_State* state, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    luaL_error(state, "a variable holds a text with the character of value zero");
  }
  lua_pushlstring(state, text.data(), text.size());
}

// Nothing with a destructor lives here: Lua leaves this function by a jump when memory ends.
void push_at_depth(lua_State* state, const Value& value, int depth) {
  if (depth > limits::kScriptValueDepthMax) {
    luaL_error(state, "a variable is deeper than %d levels", limits::kScriptValueDepthMax);
  }
  luaL_checkstack(state, 4, "variables");
  if (value.is_null()) {
    lua_pushnil(state);
  } else if (const auto* flag = value.get<bool>()) {
    lua_pushboolean(state, *flag ? 1 : 0);
  } else if (const auto* decimal = value.get<Decimal>()) {
    const auto whole = decimal->to_int();
    whole ? lua_pushinteger(state, *whole) : lua_pushnumber(state, to_double(*decimal));
  } else if (const auto* text = value.get<std::string>()) {
    push_text(state, *text);
  } else if (const auto* list = value.list()) {
    const auto size = std::min(list->size(), limits::kScriptValueItemsMax);
    lua_createtable(state, static_cast<int>(size), 0);
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Value& item = (*list)[i];
      item.is_null() ? push_null(state) : push_at_depth(state, item, depth + 1);
      lua_rawseti(state, -2, static_cast<lua_Integer>(i + 1));
    }
  } else if (const auto* context = value.context()) {
    const auto size = std::min(context->size(), limits::kScriptValueItemsMax);
    lua_createtable(state, 0, static_cast<int>(size));
    for (const Value::Entry& entry : *context) {
      push_text(state, entry.first);
      push_at_depth(state, entry.second, depth + 1);
      lua_rawset(state, -3);
    }
  } else if (const IsoText iso = iso_text(value); iso.size > 0) {
    lua_pushlstring(state, iso.bytes.data(), iso.size);
  } else {
    auto* reference = static_cast<Reference*>(lua_newuserdatauv(state, sizeof(Reference), 0));
    reference->value = &value;
    luaL_setmetatable(state, kReferenceKind);
  }
}

std::optional<Decimal> to_decimal(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return Decimal::parse({text.data(), static_cast<std::size_t>(end.ptr - text.data())});
}

const Value* element(const Value* original, std::size_t index) {
  const Value::List* list = original == nullptr ? nullptr : original->list();
  return list == nullptr || index >= list->size() ? nullptr : &(*list)[index];
}

}  // namespace

void open_references(lua_State* state) {
  luaL_newmetatable(state, kReferenceKind);
  lua_pushcfunction(state, equal_references);
  lua_setfield(state, -2, "__eq");
  lua_pop(state, 1);
}

void push_value(lua_State* state, const Value& value) {
  push_at_depth(state, value, 0);
}

bool push_reference_text(lua_State* state, int index) {
  const Reference* reference = reference_at(state, index);
  if (reference == nullptr) return false;
  if (const auto* user = reference->value->get<UserRef>()) {
    lua_pushfstring(state, "user:%I", static_cast<lua_Integer>(user->user.value()));
  } else if (const auto* group = reference->value->get<GroupRef>()) {
    lua_pushfstring(state, "group:%I", static_cast<lua_Integer>(group->group.value()));
  } else if (const auto* assignee = reference->value->get<AssigneeRef>()) {
    lua_pushfstring(state, "assignee:%I:%I", static_cast<lua_Integer>(assignee->group.value()),
                    static_cast<lua_Integer>(assignee->user.value()));
  } else if (const auto* file = reference->value->get<FileRef>()) {
    lua_pushfstring(state, "file:%I", static_cast<lua_Integer>(file->attachment.value()));
  } else {
    lua_pushstring(state, "range");
  }
  return true;
}

void push_null(lua_State* state) {
  lua_pushlightuserdata(state, const_cast<char*>(&kNullPlace));
}

bool is_null(lua_State* state, int index) {
  return lua_isnoneornil(state, index) || (lua_type(state, index) == LUA_TLIGHTUSERDATA &&
                                           lua_touserdata(state, index) == &kNullPlace);
}

struct Reader::Shape {
  std::size_t size = 0;
  std::int64_t index_max = 0;
  std::size_t names = 0;
};

Result<Value> Reader::read(int index, const Value* original, int depth) {
  if (depth > limits::kScriptValueDepthMax) {
    return script_failed(fmt::format("a table is deeper than {} levels, or holds itself",
                                     limits::kScriptValueDepthMax));
  }
  if (++items_ > limits::kScriptValueItemsMax) {
    return script_failed(
        fmt::format("the values hold more than {} items", limits::kScriptValueItemsMax));
  }
  if (is_null(state_, index)) return Value{};
  switch (lua_type(state_, index)) {
    case LUA_TBOOLEAN:
      return Value{lua_toboolean(state_, index) != 0};
    case LUA_TNUMBER: {
      if (lua_isinteger(state_, index) != 0) {
        return Value{static_cast<std::int64_t>(lua_tointeger(state_, index))};
      }
      const double number = lua_tonumber(state_, index);
      const auto* was = original == nullptr ? nullptr : original->get<Decimal>();
      if (was != nullptr && !was->to_int() && to_double(*was) == number) return *original;
      auto decimal = to_decimal(number);
      if (!decimal) return script_failed("a number is infinite, undefined or out of range");
      return Value{*std::move(decimal)};
    }
    case LUA_TSTRING:
      return read_text(index, original);
    case LUA_TTABLE:
      return read_table(index, original, depth);
    case LUA_TUSERDATA:
      return *reference_at(state_, index)->value;
    default:
      return script_failed("a value is a function, which cannot be kept");
  }
}

Result<Value> Reader::read_text(int index, const Value* original) {
  std::size_t size = 0;
  const char* bytes = lua_tolstring(state_, index, &size);
  const std::string_view text{bytes, size};
  bytes_ += size;
  if (bytes_ > limits::kRecordBytesMax) {
    return script_failed(
        fmt::format("the values hold more than {} bytes of text", limits::kRecordBytesMax));
  }
  if (original != nullptr && size > 0 && iso_text(*original).view() == text) return *original;
  if (!is_utf8(text)) return script_failed("a text is no UTF-8");
  return Value{std::string{text}};
}

Result<Reader::Shape> Reader::shape_of(int index) {
  Shape shape;
  lua_pushnil(state_);
  while (lua_next(state_, index) != 0) {
    lua_pop(state_, 1);
    if (++shape.size > limits::kScriptValueItemsMax) break;
    if (lua_isinteger(state_, -1) != 0) {
      const std::int64_t place = lua_tointeger(state_, -1);
      shape.index_max = std::max(shape.index_max, place < 1 ? INT64_MAX : place);
      continue;
    }
    if (lua_type(state_, -1) != LUA_TSTRING) {
      lua_pop(state_, 1);
      return script_failed("a table has a key that is neither a text nor a whole number");
    }
    std::size_t size = 0;
    const char* bytes = lua_tolstring(state_, -1, &size);
    bytes_ += size;
    if (bytes_ > limits::kRecordBytesMax || !is_utf8({bytes, size})) {
      lua_pop(state_, 1);
      return script_failed("a table has a key that is no UTF-8, or too long ones");
    }
    ++shape.names;
  }
  if (shape.size > limits::kScriptValueItemsMax) {
    lua_pop(state_, 1);
    return script_failed(
        fmt::format("a table has more than {} items", limits::kScriptValueItemsMax));
  }
  return shape;
}

Result<Value> Reader::read_table(int index, const Value* original, int depth) {
  if (lua_checkstack(state_, 4) == 0) {
    return make_error(Code::resource_exhausted, reasons::kScriptBudget, "memory for the values");
  }
  CINNABAR_TRY(const Shape shape, shape_of(index));
  if (shape.size == 0) {
    const bool was_context = original != nullptr && original->context() != nullptr;
    return was_context ? read_context(index, original, depth) : Value{Value::List{}};
  }
  if (shape.names == shape.size) return read_context(index, original, depth);
  if (shape.names != 0) {
    return script_failed("a table has both text keys and numbers; use one or the other");
  }
  if (shape.index_max != static_cast<std::int64_t>(shape.size)) {
    return script_failed("a list must be numbered from 1 without holes; put null in their place");
  }
  return read_list(index, shape.size, original, depth);
}

Result<Value> Reader::read_list(int index, std::size_t size, const Value* original, int depth) {
  Value::List list;
  list.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    lua_rawgeti(state_, index, static_cast<lua_Integer>(i + 1));
    auto item = read(lua_gettop(state_), element(original, i), depth + 1);
    lua_pop(state_, 1);
    if (!item) return std::move(item).error();
    list.push_back(*std::move(item));
  }
  return Value{std::move(list)};
}

// Known keys keep their order, new ones follow by their bytes: the order of a Lua table is
// nobody's.
Result<Value> Reader::read_context(int index, const Value* original, int depth) {
  const Value::Context* was = original == nullptr ? nullptr : original->context();
  std::map<std::string_view, const Value*> known;
  if (was != nullptr) {
    for (const auto& [name, value] : *was) known.emplace(name, &value);
  }
  std::map<std::string, Value, std::less<>> entries;
  std::map<std::string, Error, std::less<>> errors;
  lua_pushnil(state_);
  while (lua_next(state_, index) != 0) {
    std::size_t size = 0;
    const char* bytes = lua_tolstring(state_, -2, &size);
    const std::string_view name{bytes, size};
    const auto it = known.find(name);
    auto value = read(lua_gettop(state_), it == known.end() ? nullptr : it->second, depth + 1);
    if (value) {
      entries.emplace(name, *std::move(value));
    } else {
      errors.emplace(name, std::move(value).error());
    }
    lua_pop(state_, 1);
  }
  if (!errors.empty()) return std::move(errors.begin()->second);

  Value::Context context;
  context.reserve(entries.size());
  if (was != nullptr) {
    for (const auto& [name, value] : *was) {
      const auto it = entries.find(name);
      if (it != entries.end()) {
        context.emplace_back(name, std::move(it->second));
        entries.erase(it);
      } else if (value.is_null()) {
        context.emplace_back(name, Value{});
      }
    }
  }
  for (auto& [name, value] : entries) context.emplace_back(name, std::move(value));
  return Value{std::move(context)};
}

}  // namespace cinnabar::script
