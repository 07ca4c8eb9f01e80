#include "domain/script/library.h"
#include "domain/script/meter.h"
#include "domain/script/sorted_keys.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>

namespace cinnabar::script {
namespace {

lua_Integer length_of(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  return static_cast<lua_Integer>(lua_rawlen(state, 1));
}

int call_insert(lua_State* state) {
  const lua_Integer count = length_of(state);
  if (lua_gettop(state) == 2) {
    lua_rawseti(state, 1, count + 1);
    return 0;
  }
  if (lua_gettop(state) != 3) return luaL_error(state, "table.insert takes two or three values");
  const lua_Integer place = integer_argument(state, 2);
  luaL_argcheck(state, place >= 1 && place <= count + 1, 2, "out of the list");
  Meter::of(state).charge(state, count + 1 - place);
  for (lua_Integer i = count; i >= place; --i) {
    lua_rawgeti(state, 1, i);
    lua_rawseti(state, 1, i + 1);
  }
  lua_rawseti(state, 1, place);
  return 0;
}

int call_remove(lua_State* state) {
  const lua_Integer count = length_of(state);
  const lua_Integer place = integer_argument(state, 2, count);
  if (count == 0 && (place == 0 || place == 1)) return 0;
  luaL_argcheck(state, place >= 1 && place <= count + 1, 2, "out of the list");
  Meter::of(state).charge(state, count + 1 - place);
  lua_rawgeti(state, 1, place);
  for (lua_Integer i = place; i < count; ++i) {
    lua_rawgeti(state, 1, i + 1);
    lua_rawseti(state, 1, i);
  }
  if (place <= count) {
    lua_pushnil(state);
    lua_rawseti(state, 1, count);
  }
  return 1;
}

int call_concat(lua_State* state) {
  const lua_Integer count = length_of(state);
  const std::string_view separator =
      lua_isnoneornil(state, 2) ? std::string_view{} : text_argument(state, 2);
  const lua_Integer first = integer_argument(state, 3, 1);
  const lua_Integer last = integer_argument(state, 4, count);
  luaL_argcheck(state, first >= 1 && last <= count, 3, "out of the list");
  if (last >= first) Meter::of(state).charge(state, 2 * (last - first + 1));
  luaL_Buffer text;
  luaL_buffinit(state, &text);
  for (lua_Integer i = first; i <= last; ++i) {
    lua_rawgeti(state, 1, i);
    if (lua_isstring(state, -1) == 0) {
      return luaL_error(state, "item %I is a %s, neither text nor number", i,
                        luaL_typename(state, -1));
    }
    luaL_addvalue(&text);
    if (i < last) luaL_addlstring(&text, separator.data(), separator.size());
  }
  luaL_pushresult(&text);
  return 1;
}

// Whether the value at the top comes before the one below it; keeps both.
bool top_is_first(lua_State* state) {
  if (lua_isnoneornil(state, 2)) return is_before(state, -1, -2);
  lua_pushvalue(state, 2);
  lua_pushvalue(state, -2);
  lua_pushvalue(state, -4);
  lua_call(state, 2, 1);
  const bool is_first = lua_toboolean(state, -1) != 0;
  lua_pop(state, 1);
  return is_first;
}

struct Runs {
  int from;
  int to;
  lua_Integer begin;
  lua_Integer middle;  // first of the second run
  lua_Integer end;     // behind the second run
};

void merge(lua_State* state, const Runs& runs) {
  lua_Integer left = runs.begin;
  lua_Integer right = runs.middle;
  for (lua_Integer i = runs.begin; i < runs.end; ++i) {
    bool take_right = left >= runs.middle;
    if (!take_right && right < runs.end) {
      lua_rawgeti(state, runs.from, left);
      lua_rawgeti(state, runs.from, right);
      take_right = top_is_first(state);
      lua_pop(state, 2);
    }
    lua_rawgeti(state, runs.from, take_right ? right++ : left++);
    lua_rawseti(state, runs.to, i);
  }
}

// Stable, so that what compares equal stays in order, on every machine. A comparison that
// contradicts itself gives some order of the same items.
int call_sort(lua_State* state) {
  const lua_Integer count = length_of(state);
  lua_settop(state, 2);
  if (!lua_isnil(state, 2)) luaL_checktype(state, 2, LUA_TFUNCTION);
  Meter::of(state).charge(
      state, 4 * count * static_cast<lua_Integer>(std::bit_width(lua_rawlen(state, 1))));
  lua_createtable(state, static_cast<int>(count), 0);
  lua_createtable(state, static_cast<int>(count), 0);
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(state, 1, i);
    lua_rawseti(state, 3, i);
  }
  Runs runs{.from = 3, .to = 4, .begin = 0, .middle = 0, .end = 0};
  for (lua_Integer width = 1; width < count; width *= 2) {
    for (lua_Integer begin = 1; begin <= count; begin += 2 * width) {
      runs.begin = begin;
      runs.middle = std::min(begin + width, count + 1);
      runs.end = std::min(begin + 2 * width, count + 1);
      merge(state, runs);
    }
    std::swap(runs.from, runs.to);
  }
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(state, runs.from, i);
    lua_rawseti(state, 1, i);
  }
  return 0;
}

}  // namespace

void add_table_functions(lua_State* state) {
  static constexpr luaL_Reg kFunctions[] = {{"insert", call_insert},
                                            {"remove", call_remove},
                                            {"concat", call_concat},
                                            {"sort", call_sort},
                                            {nullptr, nullptr}};
  luaL_setfuncs(state, kFunctions, 0);
}

}  // namespace cinnabar::script
