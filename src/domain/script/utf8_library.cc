#include "base/text.h"
#include "domain/script/library.h"
#include "domain/script/meter.h"

#include <array>
#include <cstdint>

namespace cinnabar::script {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// The character at byte `at`; raises where the text is no UTF-8 there.
CodePoint character_at(lua_State* state, std::string_view text, std::size_t at) {
  const CodePoint point = decode_utf8(text.substr(at));
  if (point.value == kReplacement && point.size != 3) luaL_error(state, "the text is no UTF-8");
  return point;
}

// How many bytes the code point takes, written to `out`.
std::size_t encode(std::uint32_t value, std::array<char, 4>& out) {
  if (value < 0x80) {
    out[0] = static_cast<char>(value);
    return 1;
  }
  const std::size_t size = value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
  for (std::size_t i = size - 1; i > 0; --i) {
    out.at(i) = static_cast<char>(0x80 | (value & 0x3F));
    value >>= 6;
  }
  constexpr std::array<std::uint32_t, 5> kLead{0, 0, 0xC0, 0xE0, 0xF0};
  out[0] = static_cast<char>(kLead.at(size) | value);
  return size;
}

int call_char(lua_State* state) {
  const int count = lua_gettop(state);
  luaL_Buffer buffer;
  luaL_buffinit(state, &buffer);
  for (int i = 1; i <= count; ++i) {
    const lua_Integer value = integer_argument(state, i);
    luaL_argcheck(state, value >= 1 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF), i,
                  "no character");
    std::array<char, 4> bytes{};
    luaL_addlstring(&buffer, bytes.data(), encode(static_cast<std::uint32_t>(value), bytes));
  }
  luaL_pushresult(&buffer);
  return 1;
}

int call_len(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  Meter::of(state).charge(state, static_cast<std::int64_t>(text.size()));
  lua_Integer count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) at += character_at(state, text, at).size;
  lua_pushinteger(state, count);
  return 1;
}

int call_codepoint(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  const lua_Integer at = integer_argument(state, 2, 1);
  luaL_argcheck(state, at >= 1 && at <= static_cast<lua_Integer>(text.size()), 2,
                "out of the text");
  lua_pushinteger(state, character_at(state, text, static_cast<std::size_t>(at - 1)).value);
  return 1;
}

// The text and the byte where the last character began, 0 before the first.
int step_codes(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  auto at = static_cast<std::size_t>(integer_argument(state, 2));
  if (at > text.size()) return 0;
  if (at > 0) at = at - 1 + character_at(state, text, at - 1).size;
  if (at >= text.size()) return 0;
  lua_pushinteger(state, static_cast<lua_Integer>(at + 1));
  lua_pushinteger(state, character_at(state, text, at).value);
  return 2;
}

int call_codes(lua_State* state) {
  text_argument(state, 1);
  lua_pushcfunction(state, step_codes);
  lua_pushvalue(state, 1);
  lua_pushinteger(state, 0);
  return 3;
}

// Characters instead of bytes, otherwise as string.sub.
int call_sub(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  Meter::of(state).charge(state, static_cast<std::int64_t>(2 * text.size()));
  lua_Integer count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) at += character_at(state, text, at).size;
  lua_Integer first = integer_argument(state, 2);
  lua_Integer last = integer_argument(state, 3, -1);
  if (first < 0) first = first < -count ? 1 : count + first + 1;
  if (last < 0) last = last < -count ? 0 : count + last + 1;
  std::size_t begin = text.size();
  std::size_t end = 0;
  lua_Integer place = 1;
  for (std::size_t at = 0; at < text.size(); ++place) {
    if (place == first || (place == 1 && first < 1)) begin = at;
    at += character_at(state, text, at).size;
    if (place <= last) end = at;
  }
  push_view(state, begin < end ? text.substr(begin, end - begin) : std::string_view{});
  return 1;
}

}  // namespace

void add_utf8_functions(lua_State* state) {
  static constexpr luaL_Reg kFunctions[] = {
      {"char", call_char},   {"len", call_len}, {"codepoint", call_codepoint},
      {"codes", call_codes}, {"sub", call_sub}, {nullptr, nullptr}};
  luaL_setfuncs(state, kFunctions, 0);
}

}  // namespace cinnabar::script
