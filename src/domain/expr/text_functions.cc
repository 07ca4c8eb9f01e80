#include "base/text.h"
#include "domain/expr/builtins.h"
#include "domain/expr/pattern.h"
#include "vocab/limits.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::expr::builtin {
namespace {

constexpr std::size_t kGroupsMax = 10;

using Texts = std::optional<std::pair<std::string_view, std::string_view>>;

// Null when one of the two is no text, as the standard asks for.
Texts two_texts(Arguments arguments) {
  const auto* text = text_of(arguments[0]);
  const auto* other = text_of(arguments[1]);
  if (text == nullptr || other == nullptr) return std::nullopt;
  return std::pair<std::string_view, std::string_view>(*text, *other);
}

// The byte where the character with this index begins; the end where there are not so many.
std::size_t byte_of(std::string_view text, std::int64_t character) {
  std::size_t at = 0;
  for (std::int64_t i = 0; i < character && at < text.size(); ++i) {
    at += decode_utf8(text.substr(at)).size;
  }
  return at;
}

icu::UnicodeString wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

// What a search through the text costs. RE2 takes time in proportion to the text and the size of
// the pattern.
std::size_t search_cost(std::size_t bytes, std::size_t size) {
  constexpr std::size_t kBytesPerStep = 50'000;
  return bytes * (size + 1) / kBytesPerStep;
}

struct Pattern {
  std::string text;
  std::size_t size = 0;
};

Result<Pattern> checked_pattern(std::string_view function, std::string_view pattern,
                                const Value* flags) {
  std::string_view letters;
  if (flags != nullptr && !flags->is_null()) {
    const auto* text = text_of(*flags);
    if (text == nullptr) return evaluation_error(std::string(function) + ": the flags are no text");
    letters = *text;
  }
  auto text = with_flags(pattern, letters);
  if (!text)
    return evaluation_error(std::string(function) + ": there are other flags than i s m x");
  if (!is_pattern(*text)) {
    return evaluation_error(std::string(function) + ": the pattern is no regular expression");
  }
  const std::size_t size = pattern_size(*text);
  return Pattern{std::move(*text), size};
}

// "$1" is a group, "$0" the whole match, "\$" and "\\" the sign itself.
bool append_replacement(std::string& out, std::string_view replacement,
                        std::span<const std::string_view> groups) {
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    const char next = i + 1 < replacement.size() ? replacement[i + 1] : '\0';
    if (c == '\\' && (next == '$' || next == '\\')) {
      out += next;
      ++i;
    } else if (c == '$' && next >= '0' && next <= '9') {
      out += groups[static_cast<std::size_t>(next - '0')];
      ++i;
    } else {
      out += c;
    }
    if (out.size() > limits::kFieldTextBytesMax) return false;
  }
  return true;
}

}  // namespace

// Characters count from 1, or from the end when negative.
Answer substring(Arguments arguments, Runtime&) {
  const auto* text = text_of(arguments[0]);
  const auto start = int_of(arguments[1]);
  if (text == nullptr || !start || *start == 0) return Value{};
  const auto length = static_cast<std::int64_t>(utf8_length(*text));
  const std::int64_t first = *start > 0 ? *start - 1 : std::max(length + *start, std::int64_t{0});
  if (first >= length && *start > 0) return Value{std::string()};
  std::int64_t count = length - first;
  if (arguments.size() == 3 && !arguments[2].is_null()) {
    const auto wanted = int_of(arguments[2]);
    if (!wanted || *wanted < 1) return Value{};
    count = std::min(count, *wanted);
  }
  const std::size_t begin = byte_of(*text, first);
  const std::string_view rest = std::string_view(*text).substr(begin);
  return Value{std::string(rest.substr(0, byte_of(rest, count)))};
}

Answer string_length(Arguments arguments, Runtime&) {
  const auto* text = text_of(arguments[0]);
  if (text == nullptr) return Value{};
  return Value{static_cast<std::int64_t>(utf8_length(*text))};
}

Answer upper_case(Arguments arguments, Runtime& runtime) {
  const auto* text = text_of(arguments[0]);
  if (text == nullptr) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(text->size() / 64));
  std::string out;
  wide(*text).toUpper(icu::Locale::getRoot()).toUTF8String(out);
  return Value{std::move(out)};
}

Answer lower_case(Arguments arguments, Runtime& runtime) {
  const auto* text = text_of(arguments[0]);
  if (text == nullptr) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(text->size() / 64));
  std::string out;
  wide(*text).toLower(icu::Locale::getRoot()).toUTF8String(out);
  return Value{std::move(out)};
}

Answer trimmed(Arguments arguments, Runtime&) {
  const auto* text = text_of(arguments[0]);
  return text == nullptr ? Value{} : Value{std::string(trim(*text))};
}

