#include "domain/script/lua.h"

#include "base/text.h"
#include "domain/script/convert.h"
#include "domain/script/library.h"
#include "domain/script/meter.h"
#include "domain/script/source.h"
#include "vocab/reasons.h"

#include <fmt/format.h>
#include <lua.hpp>

#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace cinnabar::script {
namespace {

using expr::Value;
using expr::Variables;

// With this name Lua begins its messages with "script:LINE: ".
constexpr const char* kChunkName = "=script";
constexpr std::string_view kMessagePrefix = "script:";
constexpr std::size_t kMessageBytesMax = 1'000;

struct CloseState {
  void operator()(lua_State* state) const { lua_close(state); }
};
using State = std::unique_ptr<lua_State, CloseState>;

Error budget_error(const Meter& meter) {
  return make_error(Code::resource_exhausted, reasons::kScriptBudget,
                    meter.memory_error() ? "the script needs more memory than it may use"
                                         : "the script runs longer than it may");
}

// "script:3: attempt ..." becomes "line 3: attempt ...".
std::string message_at_top(lua_State* state) {
  if (lua_type(state, -1) != LUA_TSTRING) return "the script raised a value that is no text";
  std::size_t size = 0;
  const char* bytes = lua_tolstring(state, -1, &size);
  std::string text = to_valid_utf8(utf8_prefix({bytes, size}, kMessageBytesMax));
  if (!text.starts_with(kMessagePrefix)) return text;
  return "line " + text.substr(kMessagePrefix.size());
}

std::optional<Error> error_of(lua_State* state, Meter& meter, int status, Code code,
                              Reason reason) {
  if (status == LUA_OK) return std::nullopt;
  if (status == LUA_ERRMEM && !meter.exhausted()) meter.note_memory_error();
  if (meter.exhausted()) return budget_error(meter);
  return make_error(code, reason, message_at_top(state));
}

int load(lua_State* state, std::string_view source) {
  // Only text: bytecode is not checked by Lua.
  return luaL_loadbufferx(state, source.data(), source.size(), kChunkName, "t");
}

struct Start {
  std::string_view source;
  const Variables* visible;
};

constexpr int kGlobals = 1;
constexpr int kChunk = 2;

// Leaves the globals and the script on the stack. Runs inside of lua_pcall, so that running out of
// memory is an error like others; nothing with a destructor lives here.
int prepare(lua_State* state) {
  const auto* start = static_cast<const Start*>(lua_touserdata(state, 1));
  lua_settop(state, 0);
  open_references(state);
  open_library(state);
  for (const auto& [name, value] : *start->visible) {
    if (value.is_null()) continue;
    lua_pushlstring(state, name.data(), name.size());
    push_value(state, value);
    lua_rawset(state, kGlobals);
  }
  if (load(state, start->source) != LUA_OK) return lua_error(state);
  lua_pushvalue(state, kGlobals);
  lua_setupvalue(state, kChunk, 1);
  return 2;
}

// The global at the top is no variable: a part of the library, or a function the script defined.
bool is_part_of_script(lua_State* state, const std::string& name, const Variables& visible) {
  if (is_library(state, -1, name)) return true;
  const auto it = visible.find(name);
  return lua_isfunction(state, -1) && (it == visible.end() || it->second.is_null());
}

Error at_global(Error error, const std::string& name) {
  error.detail = fmt::format("global {}: {}", name, error.detail);
  error.subject = name;
  return error;
}

// Every global that is no longer what was visible. The order in which Lua walks its table must not
// show, so errors are told apart by name.
Result<Variables> changed_globals(lua_State* state, const Variables& visible, Reader& reader) {
  Variables changed;
  std::map<std::string, Value, std::less<>> now;
  std::map<std::string, Error, std::less<>> errors;
  lua_pushnil(state);
  for (; lua_next(state, kGlobals) != 0; lua_pop(state, 1)) {
    if (lua_type(state, -2) != LUA_TSTRING) {
      return make_error(Code::failed_precondition, reasons::kScriptFailed,
                        "a global has a name that is no text");
    }
    std::size_t size = 0;
    const char* bytes = lua_tolstring(state, -2, &size);
    const std::string name = to_valid_utf8({bytes, size});
    if (is_part_of_script(state, name, visible)) continue;
    if (size > limits::kNameBytesMax || !is_utf8({bytes, size})) {
      errors.emplace(name, make_error(Code::failed_precondition, reasons::kScriptFailed,
                                      "the name is too long or no UTF-8"));
      continue;
    }
    const auto it = visible.find(name);
    auto value = reader.read(lua_gettop(state), it == visible.end() ? nullptr : &it->second);
    if (value) {
      now.emplace(name, *std::move(value));
    } else {
      errors.emplace(name, std::move(value).error());
    }
  }
  if (!errors.empty()) return at_global(std::move(errors.begin()->second), errors.begin()->first);
  for (const auto& [name, value] : visible) {
    if (!value.is_null() && !now.contains(name)) changed.emplace(name, Value{});
  }
  for (auto& [name, value] : now) {
    const auto it = visible.find(name);
    if (it == visible.end() ? !value.is_null() : !(it->second == value)) {
      changed.emplace(name, std::move(value));
    }
  }
  return changed;
}

}  // namespace

Result<Script> Script::compile(std::string_view source) {
  if (source.size() > limits::kScriptBytesMax) {
    return make_error(Code::invalid_argument, reasons::kScriptInvalid,
                      fmt::format("a script has at most {} bytes", limits::kScriptBytesMax));
  }
  Meter meter{Budget{}, source.size()};
  const State state{lua_newstate(&Meter::allocate, &meter)};
  if (state == nullptr) return budget_error(meter);
  if (auto error = error_of(state.get(), meter, load(state.get(), source), Code::invalid_argument,
                            reasons::kScriptInvalid)) {
    return *std::move(error);
  }
  CINNABAR_TRY(std::string prepared, prepare_source(source));
  if (auto error = error_of(state.get(), meter, load(state.get(), prepared), Code::invalid_argument,
                            reasons::kScriptInvalid)) {
    return *std::move(error);
  }
  return Script{std::make_shared<const std::string>(source),
                std::make_shared<const std::string>(std::move(prepared))};
}

Result<Outcome> Script::run(const Variables& visible, const Budget& budget) const {
  Meter meter{budget, source_->size()};
  const State state{lua_newstate(&Meter::allocate, &meter)};
  lua_State* lua = state.get();
  if (lua == nullptr) {
    meter.note_memory_error();
    return budget_error(meter);
  }
  Start start{.source = *source_, .visible = &visible};
  lua_pushcfunction(lua, prepare);
  lua_pushlightuserdata(lua, &start);
  int status = lua_pcall(lua, 1, 2, 0);
  if (status == LUA_OK) {
    meter.start(lua);
    status = lua_pcall(lua, 0, 1, 0);
    lua_sethook(lua, nullptr, 0, 0);
  }
  if (auto error =
          error_of(lua, meter, status, Code::failed_precondition, reasons::kScriptFailed)) {
    return *std::move(error);
  }
  Reader reader{lua};
  Outcome outcome;
  auto result = reader.read(lua_gettop(lua), nullptr);
  if (!result) return std::move(result).error();
  outcome.result = *std::move(result);
  CINNABAR_TRY(outcome.changed, changed_globals(lua, visible, reader));
  return outcome;
}

}  // namespace cinnabar::script
