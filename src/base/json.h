// Our JSON value, a strict parser over simdjson, and a printer.
//
// Numbers keep the exact digits they were written with: a decimal never passes through double.
// Objects keep their order and every member; `find` answers the last of equal keys, as the
// scripting languages of the callers do. Ownership: a Json owns its text. Thread: a plain value.
// Errors: parse answers invalid_argument with reason json_malformed and the byte offset if known.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cinnabar {

inline constexpr Reason kJsonMalformed{"json_malformed"};
inline constexpr Reason kJsonTooDeep{"json_too_deep"};

// Deeper documents are refused; callers may pass less.
inline constexpr int kJsonDepthMax = 64;

class Json {
 public:
  // The exact text of a JSON number, for example "19.99" or "1E3".
  struct Number {
    std::string digits;
    friend bool operator==(const Number&, const Number&) = default;
  };
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;                                             // null
  Json(std::nullptr_t) {}                                       // NOLINT: implicit
  Json(bool value) : value_(value) {}                           // NOLINT: implicit
  Json(std::int64_t value);                                     // NOLINT: implicit
  Json(int value) : Json(static_cast<std::int64_t>(value)) {}   // NOLINT: implicit
  Json(std::string value) : value_(std::move(value)) {}         // NOLINT: implicit
  Json(std::string_view value) : value_(std::string(value)) {}  // NOLINT: implicit
  Json(const char* value) : value_(std::string(value)) {}       // NOLINT: implicit
  Json(Number value) : value_(std::move(value)) {}              // NOLINT: implicit
  Json(Array value) : value_(std::move(value)) {}               // NOLINT: implicit
  Json(Object value) : value_(std::move(value)) {}              // NOLINT: implicit

  static Json array() { return Json{Array{}}; }
  static Json object() { return Json{Object{}}; }
  // With room for that many members.
  static Json object(std::size_t members);

  // UTF-8 is checked; a leading byte order mark is accepted; anything after the value is refused.
  static Result<Json> parse(std::string_view text, int depth_max = kJsonDepthMax);

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(value_); }
  [[nodiscard]] bool is_number() const { return std::holds_alternative<Number>(value_); }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Null pointer when the value is of another kind.
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&value_); }
  [[nodiscard]] const Number* as_number() const { return std::get_if<Number>(&value_); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&value_); }
  [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&value_); }
  [[nodiscard]] Array* as_array() { return std::get_if<Array>(&value_); }
  [[nodiscard]] Object* as_object() { return std::get_if<Object>(&value_); }
  [[nodiscard]] std::string* as_string() { return std::get_if<std::string>(&value_); }

  // A number without fraction or exponent that fits int64.
  [[nodiscard]] std::optional<std::int64_t> as_int() const;

  // The last member of that name; null pointer when absent or this is no object.
  [[nodiscard]] const Json* find(std::string_view key) const;

  // Builders. `set` appends without looking for an equal key; both assert the kind.
  Json& set(std::string_view key, Json value);
  Json& push(Json value);

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

struct JsonStyle {
  bool ascii = false;   // non-ASCII as \uXXXX, with surrogate pairs
  bool spaced = false;  // ", " and ": " as separators
};

// Compact by default. The text is valid UTF-8 when all strings are.
std::string print(const Json& value, JsonStyle style = {});
void print_to(std::string& out, const Json& value, JsonStyle style = {});
void print_string_to(std::string& out, std::string_view text, bool ascii);
// Two-space indented, for people.
std::string print_pretty(const Json& value);

}  // namespace cinnabar
