#include "api/common/strict_request.h"

#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::api {
namespace {

constexpr std::size_t kErrorsMax = 100;
constexpr std::size_t kQueryPairsMax = 64;

void add_error(std::vector<FieldError>& errors, std::string_view field, Reason reason,
               std::string detail) {
  if (errors.size() >= kErrorsMax) return;
  errors.push_back(FieldError{to_valid_utf8(field), reason, std::move(detail)});
}

Status errors_or_nothing(std::vector<FieldError> errors) {
  if (errors.empty()) return {};
  Error error =
      make_error(Code::invalid_argument, reasons::kArgumentMalformed, "the request has mistakes");
  error.fields = std::move(errors);
  return error;
}

bool is_json_type(std::string_view type) {
  const std::string_view media = trim(type.substr(0, type.find(';')));
  return media.empty() || equals_ignore_ascii_case(media, "application/json");
}

}  // namespace

Result<StrictBody> StrictBody::parse(const http::Request& request) {
  if (request.is_multipart || !is_json_type(request.header("Content-Type"))) {
    return make_error(Code::invalid_argument, kContentTypeUnknown,
                      "expected a body of type application/json");
  }
  if (trim(request.body).empty()) return StrictBody(Json::object());
  CINNABAR_TRY(Json document, Json::parse(request.body));
  if (!document.is_object()) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "expected a JSON object");
  }
  return StrictBody(std::move(document));
}

const Json* StrictBody::any(std::string_view member, Need need) {
  asked_.emplace(member);
  const Json* value = document_.find(member);
  if (value == nullptr && need == Need::required) {
    report(member, kMemberMissing, "is required");
  }
  return value;
}

std::optional<std::string> StrictBody::text(std::string_view member, Need need) {
  const Json* value = any(member, need);
  if (value == nullptr || (value->is_null() && need == Need::optional)) return std::nullopt;
  if (const std::string* text = value->as_string()) return *text;
  report(member, kMemberWrongType, "expected a text");
  return std::nullopt;
}

std::optional<std::int64_t> StrictBody::integer(std::string_view member, Need need) {
  const Json* value = any(member, need);
  if (value == nullptr || (value->is_null() && need == Need::optional)) return std::nullopt;
  const auto number = value->as_int();
  if (!number.has_value()) report(member, kMemberWrongType, "expected an integer");
  return number;
}

const Json* StrictBody::object(std::string_view member, Need need) {
  const Json* value = any(member, need);
  if (value == nullptr || (value->is_null() && need == Need::optional)) return nullptr;
  if (value->is_object()) return value;
  report(member, kMemberWrongType, "expected an object");
  return nullptr;
}

void StrictBody::report(std::string_view member, Reason reason, std::string detail) {
  add_error(errors_, member, reason, std::move(detail));
}

Status StrictBody::finish() {
  std::set<std::string_view> seen;
  for (const auto& [member, value] : *document_.as_object()) {
    if (!seen.insert(member).second) report(member, kMemberDuplicate, "comes twice");
    if (!asked_.contains(member)) report(member, kMemberUnknown, "is not known here");
  }
  return errors_or_nothing(std::move(errors_));
}

Result<StrictQuery> StrictQuery::parse(const http::Request& request) {
  StrictQuery query;
  for (const std::string_view pair : split(request.query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = decode_form_urlencoded(pair.substr(0, equals));
    auto value = decode_form_urlencoded(equals == std::string_view::npos ? std::string_view{}
                                                                         : pair.substr(equals + 1));
    if (!name.has_value() || !value.has_value() || query.values_.size() >= kQueryPairsMax) {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                        "the query after '?' cannot be read");
    }
    query.values_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

std::optional<std::string> StrictQuery::text(std::string_view name) {
  asked_.emplace(name);
  const auto at = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  if (at == values_.end()) return std::nullopt;
  return at->second;
}

std::int64_t StrictQuery::integer(std::string_view name, std::int64_t fallback,
                                  std::int64_t minimum, std::int64_t maximum) {
  const auto value = text(name);
  if (!value.has_value()) return fallback;
  const auto number = parse_int(*value);
  if (number.has_value() && *number >= minimum && *number <= maximum) return *number;
  report(name, reasons::kArgumentMalformed,
         "expected " + std::to_string(minimum) + ".." + std::to_string(maximum));
  return fallback;
}

void StrictQuery::report(std::string_view name, Reason reason, std::string detail) {
  add_error(errors_, name, reason, std::move(detail));
}

Status StrictQuery::finish() {
  for (const auto& [name, value] : values_) {
    if (!asked_.contains(name)) report(name, kMemberUnknown, "is not known here");
  }
  return errors_or_nothing(std::move(errors_));
}

}  // namespace cinnabar::api