Answer substring_before(Arguments arguments, Runtime&) {
  const auto texts = two_texts(arguments);
  if (!texts) return Value{};
  const std::size_t at = texts->first.find(texts->second);
  if (at == std::string_view::npos) return Value{std::string()};
  return Value{std::string(texts->first.substr(0, at))};
}

Answer substring_after(Arguments arguments, Runtime&) {
  const auto texts = two_texts(arguments);
  if (!texts) return Value{};
  const std::size_t at = texts->first.find(texts->second);
  if (at == std::string_view::npos) return Value{std::string()};
  return Value{std::string(texts->first.substr(at + texts->second.size()))};
}

Answer contains(Arguments arguments, Runtime&) {
  const auto texts = two_texts(arguments);
  if (!texts) return Value{};
  return Value{texts->first.find(texts->second) != std::string_view::npos};
}

Answer starts_with(Arguments arguments, Runtime&) {
  const auto texts = two_texts(arguments);
  return texts ? Value{texts->first.starts_with(texts->second)} : Value{};
}

Answer ends_with(Arguments arguments, Runtime&) {
  const auto texts = two_texts(arguments);
  return texts ? Value{texts->first.ends_with(texts->second)} : Value{};
}

Answer matches(Arguments arguments, Runtime& runtime) {
  const auto* pattern = text_of(arguments[1]);
  if (pattern == nullptr) return Value{};
  CINNABAR_TRY(
      const Pattern checked,
      checked_pattern("matches", *pattern, arguments.size() > 2 ? &arguments[2] : nullptr));
  const auto* text = text_of(arguments[0]);
  if (text == nullptr) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(search_cost(text->size(), checked.size)));
  return Value{matches_partly(*text, checked.text)};
}

// Null for a pattern that matches nothing at all, as it would do so everywhere.
Answer replace(Arguments arguments, Runtime& runtime) {
  const auto texts = two_texts(arguments);
  const auto* replacement = text_of(arguments[2]);
  if (!texts || replacement == nullptr) return Value{};
  CINNABAR_TRY(
      const Pattern pattern,
      checked_pattern("replace", texts->second, arguments.size() > 3 ? &arguments[3] : nullptr));
  const std::string_view text = texts->first;
  std::array<std::string_view, kGroupsMax> groups;
  std::string out;
  std::size_t at = 0;
  while (true) {
    CINNABAR_CHECK_OK(runtime.spend(1 + search_cost(text.size() - at, pattern.size)));
    if (!find_match(text, at, pattern.text, groups)) break;
    if (groups[0].empty()) return Value{};
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    out += text.substr(at, begin - at);
    if (!append_replacement(out, *replacement, groups)) {
      return evaluation_error("the text is too long");
    }
    at = begin + groups[0].size();
  }
  out += text.substr(at);
  return Value{std::move(out)};
}

Answer split(Arguments arguments, Runtime& runtime) {
  const auto texts = two_texts(arguments);
  if (!texts) return Value{};
  CINNABAR_TRY(const Pattern pattern, checked_pattern("split", texts->second, nullptr));
  const std::string_view text = texts->first;
  std::array<std::string_view, 1> match;
  Value::List out;
  std::size_t at = 0;
  while (true) {
    CINNABAR_CHECK_OK(runtime.spend(1 + search_cost(text.size() - at, pattern.size)));
    if (!find_match(text, at, pattern.text, match)) break;
    if (match[0].empty()) return Value{};
    const auto begin = static_cast<std::size_t>(match[0].data() - text.data());
    out.emplace_back(std::string(text.substr(at, begin - at)));
    at = begin + match[0].size();
  }
  out.emplace_back(std::string(text.substr(at)));
  return Value{std::move(out)};
}

// Nulls are left out; anything but texts makes the whole null.
Answer string_join(Arguments arguments, Runtime&) {
  const auto optional_text = [&](std::size_t place) -> std::optional<std::string_view> {
    if (place >= arguments.size() || arguments[place].is_null()) return "";
    const auto* text = text_of(arguments[place]);
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
  };
  if (arguments[0].is_null()) return Value{};
  const auto delimiter = optional_text(1);
  const auto prefix = optional_text(2);
  const auto suffix = optional_text(3);
  if (!delimiter || !prefix || !suffix) return Value{};
  std::string out(*prefix);
  bool first = true;
  const Value::List list = list_of(arguments[0]);
  for (const Value& element : list) {
    if (element.is_null()) continue;
    const auto* text = element.get<std::string>();
    if (text == nullptr) return Value{};
    if (!first) out += *delimiter;
    first = false;
    out += *text;
    if (out.size() > limits::kFieldTextBytesMax) return evaluation_error("the text is too long");
  }
  out += *suffix;
  return Value{std::move(out)};
}

}  // namespace cinnabar::expr::builtin
