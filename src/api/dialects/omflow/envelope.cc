#include "api/dialects/omflow/envelope.h"

#include "vocab/reasons.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace cinnabar::omflow {
namespace {

http::Response json_response(const Json& body) {
  http::Response response;
  response.status = 200;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = print(body, kWireStyle);
  return response;
}

// How a reason is told: with the verb's words before it or alone, with what it is about or without.
struct Telling {
  Reason reason;
  Text text;
  bool alone = false;
};

constexpr std::array kTellings{
    Telling{reasons::kProcessUnknown, Text::flow_unknown, true},
    Telling{reasons::kProcessDisabled, Text::flow_disabled, true},
    Telling{reasons::kApiDisabled, Text::api_disabled, true},
    Telling{reasons::kNotPermitted, Text::not_permitted, true},
    Telling{reasons::kWorkItemNotYours, Text::not_permitted, true},
    Telling{reasons::kWorkItemNotItsTurn, Text::not_permitted, true},
    Telling{reasons::kSessionUnknown, Text::code_wrong, true},
    Telling{reasons::kSessionExpired, Text::code_expired, true},
    Telling{reasons::kQueueFull, Text::busy, true},
    Telling{reasons::kRateLimited, Text::too_many_attempts, true},
    Telling{reasons::kShuttingDown, Text::busy, true},
    Telling{reasons::kStorageUnavailable, Text::busy, true},
    Telling{reasons::kArgumentMissing, Text::argument_missing},
    Telling{reasons::kArgumentMalformed, Text::argument_malformed},
    Telling{reasons::kBodyTooLarge, Text::limit_exceeded},
    Telling{reasons::kLimitExceeded, Text::limit_exceeded},
    Telling{reasons::kUnknownColumn, Text::column_unknown},
    Telling{reasons::kUnknownOperator, Text::operator_unknown},
    Telling{reasons::kFeatureDisabled, Text::feature_disabled},
    Telling{reasons::kInstanceUnknown, Text::data_unknown},
    Telling{reasons::kActivityUnknown, Text::data_unknown},
    Telling{reasons::kActivityNotOpen, Text::data_unknown},
    Telling{reasons::kWorkItemUnknown, Text::data_unknown},
    Telling{reasons::kWorkItemAlreadyCompleted, Text::data_unknown},
    Telling{reasons::kInstanceNotRunning, Text::data_unknown},
    Telling{reasons::kRecordUnknown, Text::data_unknown},
    Telling{reasons::kRowMissing, Text::data_unknown},
    Telling{reasons::kAttachmentUnknown, Text::data_unknown},
    Telling{reasons::kQuickActionUnknown, Text::quick_action_unknown},
    Telling{reasons::kUserUnknown, Text::person_unknown},
    Telling{reasons::kGroupUnknown, Text::person_unknown},
    Telling{reasons::kNameTaken, Text::exists_already},
    Telling{reasons::kFieldUnknown, Text::field_unknown},
    Telling{reasons::kFieldRequired, Text::field_required},
    Telling{reasons::kFieldWrongType, Text::field_malformed},
    Telling{reasons::kFieldPatternMismatch, Text::field_malformed},
    Telling{reasons::kFieldTooLong, Text::field_too_long},
    Telling{reasons::kFieldOptionUnknown, Text::field_option_unknown},
    Telling{reasons::kFieldNotUnique, Text::field_not_unique},
    Telling{reasons::kFileTooLarge, Text::file_too_large},
    Telling{reasons::kFileTypeNotAllowed, Text::file_type_refused},
    Telling{reasons::kFileMissing, Text::file_missing},
    Telling{reasons::kMultipartMalformed, Text::upload_malformed},
    Telling{reasons::kStartValidationFailed, Text::validation_failed},
    Telling{reasons::kNoFlowMatches, Text::condition_unmet},
    Telling{reasons::kNoParticipant, Text::person_unknown},
    Telling{reasons::kVersionConflict, Text::changed_meanwhile},
    Telling{reasons::kUniqueViolation, Text::changed_meanwhile},
};

// For reasons without a row: what the code says.
Text text_of_code(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return Text::argument_malformed;
    case Code::unauthenticated:
      return Text::code_wrong;
    case Code::permission_denied:
      return Text::not_permitted;
    case Code::not_found:
      return Text::data_unknown;
    case Code::already_exists:
      return Text::exists_already;
    case Code::conflict:
      return Text::changed_meanwhile;
    case Code::failed_precondition:
      return Text::not_at_manual_point;
    case Code::resource_exhausted:
      return Text::busy;
    case Code::deadline_exceeded:
      return Text::busy;
    case Code::unavailable:
      return Text::busy;
    case Code::unimplemented:
      return Text::feature_disabled;
    case Code::data_loss:
      return Text::internal;
    case Code::internal:
      return Text::internal;
  }
  return Text::internal;
}

