#include "base/json.h"

#include "base/assert.h"
#include "base/text.h"

#include <simdjson.h>

#include <charconv>

namespace cinnabar {
namespace {

namespace sj = simdjson::ondemand;

Error malformed(std::string_view what) {
  return make_error(Code::invalid_argument, kJsonMalformed, "not valid JSON: " + std::string(what));
}

Error from_simdjson(simdjson::error_code code) {
  return malformed(simdjson::error_message(code));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// RFC 8259 number grammar; simdjson's raw token is not checked by itself.
bool is_number_text(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t integer_at = at;
  const std::size_t integer_digits = digits();
  if (integer_digits == 0 || (integer_digits > 1 && text[integer_at] == '0')) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::string_view trim_json_space(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n' ||
                           text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

Result<Json> convert(sj::value value, int depth_left);

Result<Json> convert_array(sj::array array, int depth_left) {
  Json::Array out;
  for (auto element : array) {
    sj::value item;
    if (const auto code = element.get(item)) return from_simdjson(code);
    CINNABAR_TRY(Json json, convert(item, depth_left - 1));
    out.push_back(std::move(json));
  }
  return Json{std::move(out)};
}

Result<Json> convert_object(sj::object object, int depth_left) {
  Json::Object out;
  for (auto field : object) {
    std::string_view key;
    if (const auto code = field.unescaped_key().get(key)) return from_simdjson(code);
    // The view lives in the parser's string buffer until the next document, so copy now.
    std::string owned_key{key};
    sj::value item;
    if (const auto code = field.value().get(item)) return from_simdjson(code);
    CINNABAR_TRY(Json json, convert(item, depth_left - 1));
    out.emplace_back(std::move(owned_key), std::move(json));
  }
  return Json{std::move(out)};
}

// Recursion is bounded by depth_left, which starts at no more than kJsonDepthMax.
Result<Json> convert(sj::value value, int depth_left) {
  if (depth_left <= 0) {
    return make_error(Code::invalid_argument, kJsonTooDeep, "JSON is nested too deeply");
  }
  sj::json_type type{};
  if (const auto code = value.type().get(type)) return from_simdjson(code);
  switch (type) {
    case sj::json_type::array: {
      sj::array array;
      if (const auto code = value.get_array().get(array)) return from_simdjson(code);
      return convert_array(array, depth_left);
    }
    case sj::json_type::object: {
      sj::object object;
      if (const auto code = value.get_object().get(object)) return from_simdjson(code);
      return convert_object(object, depth_left);
    }
    case sj::json_type::number: {
      // Reading it as a double makes the parser move past the token and check its form.
      const std::string_view token = trim_json_space(value.raw_json_token());
      std::string digits{token};
      double ignored = 0;
      const auto code = value.get_double().get(ignored);
      const bool only_too_big = code == simdjson::NUMBER_OUT_OF_RANGE;
      if (code && !only_too_big && !is_number_text(digits)) return from_simdjson(code);
      if (!is_number_text(digits)) return malformed("a number is written wrongly");
      return Json{Json::Number{std::move(digits)}};
    }
    case sj::json_type::string: {
      std::string_view text;
      if (const auto code = value.get_string().get(text)) return from_simdjson(code);
      return Json{std::string(text)};
    }
    case sj::json_type::boolean: {
      bool flag = false;
      if (const auto code = value.get_bool().get(flag)) return from_simdjson(code);
      return Json{flag};
    }
    case sj::json_type::null: {
      bool is_null = false;
      const auto code = simdjson::simdjson_result<bool>(value.is_null()).get(is_null);
      if (code || !is_null) return malformed("a literal is written wrongly");
      return Json{};
    }
  }
  return malformed("unknown value");
}

// A scalar document is wrapped so that one code path handles every document.
Result<Json> parse_document(std::string_view text, int depth_max) {
  simdjson::padded_string padded(1 + text.size() + 1);
  padded.data()[0] = '[';
  if (!text.empty()) std::copy(text.begin(), text.end(), padded.data() + 1);
  padded.data()[1 + text.size()] = ']';
  thread_local sj::parser parser;
  sj::document document;
  if (const auto code = parser.iterate(padded).get(document)) return from_simdjson(code);
  sj::array array;
  if (const auto code = document.get_array().get(array)) return from_simdjson(code);
  CINNABAR_TRY(Json wrapped, convert_array(array, depth_max + 1));
  const char* rest = nullptr;
  const auto location = document.current_location().get(rest);
  if (location != simdjson::OUT_OF_BOUNDS) return malformed("text after the value");
  Json::Array& items = *wrapped.as_array();
  if (items.size() != 1) return malformed(items.empty() ? "no value" : "text after the value");
  return std::move(items.front());
}

constexpr char kHex[] = "0123456789abcdef";

void append_unicode_escape(std::string& out, std::uint32_t unit) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(unit >> shift) & 0xF];
}

void append_code_point(std::string& out, std::uint32_t point) {
  if (point >= 0x10000) {
    point -= 0x10000;
    append_unicode_escape(out, 0xD800 + (point >> 10));
    append_unicode_escape(out, 0xDC00 + (point & 0x3FF));
  } else {
    append_unicode_escape(out, point);
  }
}

bool is_plain(char c, bool ascii) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return !ascii;
  return byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7F;
}

void append_escape(std::string& out, unsigned char c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    out += static_cast<char>(c);
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    append_unicode_escape(out, c);
  }
}

struct Printer {
  std::string& out;
  JsonStyle style;
  int indent;  // -1: one line

