#include "domain/script/library.h"
#include "domain/script/meter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace cinnabar::script {
namespace {

constexpr lua_Integer kBytesAtOnceMax = 250;

// What is left of [first, last] within a text of `size` bytes, counting from 1; negative places
// count from the end.
struct Part {
  std::size_t begin;
  std::size_t size;
};

Part part_of(std::size_t size, lua_Integer first, lua_Integer last) {
  const auto count = static_cast<lua_Integer>(size);
  if (first < 0) first = std::max<lua_Integer>(first < -count ? 1 : count + first + 1, 1);
  if (first == 0) first = 1;
  if (last < 0) last = last < -count ? 0 : count + last + 1;
  last = std::min(last, count);
  if (first > last) return {0, 0};
  return {static_cast<std::size_t>(first - 1), static_cast<std::size_t>(last - first + 1)};
}

int call_len(lua_State* state) {
  lua_pushinteger(state, static_cast<lua_Integer>(text_argument(state, 1).size()));
  return 1;
}

int call_sub(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  const Part part =
      part_of(text.size(), integer_argument(state, 2), integer_argument(state, 3, -1));
  push_view(state, text.substr(part.begin, part.size));
  return 1;
}

// Pushes the text at 1 with every byte changed.
template <typename Change>
int push_changed(lua_State* state, Change change) {
  const std::string_view text = text_argument(state, 1);
  Meter::of(state).charge(state, static_cast<std::int64_t>(text.size() / 4));
  luaL_Buffer buffer;
  char* out = luaL_buffinitsize(state, &buffer, text.size());
  for (std::size_t i = 0; i < text.size(); ++i) out[i] = change(text, i);
  luaL_pushresultsize(&buffer, text.size());
  return 1;
}

int call_lower(lua_State* state) {
  return push_changed(state, [](std::string_view text, std::size_t i) {
    return text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
  });
}

int call_upper(lua_State* state) {
  return push_changed(state, [](std::string_view text, std::size_t i) {
    return text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 32) : text[i];
  });
}

int call_reverse(lua_State* state) {
  return push_changed(
      state, [](std::string_view text, std::size_t i) { return text[text.size() - 1 - i]; });
}

int call_rep(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  const lua_Integer count = std::max<lua_Integer>(integer_argument(state, 2), 0);
  const std::string_view separator =
      lua_isnoneornil(state, 3) ? std::string_view{} : text_argument(state, 3);
  const auto unit = static_cast<lua_Integer>(text.size() + separator.size());
  if (unit == 0 || count == 0) {
    lua_pushliteral(state, "");
    return 1;
  }
  if (count > static_cast<lua_Integer>(limits::kScriptTextBytesMax) / unit + 1) {
    return luaL_error(state, "the text would be longer than %d bytes",
                      static_cast<int>(limits::kScriptTextBytesMax));
  }
  const auto size = static_cast<std::size_t>(count * unit) - separator.size();
  Meter::of(state).charge(state, count);
  luaL_Buffer buffer;
  char* out = luaL_buffinitsize(state, &buffer, size);
  for (lua_Integer i = 0; i < count; ++i) {
    if (i > 0 && !separator.empty()) {
      std::memcpy(out, separator.data(), separator.size());
      out += separator.size();
    }
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    out += text.size();
  }
  luaL_pushresultsize(&buffer, size);
  return 1;
}

int call_byte(lua_State* state) {
  const std::string_view text = text_argument(state, 1);
  const lua_Integer first = integer_argument(state, 2, 1);
  const Part part = part_of(text.size(), first, integer_argument(state, 3, first));
  if (part.size > static_cast<std::size_t>(kBytesAtOnceMax)) {
    return luaL_error(state, "string.byte gives at most %d values",
                      static_cast<int>(kBytesAtOnceMax));
  }
  luaL_checkstack(state, static_cast<int>(part.size), "bytes");
  for (const char c : text.substr(part.begin, part.size)) {
    lua_pushinteger(state, static_cast<unsigned char>(c));
  }
  return static_cast<int>(part.size);
}

int call_char(lua_State* state) {
  const int count = lua_gettop(state);
  luaL_Buffer buffer;
  char* out = luaL_buffinitsize(state, &buffer, static_cast<std::size_t>(count));
  for (int i = 1; i <= count; ++i) {
    const lua_Integer value = integer_argument(state, i);
    luaL_argcheck(state, value >= 1 && value <= 255, i, "no byte from 1 to 255");
    out[i - 1] = static_cast<char>(value);
  }
  luaL_pushresultsize(&buffer, static_cast<std::size_t>(count));
  return 1;
}

// One conversion of string.format: "%", flags, width, precision, letter.
struct Conversion {
  std::array<char, 16> text{};  // with room for "ll"
  std::size_t size = 0;
  char letter = 0;
};

