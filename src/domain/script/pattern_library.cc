// string.find, match, gmatch and gsub.
#include "domain/script/library.h"
#include "domain/script/meter.h"
#include "domain/script/pattern.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace cinnabar::script {
namespace {

// Where to start, from the argument at `index`; behind the text when that is further.
std::size_t start_argument(lua_State* state, int index, std::size_t size) {
  const lua_Integer first = integer_argument(state, index, 1);
  const auto count = static_cast<lua_Integer>(size);
  if (first > 0) return static_cast<std::size_t>(std::min(first - 1, count + 1));
  if (first == 0 || first < -count) return 0;
  return static_cast<std::size_t>(count + first);
}

struct Found {
  std::size_t begin;
  std::size_t end;
};

// The first match at or behind `from`.
std::optional<Found> search(PatternMatcher& matcher, std::size_t from, std::size_t size) {
  for (std::size_t begin = from; begin <= size; ++begin) {
    if (const auto end = matcher.match(begin)) return Found{begin, *end};
    if (matcher.is_anchored()) break;
  }
  return std::nullopt;
}

// memmem takes linear time whatever the texts are.
int find_plainly(lua_State* state, std::string_view text, std::string_view wanted,
                 std::size_t from) {
  Meter::of(state).charge(state, static_cast<std::int64_t>((text.size() + wanted.size()) / 8));
  const std::string_view rest = text.substr(from);
  const void* at = memmem(rest.data(), rest.size(), wanted.data(), wanted.size());
  if (at == nullptr) {
    lua_pushnil(state);
    return 1;
  }
  const lua_Integer begin = static_cast<const char*>(at) - text.data();
  lua_pushinteger(state, begin + 1);
  lua_pushinteger(state, begin + static_cast<lua_Integer>(wanted.size()));
  return 2;
}

int find_or_match(lua_State* state, bool is_find) {
  const std::string_view text = text_argument(state, 1);
  const std::string_view pattern = text_argument(state, 2);
  const std::size_t from = start_argument(state, 3, text.size());
  if (from > text.size()) {
    lua_pushnil(state);
    return 1;
  }
  const bool is_plain = pattern.find_first_of("^$*+?.([%-") == std::string_view::npos;
  if (is_find && (is_plain || lua_toboolean(state, 4) != 0)) {
    return find_plainly(state, text, pattern, from);
  }
  PatternMatcher matcher{state, text, pattern};
  const auto found = search(matcher, from, text.size());
  if (!found) {
    lua_pushnil(state);
    return 1;
  }
  if (!is_find) return matcher.push_captures(found->begin, found->end);
  lua_pushinteger(state, static_cast<lua_Integer>(found->begin + 1));
  lua_pushinteger(state, static_cast<lua_Integer>(found->end));
  if (matcher.captures() == 0) return 2;
  return 2 + matcher.push_captures(found->begin, found->end);
}

int call_find(lua_State* state) {
  return find_or_match(state, true);
}

int call_match(lua_State* state) {
  return find_or_match(state, false);
}

// Upvalues: text, pattern, where to go on, where the last match ended (-1: none).
int step_gmatch(lua_State* state) {
  const std::string_view text = text_argument(state, lua_upvalueindex(1));
  PatternMatcher matcher{state, text, text_argument(state, lua_upvalueindex(2))};
  auto from = static_cast<std::size_t>(lua_tointeger(state, lua_upvalueindex(3)));
  const lua_Integer last_end = lua_tointeger(state, lua_upvalueindex(4));
  auto found = search(matcher, from, text.size());
  // An empty match right behind the last one would be found for ever.
  if (found && static_cast<lua_Integer>(found->end) == last_end) {
    found = search(matcher, found->begin + 1, text.size());
  }
  if (!found) return 0;
  lua_pushinteger(state, static_cast<lua_Integer>(found->end));
  lua_copy(state, -1, lua_upvalueindex(3));
  lua_replace(state, lua_upvalueindex(4));
  return matcher.push_captures(found->begin, found->end);
}

int call_gmatch(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  text_argument(state, 2);
  const std::size_t from = start_argument(state, 3, text.size());
  lua_settop(state, 2);
  lua_pushinteger(state, static_cast<lua_Integer>(from));
  lua_pushinteger(state, -1);
  lua_pushcclosure(state, step_gmatch, 4);
  return 1;
}

void add_replacement_text(lua_State* state, luaL_Buffer* out, PatternMatcher& matcher,
                          const Found& found) {
  const std::string_view replacement = text_argument(state, 3);
  Meter::of(state).charge(state, static_cast<std::int64_t>(replacement.size() / 8));
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '%') {
      luaL_addchar(out, replacement[i]);
      continue;
    }
    const char what = ++i < replacement.size() ? replacement[i] : '\0';
    if (what == '%') {
      luaL_addchar(out, '%');
    } else if (what >= '0' && what <= '9') {
      if (what == '0') {
        push_view(state, text_argument(state, 1).substr(found.begin, found.end - found.begin));
      } else {
        matcher.push_capture(static_cast<std::size_t>(what - '1'), found.begin, found.end);
      }
      luaL_addvalue(out);
    } else {
      luaL_error(state, "a '%%' in a replacement stands before a digit or another '%%'");
    }
  }
}

