#include "domain/script/sorted_keys.h"

#include "domain/script/meter.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cinnabar::script {
namespace {

enum class Kind : std::uint8_t { integer, real, text, flag };

// Trivial, because it lies in memory of Lua, which may be left by a jump.
struct Key {
  Kind kind;
  std::int64_t whole;  // also for flags
  double real;
  const char* bytes;
  std::size_t size;
  std::int64_t place;

  [[nodiscard]] std::string_view text() const { return {bytes, size}; }
  [[nodiscard]] int group() const { return kind == Kind::real ? 0 : static_cast<int>(kind); }
};

Key key_at(lua_State* state, int index) {
  Key key{Kind::integer, 0, 0, "", 0, 0};
  switch (lua_type(state, index)) {
    case LUA_TNUMBER:
      if (lua_isinteger(state, index) != 0) {
        key.whole = lua_tointeger(state, index);
      } else {
        key.kind = Kind::real;
        key.real = lua_tonumber(state, index);
      }
      break;
    case LUA_TSTRING:
      key.kind = Kind::text;
      key.bytes = lua_tolstring(state, index, &key.size);
      break;
    case LUA_TBOOLEAN:
      key.kind = Kind::flag;
      key.whole = lua_toboolean(state, index);
      break;
    default:
      luaL_error(state, "only numbers, texts and booleans have an order, not a %s",
                 luaL_typename(state, index));
  }
  return key;
}

bool number_before(const Key& a, const Key& b) {
  if (a.kind == Kind::integer && b.kind == Kind::integer) return a.whole < b.whole;
  // Beyond 2^53 the extended format still tells every integer from its neighbours; where it is no
  // wider than double, integers and floats that are equal there share a place.
  const auto wide = [](const Key& key) {
    return key.kind == Kind::integer ? static_cast<long double>(key.whole)
                                     : static_cast<long double>(key.real);
  };
  return wide(a) < wide(b);
}

bool before(const Key& a, const Key& b) {
  if (a.group() != b.group()) return a.group() < b.group();
  if (a.group() == 0) return number_before(a, b);
  return a.kind == Kind::text ? a.text() < b.text() : a.whole < b.whole;
}

}  // namespace

void push_sorted_keys(lua_State* state, int index) {
  const int table = lua_absindex(state, index);
  luaL_checkstack(state, 8, "keys");
  std::int64_t count = 0;
  lua_pushnil(state);
  while (lua_next(state, table) != 0) {
    lua_pop(state, 1);
    ++count;
  }
  Meter& meter = Meter::of(state);
  meter.charge(
      state,
      count * (4 + static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(count)))));
  const auto size = static_cast<std::size_t>(count);
  auto* keys = static_cast<Key*>(lua_newuserdatauv(state, (size + 1) * sizeof(Key), 0));
  lua_createtable(state, static_cast<int>(count), 0);
  const int places = lua_gettop(state);
  std::int64_t place = 0;
  lua_pushnil(state);
  while (place < count && lua_next(state, table) != 0) {
    lua_pop(state, 1);
    Key key = key_at(state, -1);
    key.place = place + 1;
    keys[place++] = key;
    lua_pushvalue(state, -1);
    lua_rawseti(state, places, place);
  }
  lua_settop(state, places);
  std::size_t compared = 0;
  std::sort(keys, keys + place, [&compared](const Key& a, const Key& b) {
    compared += std::min(a.size, b.size);
    return before(a, b);
  });
  meter.charge(state, static_cast<std::int64_t>(compared / 128));
  lua_createtable(state, static_cast<int>(count), 0);
  for (std::int64_t i = 0; i < place; ++i) {
    lua_rawgeti(state, places, keys[i].place);
    lua_rawseti(state, -2, i + 1);
  }
  lua_replace(state, places - 1);
  lua_settop(state, places - 1);
}

int push_next_entry(lua_State* state) {
  const bool from_start = lua_isnil(state, 2);
  const Key after = from_start ? Key{} : key_at(state, 2);
  bool found = false;
  Key best{};
  std::int64_t looked_at = 0;
  // The best key so far lies at 3.
  lua_settop(state, 3);
  lua_pushnil(state);
  while (lua_next(state, 1) != 0) {
    lua_pop(state, 1);
    const Key key = key_at(state, -1);
    looked_at += 2 + static_cast<std::int64_t>(key.size / 128);
    if (!from_start && !before(after, key)) continue;
    if (found && !before(key, best)) continue;
    found = true;
    best = key;
    lua_pushvalue(state, -1);
    lua_replace(state, 3);
  }
  Meter::of(state).charge(state, looked_at);
  lua_settop(state, 3);
  if (!found) {
    lua_pushnil(state);
    return 1;
  }
  lua_pushvalue(state, 3);
  lua_rawget(state, 1);
  return 2;
}

bool is_before(lua_State* state, int a, int b) {
  const Key left = key_at(state, a);
  const Key right = key_at(state, b);
  Meter::of(state).charge(state,
                          1 + static_cast<std::int64_t>(std::min(left.size, right.size) / 128));
  return before(left, right);
}

}  // namespace cinnabar::script