// Reads what follows a '%'; raises for what the C library would not take.
Conversion conversion_at(lua_State* state, std::string_view rest) {
  Conversion out;
  const auto take = [&](std::string_view accepted, std::size_t max) {
    for (std::size_t i = 0; i < max && !rest.empty(); ++i) {
      if (accepted.find(rest.front()) == std::string_view::npos) return;
      out.text.at(1 + out.size++) = rest.front();
      rest.remove_prefix(1);
    }
  };
  out.text[0] = '%';
  take("-+ #0", 5);
  take("0123456789", 2);
  if (!rest.empty() && rest.front() == '.') {
    take(".", 1);
    take("0123456789", 2);
  }
  if (rest.empty() ||
      std::string_view{"diuoxXeEfFgGsqc"}.find(rest.front()) == std::string_view::npos) {
    luaL_error(state, "string.format does not know this conversion");
  }
  out.letter = rest.front();
  return out;
}

void add_padded(lua_State* state, luaL_Buffer* buffer, Conversion conversion, int argument) {
  conversion.text.at(1 + conversion.size) = 's';
  const std::string_view text = push_as_text(state, argument);
  if (conversion.size == 0) {
    luaL_addvalue(buffer);
    return;
  }
  if (text.size() >= 100) {
    // Beyond every width; only a precision could matter.
    luaL_argcheck(state, std::strchr(conversion.text.data(), '.') == nullptr, argument,
                  "too long for a precision");
    luaL_addvalue(buffer);
    return;
  }
  std::array<char, 256> out{};
  const int size = std::snprintf(out.data(), out.size(), conversion.text.data(), text.data());
  // The text must go before the buffer is added to, which works at the top of the stack.
  lua_pop(state, 1);
  luaL_addlstring(buffer, out.data(), static_cast<std::size_t>(size));
}

void add_quoted(luaL_Buffer* buffer, std::string_view text) {
  luaL_addchar(buffer, '"');
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '\n') luaL_addchar(buffer, '\\');
    luaL_addchar(buffer, c);
  }
  luaL_addchar(buffer, '"');
}

void add_conversion(lua_State* state, luaL_Buffer* buffer, Conversion conversion, int argument) {
  std::array<char, 512> out{};
  int size = 0;
  luaL_checkany(state, argument);
  char* letter = &conversion.text.at(1 + conversion.size);
  switch (conversion.letter) {
    case 's':
      add_padded(state, buffer, conversion, argument);
      return;
    case 'q': {
      const std::string_view text = text_argument(state, argument);
      Meter::of(state).charge(state, static_cast<std::int64_t>(text.size() / 4));
      add_quoted(buffer, text);
      return;
    }
    case 'c': {
      const lua_Integer value = integer_argument(state, argument);
      luaL_argcheck(state, value >= 1 && value <= 255, argument, "no byte from 1 to 255");
      luaL_addchar(buffer, static_cast<char>(value));
      return;
    }
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': {
      luaL_checktype(state, argument, LUA_TNUMBER);
      double number = lua_tonumber(state, argument);
      // The sign of an undefined number differs between processors.
      if (std::isnan(number)) number = std::fabs(number);
      *letter = conversion.letter;
      size = std::snprintf(out.data(), out.size(), conversion.text.data(), number);
      break;
    }
    default:
      *letter = 'l';
      *(letter + 1) = 'l';
      *(letter + 2) = conversion.letter;
      size = std::snprintf(out.data(), out.size(), conversion.text.data(),
                           static_cast<long long>(integer_argument(state, argument)));
      break;
  }
  // Digits of a float cost far more than other characters.
  Meter::of(state).charge(state, 4 * std::int64_t{size});
  luaL_addlstring(buffer, out.data(), static_cast<std::size_t>(size));
}

int call_format(lua_State* state) {
  const std::string_view pattern = text_argument(state, 1);
  Meter& meter = Meter::of(state);
  meter.charge(state, static_cast<std::int64_t>(pattern.size() / 8));
  luaL_Buffer buffer;
  luaL_buffinit(state, &buffer);
  int argument = 1;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '%') {
      luaL_addchar(&buffer, pattern[at]);
      continue;
    }
    if (++at < pattern.size() && pattern[at] == '%') {
      luaL_addchar(&buffer, '%');
      continue;
    }
    const Conversion conversion =
        conversion_at(state, pattern.substr(std::min(at, pattern.size())));
    meter.charge(state, 50);
    add_conversion(state, &buffer, conversion, ++argument);
    at += conversion.size;
  }
  luaL_pushresult(&buffer);
  return 1;
}

}  // namespace

void add_text_functions(lua_State* state) {
  static constexpr luaL_Reg kFunctions[] = {{"len", call_len},       {"sub", call_sub},
                                            {"lower", call_lower},   {"upper", call_upper},
                                            {"rep", call_rep},       {"reverse", call_reverse},
                                            {"byte", call_byte},     {"char", call_char},
                                            {"format", call_format}, {nullptr, nullptr}};
  luaL_setfuncs(state, kFunctions, 0);
}

}  // namespace cinnabar::script