// Adds what replaces the match; false: the table or function wants it kept.
bool add_replacement(lua_State* state, luaL_Buffer* out, PatternMatcher& matcher,
                     const Found& found) {
  switch (lua_type(state, 3)) {
    case LUA_TFUNCTION: {
      lua_pushvalue(state, 3);
      const int count = matcher.push_captures(found.begin, found.end);
      lua_call(state, count, 1);
      break;
    }
    case LUA_TTABLE:
      matcher.push_capture(0, found.begin, found.end);
      lua_rawget(state, 3);
      break;
    default:
      add_replacement_text(state, out, matcher, found);
      return true;
  }
  if (lua_toboolean(state, -1) == 0) {
    lua_pop(state, 1);
    return false;
  }
  if (lua_isstring(state, -1) == 0) {
    luaL_error(state, "a replacement is a %s, neither text nor number", luaL_typename(state, -1));
  }
  luaL_addvalue(out);
  return true;
}

int call_gsub(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  const std::string_view pattern = text_argument(state, 2);
  const int kind = lua_type(state, 3);
  luaL_argexpected(
      state,
      kind == LUA_TSTRING || kind == LUA_TNUMBER || kind == LUA_TTABLE || kind == LUA_TFUNCTION, 3,
      "text, table or function");
  const lua_Integer most = integer_argument(state, 4, LUA_MAXINTEGER);
  PatternMatcher matcher{state, text, pattern};
  luaL_Buffer out;
  luaL_buffinit(state, &out);
  std::size_t at = 0;
  std::optional<std::size_t> last_end;
  lua_Integer count = 0;
  while (count < most) {
    const auto end = matcher.match(at);
    if (end && end != last_end) {
      ++count;
      Meter::of(state).charge(state, 8);
      if (!add_replacement(state, &out, matcher, {at, *end})) {
        luaL_addlstring(&out, text.data() + at, *end - at);
      }
      last_end = end;
      at = *end;
    } else if (at < text.size()) {
      luaL_addchar(&out, text[at++]);
    } else {
      break;
    }
    if (matcher.is_anchored()) break;
  }
  luaL_addlstring(&out, text.data() + at, text.size() - at);
  luaL_pushresult(&out);
  lua_pushinteger(state, count);
  return 2;
}

}  // namespace

void add_pattern_functions(lua_State* state) {
  static constexpr luaL_Reg kFunctions[] = {{"find", call_find},
                                            {"match", call_match},
                                            {"gmatch", call_gmatch},
                                            {"gsub", call_gsub},
                                            {nullptr, nullptr}};
  luaL_setfuncs(state, kFunctions, 0);
}

}  // namespace cinnabar::script
