#include "api/dialects/omflow/body.h"

#include "base/text.h"
#include "platform/http/form.h"
#include "vocab/decimal.h"
#include "vocab/reasons.h"

namespace cinnabar::omflow {
namespace {

constexpr std::string_view kPowerShellEmpty = "System.Object[]";

bool means_empty(std::string_view text) {
  const std::string_view trimmed = trim(text);
  return trimmed.empty() || trimmed == kPowerShellEmpty;
}

Error malformed(std::string_view name, std::string detail) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::move(detail),
                    std::string(name));
}

// Text that stands for a structure is parsed; other text stays text.
Result<Json> read_structure(std::string_view name, const std::string& text) {
  const std::string_view trimmed = trim(text);
  if (!trimmed.starts_with('[') && !trimmed.starts_with('{')) return Json{text};
  auto parsed = Json::parse(trimmed);
  if (!parsed) return malformed(name, "the text is no JSON");
  return parsed;
}

}  // namespace

bool is_falsy(const Json& value) {
  if (value.is_null()) return true;
  if (const bool* flag = value.as_bool()) return !*flag;
  if (const std::string* text = value.as_string()) return text->empty();
  if (const Json::Array* array = value.as_array()) return array->empty();
  if (const Json::Object* object = value.as_object()) return object->empty();
  const auto number = Decimal::parse(value.as_number()->digits);
  return number && number->is_zero();
}

std::optional<std::int64_t> whole_number(const Json& value) {
  if (const Json::Number* number = value.as_number()) {
    const auto decimal = Decimal::parse(number->digits);
    return decimal ? decimal->to_int() : std::nullopt;
  }
  if (const std::string* text = value.as_string()) return parse_int(trim(*text));
  return std::nullopt;
}

Parameters Parameters::read(const http::Request& request) {
  Parameters out;
  if (request.is_multipart) {
    for (const http::Part& part : request.parts) {
      if (part.file == nullptr) {
        out.add_form_value(part.name, part.text);
      } else if (!part.file_name.value_or("").empty() || part.file->size() > 0) {
        out.files_.push_back(&part);
      }
    }
    return out;
  }
  auto parsed = Json::parse(request.body);
  if (!parsed) {
    out.read_urlencoded(request.body);
    return out;
  }
  if (Json::Object* object = parsed->as_object()) {
    for (Json::Member& member : *object) {
      out.values_.insert_or_assign(std::move(member.first), std::move(member.second));
    }
  }
  return out;
}

void Parameters::add_form_value(std::string name, std::string value) {
  if (name.ends_with("[]")) name.resize(name.size() - 2);
  if (values_.size() >= http::kFormFieldsMax && !values_.contains(name)) return;
  value = to_valid_utf8(value);
  const auto found = values_.find(name);
  if (found == values_.end()) {
    values_.emplace(std::move(name), Json{std::move(value)});
  } else if (Json::Array* array = found->second.as_array()) {
    if (array->size() < http::kFormFieldsMax) array->emplace_back(std::move(value));
  } else {
    Json first = std::move(found->second);
    found->second = Json{Json::Array{std::move(first), Json{std::move(value)}}};
  }
}

void Parameters::read_urlencoded(std::string_view body) {
  auto fields = http::parse_form(body);
  if (!fields) return;
  for (auto& [name, value] : *fields) add_form_value(std::move(name), std::move(value));
}

const Json* Parameters::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

bool Parameters::is_truthy(std::string_view name) const {
  const Json* value = find(name);
  return value != nullptr && !is_falsy(*value);
}

std::optional<std::string> Parameters::text(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const Json::Array* array = value->as_array(); array != nullptr && !array->empty()) {
    value = &array->back();
  }
  if (const std::string* text = value->as_string()) return *text;
  if (const Json::Number* number = value->as_number()) return number->digits;
  return std::nullopt;
}

Result<Json::Array> Parameters::list(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr || value->is_null()) return Json::Array{};
  Json::Array out;
  if (const Json::Array* array = value->as_array()) {
    for (const Json& element : *array) {
      const std::string* text = element.as_string();
      if (text == nullptr) {
        out.push_back(element);
      } else if (!means_empty(*text)) {
        CINNABAR_TRY(Json read, read_structure(name, *text));
        out.push_back(std::move(read));
      }
    }
    // `key=["a","b"]&key=["c"]` and `key[]=[]` are lists of lists only by the look of it.
    Json::Array flat;
    for (Json& element : out) {
      if (Json::Array* inner = element.as_array()) {
        flat.insert(flat.end(), std::make_move_iterator(inner->begin()),
                    std::make_move_iterator(inner->end()));
      } else {
        flat.push_back(std::move(element));
      }
    }
    return flat;
  }
  if (const std::string* text = value->as_string()) {
    if (means_empty(*text)) return out;
    CINNABAR_TRY(Json read, read_structure(name, *text));
    if (Json::Array* array = read.as_array()) return std::move(*array);
    out.push_back(std::move(read));
    return out;
  }
  out.push_back(*value);
  return out;
}

Result<Json::Object> Parameters::object(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr || value->is_null()) return Json::Object{};
  if (const Json::Object* object = value->as_object()) return *object;
  if (const std::string* text = value->as_string()) {
    if (means_empty(*text)) return Json::Object{};
    CINNABAR_TRY(Json read, read_structure(name, *text));
    if (Json::Object* object = read.as_object()) return std::move(*object);
  }
  return malformed(name, "an object is expected");
}

}  // namespace cinnabar::omflow
