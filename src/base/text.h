// Small text helpers: UTF-8, trimming, ASCII case, integers, hex and base64. Pure functions on
// borrowed views; nothing is stored. Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar {

struct CodePoint {
  std::uint32_t value = 0xFFFD;  // U+FFFD when the bytes are no UTF-8
  std::size_t size = 1;          // bytes taken, at least one
};

// `text` must not be empty.
CodePoint decode_utf8(std::string_view text);
void append_utf8(std::string& out, std::uint32_t code_point);
bool is_utf8(std::string_view text);
// Every broken byte becomes U+FFFD.
std::string to_valid_utf8(std::string_view text);
// Code points, counting broken bytes as one each.
std::size_t utf8_length(std::string_view text);
// The longest prefix of at most `bytes_max` bytes that ends on a character border.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

std::string_view trim(std::string_view text);
std::string to_lower_ascii(std::string_view text);
bool equals_ignore_ascii_case(std::string_view a, std::string_view b);
// Simple Unicode lower case, for case-insensitive matching of data; keeps the length in code
// points.
std::string fold_case(std::string_view text);
bool contains_fold(std::string_view haystack, std::string_view needle);

std::vector<std::string_view> split(std::string_view text, char separator);

// The whole text must be a decimal integer in range, with an optional leading '-'.
std::optional<std::int64_t> parse_int(std::string_view text);

std::string to_hex(std::span<const unsigned char> bytes);
std::optional<std::string> from_hex(std::string_view text);
// Standard alphabet with padding. Decoding ignores ASCII white space and accepts missing padding.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
// "%41+b" -> "Ab"-style decoding of application/x-www-form-urlencoded; nullopt for a broken escape.
std::optional<std::string> decode_form_urlencoded(std::string_view text);
// Path decoding: '+' stays.
std::optional<std::string> decode_percent(std::string_view text);

}  // namespace cinnabar
