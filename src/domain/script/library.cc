#include "domain/script/library.h"

#include "domain/script/convert.h"
#include "domain/script/meter.h"
#include "domain/script/sorted_keys.h"

#include <cmath>
#include <cstdint>

namespace cinnabar::script {
namespace {

// Its address is the key of the parts of the library in the registry.
constexpr char kLibraryKey = 0;
// Parameters and results of one call; without a bound a single call could copy the whole stack.
constexpr lua_Integer kUnpackedMax = 250;

int call_type(lua_State* state) {
  luaL_checkany(state, 1);
  if (is_null(state, 1)) {
    lua_pushliteral(state, "nil");
  } else {
    lua_pushstring(state, luaL_typename(state, 1));
  }
  return 1;
}

int call_tostring(lua_State* state) {
  luaL_checkany(state, 1);
  push_as_text(state, 1);
  return 1;
}

// tonumber and the functions of math read texts as numbers, however long these are.
int call_charged(lua_State* state) {
  for (int i = 1; i <= lua_gettop(state); ++i) {
    if (lua_type(state, i) == LUA_TSTRING) {
      Meter::of(state).charge(state, static_cast<std::int64_t>(lua_rawlen(state, i) / 4));
    }
  }
  return lua_tocfunction(state, lua_upvalueindex(1))(state);
}

int call_pcall(lua_State* state) {
  luaL_checkany(state, 1);
  lua_pushboolean(state, 1);
  lua_insert(state, 1);
  const int status = lua_pcall(state, lua_gettop(state) - 2, LUA_MULTRET, 0);
  if (status == LUA_OK) return lua_gettop(state);
  Meter& meter = Meter::of(state);
  if (status == LUA_ERRMEM) meter.note_memory_error();
  if (meter.exhausted()) return lua_error(state);
  meter.charge_caught_error(state);
  lua_pushboolean(state, 0);
  lua_insert(state, -2);
  return 2;
}

int call_next(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  lua_settop(state, 2);
  return push_next_entry(state);
}

int step_pairs(lua_State* state) {
  const lua_Integer count = luaL_len(state, lua_upvalueindex(2));
  lua_Integer at = lua_tointeger(state, lua_upvalueindex(3));
  while (at < count) {
    lua_rawgeti(state, lua_upvalueindex(2), ++at);
    lua_pushvalue(state, -1);
    lua_rawget(state, lua_upvalueindex(1));
    if (!lua_isnil(state, -1)) {
      lua_pushinteger(state, at);
      lua_replace(state, lua_upvalueindex(3));
      return 2;
    }
    lua_pop(state, 2);
    Meter::of(state).charge(state, 2);
  }
  lua_pushinteger(state, at);
  lua_replace(state, lua_upvalueindex(3));
  lua_pushnil(state);
  return 1;
}

// The keys as they are now; those removed meanwhile are left out, new ones do not appear.
int call_pairs(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  lua_settop(state, 1);
  push_sorted_keys(state, 1);
  lua_pushinteger(state, 0);
  lua_pushcclosure(state, step_pairs, 3);
  return 1;
}

// Whole exponents only: multiplying rounds alike everywhere, the function of the C library does
// not.
int call_pow(lua_State* state) {
  luaL_checktype(state, 1, LUA_TNUMBER);
  double base = lua_tonumber(state, 1);
  const lua_Integer exponent = integer_argument(state, 2);
  if (exponent < -100'000 || exponent > 100'000)
    return luaL_argerror(state, 2, "too far from zero");
  double product = 1;
  for (lua_Integer left = exponent < 0 ? -exponent : exponent; left > 0; left /= 2) {
    if (left % 2 == 1) product *= base;
    base *= base;
  }
  lua_pushnumber(state, exponent < 0 ? 1 / product : product);
  return 1;
}

void take_functions(lua_State* state, lua_CFunction open, const char* const* names) {
  lua_pushcfunction(state, open);
  lua_call(state, 0, 1);
  for (; *names != nullptr; ++names) {
    lua_getfield(state, -1, *names);
    if (lua_iscfunction(state, -1) != 0) lua_pushcclosure(state, call_charged, 1);
    lua_setfield(state, -3, *names);
  }
  lua_pop(state, 1);
}

// A part of the library: filled, known under its name, and a global.
void add_part(lua_State* state, const char* name, void (*fill)(lua_State*)) {
  lua_newtable(state);
  fill(state);
  lua_rawgetp(state, LUA_REGISTRYINDEX, &kLibraryKey);
  lua_pushvalue(state, -2);
  lua_setfield(state, -2, name);
  lua_pop(state, 1);
  lua_setfield(state, -2, name);
}

int call_unpack(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  const lua_Integer first = integer_argument(state, 2, 1);
  const lua_Integer last =
      integer_argument(state, 3, static_cast<lua_Integer>(lua_rawlen(state, 1)));
  if (first > last) return 0;
  const auto count = static_cast<lua_Unsigned>(last) - static_cast<lua_Unsigned>(first) + 1;
  if (count == 0 || count > static_cast<lua_Unsigned>(kUnpackedMax)) {
    return luaL_error(state, "table.unpack gives at most %d values",
                      static_cast<int>(kUnpackedMax));
  }
  luaL_checkstack(state, static_cast<int>(count), "values");
  for (lua_Unsigned i = 0; i < count; ++i) {
    lua_rawgeti(state, 1, first + static_cast<lua_Integer>(i));
  }
  return static_cast<int>(count);
}

}  // namespace

lua_Integer integer_argument(lua_State* state, int index) {
  luaL_checktype(state, index, LUA_TNUMBER);
  return luaL_checkinteger(state, index);
}

lua_Integer integer_argument(lua_State* state, int index, lua_Integer fallback) {
  return lua_isnoneornil(state, index) ? fallback : integer_argument(state, index);
}

std::string_view text_argument(lua_State* state, int index) {
  if (lua_type(state, index) != LUA_TNUMBER) luaL_checktype(state, index, LUA_TSTRING);
  std::size_t size = 0;
  const char* bytes = lua_tolstring(state, index, &size);
  return {bytes, size};
}

void push_view(lua_State* state, std::string_view text) {
  lua_pushlstring(state, text.data(), text.size());
}

std::string_view push_as_text(lua_State* state, int index) {
  if (is_null(state, index)) {
    lua_pushliteral(state, "nil");
  } else if (lua_type(state, index) == LUA_TBOOLEAN) {
    lua_pushstring(state, lua_toboolean(state, index) != 0 ? "true" : "false");
  } else if (lua_type(state, index) == LUA_TNUMBER && lua_rawequal(state, index, index) == 0) {
    // Undefined; its sign, which Lua would print, differs between processors.
    lua_pushliteral(state, "nan");
  } else if (lua_type(state, index) == LUA_TNUMBER || lua_type(state, index) == LUA_TSTRING) {
    lua_pushvalue(state, index);
  } else if (!push_reference_text(state, index)) {
    // Without the address that Lua would add: it differs in every run.
    lua_pushstring(state, luaL_typename(state, index));
  }
  std::size_t size = 0;
  const char* bytes = lua_tolstring(state, -1, &size);
  return {bytes, size};
}

void add_base_functions(lua_State* state) {
  static constexpr const char* kTaken[] = {"assert", "error", "ipairs", "tonumber", nullptr};
  take_functions(state, luaopen_base, kTaken);
  static constexpr luaL_Reg kOwn[] = {{"type", call_type},   {"tostring", call_tostring},
                                      {"pcall", call_pcall}, {"next", call_next},
                                      {"pairs", call_pairs}, {nullptr, nullptr}};
  luaL_setfuncs(state, kOwn, 0);
  push_null(state);
  lua_setfield(state, -2, "null");
}

void add_number_functions(lua_State* state) {
  static constexpr const char* kTaken[] = {
      "abs", "ceil",      "floor", "fmod", "max",  "min",        "modf",       "sqrt",
      "ult", "tointeger", "type",  "pi",   "huge", "maxinteger", "mininteger", nullptr};
  take_functions(state, luaopen_math, kTaken);
  lua_pushcfunction(state, call_pow);
  lua_setfield(state, -2, "pow");
}

void open_library(lua_State* state) {
  lua_newtable(state);
  lua_rawsetp(state, LUA_REGISTRYINDEX, &kLibraryKey);
  lua_newtable(state);
  add_base_functions(state);
  add_part(state, "math", add_number_functions);
  add_part(state, "table", [](lua_State* inner) {
    add_table_functions(inner);
    lua_pushcfunction(inner, call_unpack);
    lua_setfield(inner, -2, "unpack");
  });
  add_part(state, "utf8", add_utf8_functions);
  add_part(state, "string", [](lua_State* inner) {
    add_text_functions(inner);
    add_pattern_functions(inner);
    // Only the look-up of methods: texts take no part in sums.
    lua_pushliteral(inner, "");
    lua_createtable(inner, 0, 1);
    lua_pushvalue(inner, -3);
    lua_setfield(inner, -2, "__index");
    lua_setmetatable(inner, -2);
    lua_pop(inner, 1);
  });
}

bool is_library(lua_State* state, int index, std::string_view name) {
  const int at = lua_absindex(state, index);
  if (name == "null" && lua_type(state, at) == LUA_TLIGHTUSERDATA) return true;
  if (lua_type(state, at) != LUA_TTABLE) return false;
  lua_rawgetp(state, LUA_REGISTRYINDEX, &kLibraryKey);
  lua_pushnil(state);
  bool found = false;
  while (!found && lua_next(state, -2) != 0) {
    found = lua_rawequal(state, -1, at) != 0;
    if (!found) lua_pop(state, 1);
  }
  lua_pop(state, found ? 3 : 1);
  return found;
}

}  // namespace cinnabar::script