const Telling* find_telling(Reason reason) {
  const auto* found = std::find_if(kTellings.begin(), kTellings.end(), [&](const Telling& telling) {
    return telling.reason == reason;
  });
  return found == kTellings.end() ? nullptr : found;
}

std::string_view words_before(Verb verb, Language language) {
  switch (verb) {
    case Verb::create:
      return text(Text::create_failed_because, language);
    case Verb::push:
      return text(Text::push_failed_because, language);
    case Verb::query:
      return text(Text::query_failed_because, language);
    case Verb::other:
      return {};
  }
  return {};
}

// Field errors are told for the first reason, naming every field that has it.
std::string describe_fields(const Error& error, Language language) {
  const Reason reason = error.fields.front().reason;
  std::string names;
  for (const FieldError& field : error.fields) {
    if (field.reason != reason) continue;
    if (!names.empty()) names += language == Language::english ? ", " : "、";
    names += field.field;
  }
  const Telling* telling = find_telling(reason);
  return text_about(telling == nullptr ? Text::field_malformed : telling->text, names, language);
}

}  // namespace

OmflowOptions read_options(const api::DoorSettings* settings) {
  OmflowOptions options;
  if (settings == nullptr) return options;
  const auto is = [&](std::string_view name, std::string_view value) {
    const auto found = settings->values.find(name);
    return found != settings->values.end() && found->second == value;
  };
  if (is("omflow.status_type", "integer")) options.status_type = OmflowOptions::StatusType::integer;
  if (is("omflow.login_failure", "document"))
    options.login_failure = OmflowOptions::LoginFailure::document;
  return options;
}

int status_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
    case Code::not_found:
    case Code::already_exists:
    case Code::conflict:
    case Code::failed_precondition:
    case Code::unimplemented:
      return 404;
    case Code::unauthenticated:
    case Code::permission_denied:
      return 403;
    case Code::resource_exhausted:
    case Code::deadline_exceeded:
    case Code::unavailable:
    case Code::data_loss:
    case Code::internal:
      return 500;
  }
  return 500;
}

std::string describe(const Error& error, Verb verb, Language language) {
  std::string out(words_before(verb, language));
  if (!error.fields.empty()) return out + describe_fields(error, language);
  if (error.reason == reasons::kStartValidationFailed && !error.detail.empty()) {
    return out + error.detail;  // what the designer wrote for people
  }
  const Telling* telling = find_telling(error.reason);
  const Text what = telling == nullptr ? text_of_code(error.code) : telling->text;
  if (telling != nullptr && telling->alone) return std::string(text(what, language));
  if (status_of(error.code) == 500) return out + std::string(text(what, language));
  return out + text_about(what, error.subject, language);
}

http::Response answer(int status, std::string_view message, Json result) {
  Json body = Json::object();
  body.set("status", status).set("message", message).set("result", std::move(result));
  return json_response(body);
}

http::Response Voice::success(Shape shape, Text message, Json result) const {
  if (shape != Shape::ticket || options_.status_type == OmflowOptions::StatusType::integer) {
    return answer(200, text(message, language_), std::move(result));
  }
  Json body = Json::object();
  body.set("status", "200")
      .set("message", text(message, language_))
      .set("result", std::move(result));
  return json_response(body);
}

http::Response Voice::success_list(Text message, std::string_view printed) const {
  http::Response response = answer(200, text(message, language_), Json{});
  constexpr std::string_view kEnd = "null}";
  response.body.resize(response.body.size() - kEnd.size());
  response.body.reserve(response.body.size() + printed.size() + 1);
  response.body += printed;
  response.body += '}';
  return response;
}

http::Response Voice::failure(Shape shape, int status, std::string message, Json result) const {
  if (options_.status_type == OmflowOptions::StatusType::integer || shape == Shape::plain) {
    return answer(status, message, std::move(result));
  }
  if (shape == Shape::list) return answer(status, message, Json::array());
  Json body = Json::object();
  body.set("status", std::to_string(status)).set("message", std::move(message));
  return json_response(body);
}

http::Response Voice::failure(Shape shape, int status, Text message) const {
  return failure(shape, status, std::string(text(message, language_)));
}

http::Response Voice::refuse(Shape shape, Verb verb, const Error& error) const {
  return failure(shape, status_of(error.code), describe(error, verb, language_));
}

http::Response Voice::missing(Shape shape, std::string_view parameter) const {
  return check_failed(shape, "require missing", parameter, Text::argument_missing);
}

http::Response Voice::empty(Shape shape, std::string_view parameter) const {
  return check_failed(shape, "require null", parameter, Text::argument_empty);
}

http::Response Voice::check_failed(Shape shape, std::string_view kind, std::string_view parameter,
                                   Text message) const {
  Json check = Json::object();
  check.set("status", kind)
      .set("result", Json{Json::Array{Json{parameter}}})
      .set("message", text(message, language_));
  return failure(shape, 404, std::string(text(message, language_)), std::move(check));
}

}  // namespace cinnabar::omflow