  void newline(int level) const {
    if (indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(level * indent), ' ');
  }
  void comma() const { out += (style.spaced && indent < 0) ? ", " : ","; }
  void colon() const { out += (style.spaced || indent >= 0) ? ": " : ":"; }

  // Values are built by our own code or came through the bounded parser, so depth is bounded.
  void value(const Json& json, int level) const {
    if (json.is_null()) {
      out += "null";
    } else if (const bool* flag = json.as_bool()) {
      out += *flag ? "true" : "false";
    } else if (const auto* number = json.as_number()) {
      out += number->digits;
    } else if (const auto* text = json.as_string()) {
      print_string_to(out, *text, style.ascii);
    } else if (const auto* array = json.as_array()) {
      list(*array, level);
    } else if (const auto* object = json.as_object()) {
      members(*object, level);
    }
  }

  void list(const Json::Array& array, int level) const {
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i != 0) comma();
      newline(level + 1);
      value(array[i], level + 1);
    }
    if (!array.empty()) newline(level);
    out += ']';
  }

  void members(const Json::Object& object, int level) const {
    out += '{';
    for (std::size_t i = 0; i < object.size(); ++i) {
      if (i != 0) comma();
      newline(level + 1);
      print_string_to(out, object[i].first, style.ascii);
      colon();
      value(object[i].second, level + 1);
    }
    if (!object.empty()) newline(level);
    out += '}';
  }
};

}  // namespace

Json::Json(std::int64_t value) : value_(Number{std::to_string(value)}) {}

Result<Json> Json::parse(std::string_view text, int depth_max) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(text)) return malformed("not UTF-8");
  return parse_document(text, depth_max < kJsonDepthMax ? depth_max : kJsonDepthMax);
}

std::optional<std::int64_t> Json::as_int() const {
  const Number* number = as_number();
  if (number == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = number->digits.data() + number->digits.size();
  const auto parsed = std::from_chars(number->digits.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return value;
}

const Json* Json::find(std::string_view key) const {
  const Object* object = as_object();
  if (object == nullptr) return nullptr;
  for (auto it = object->rbegin(); it != object->rend(); ++it) {
    if (it->first == key) return &it->second;
  }
  return nullptr;
}

Json Json::object(std::size_t members) {
  Object object;
  object.reserve(members);
  return Json{std::move(object)};
}

Json& Json::set(std::string_view key, Json value) {
  Object* object = as_object();
  CINNABAR_ASSERT(object != nullptr);
  object->emplace_back(std::string(key), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  Array* array = as_array();
  CINNABAR_ASSERT(array != nullptr);
  array->push_back(std::move(value));
  return *this;
}

void print_string_to(std::string& out, std::string_view text, bool ascii) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    // Most text needs no escape, so whole runs are copied at once.
    std::size_t end = at;
    while (end < text.size() && is_plain(text[end], ascii)) ++end;
    out.append(text.substr(at, end - at));
    at = end;
    if (at == text.size()) break;
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x80) {
      const CodePoint point = decode_utf8(text.substr(at));
      append_code_point(out, point.value);
      at += point.size;
      continue;
    }
    append_escape(out, c);
    ++at;
  }
  out += '"';
}

void print_to(std::string& out, const Json& value, JsonStyle style) {
  Printer{out, style, -1}.value(value, 0);
}

std::string print(const Json& value, JsonStyle style) {
  std::string out;
  print_to(out, value, style);
  return out;
}

std::string print_pretty(const Json& value) {
  std::string out;
  Printer{out, JsonStyle{}, 2}.value(value, 0);
  return out;
}

}  // namespace cinnabar
