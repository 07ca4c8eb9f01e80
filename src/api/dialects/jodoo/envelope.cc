#include "api/dialects/jodoo/envelope.h"

#include "api/common/problem.h"
#include "api/dialects/jodoo/code_table.h"
#include "api/dialects/jodoo/contact_codes.h"
#include "api/dialects/jodoo/workflow_codes.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::jodoo {
namespace {

// Errors made by this door carry their number in the subject of this reason.
constexpr Reason kNumbered{"jodoo_code"};

constexpr std::array<CodeText, 28> kTexts{{
    {codes::kInvalidRequest, "The request is invalid."},
    {codes::kMemberUnknown, "The member doesn't exist."},
    {codes::kAppUnknown, "The app doesn't exist."},
    {codes::kFormUnknown, "The form doesn't exist."},
    {codes::kInvalidParameter, "The request contains invalid parameter(s)."},
    {codes::kSubmitFailed, "Failed to submit data."},
    {codes::kDataUnknown, "Data doesn't exist."},
    {codes::kAggregateCheck, "Failed to validate the aggregation calculation."},
    {codes::kFilterInvalid, "The filter condition is invalid."},
    {codes::kKeyMissing, "Failed to verify the API key for authorization."},
    {codes::kNoPermission, "Do not have permission for the API calls."},
    {codes::kCompanyRate, "The company's call frequency exceeds the limit."},
    {codes::kEndpointRate, "The call frequency of this API exceeds the limit."},
    {codes::kTaskRefused, "Failed to create the task."},
    {codes::kLockRefused, "Failed to obtain the lock."},
    {codes::kInvalidPlatformParameter, "The request contains invalid parameter(s)."},
    {codes::kKeyInvalid, "The API key is invalid."},
    {codes::kBatchUpdateLimit, "The number of data updated in batch exceeds the limit."},
    {codes::kBatchCreateLimit, "The number of data created in batch exceeds the limit."},
    {codes::kTransactionFormat, "The transaction_id has an invalid format."},
    {codes::kTransactionTaken, "The transaction_id already exists."},
    {codes::kUploadFailed, "Failed to upload the API file."},
    {codes::kFieldUnsupported, "The field type isn't supported."},
    {codes::kBatchDeleteLimit, "The number of data deleted in batch exceeds the limit."},
    {codes::kSubFieldUnsupported, "The sub-field type isn't supported."},
    {codes::kAddressRefused, "Not included in the IP whitelist."},
    {codes::kAppRefused, "Not among the authorized apps."},
    {codes::kApiRefused, "Not among the authorized APIs."},
}};

int by_reason(const Error& error) {
  if (error.reason == reasons::kFormUnknown) return codes::kFormUnknown;
  if (error.reason == reasons::kRecordUnknown) return codes::kDataUnknown;
  if (error.reason == reasons::kUserUnknown) return codes::kMemberUnknown;
  if (error.reason == reasons::kFilterInvalid) return codes::kFilterInvalid;
  if (error.reason == reasons::kAggregateCheckFailed) return codes::kAggregateCheck;
  if (error.reason == reasons::kBatchKeyTaken) return codes::kTransactionTaken;
  if (error.reason == reasons::kClientUnknown) return codes::kKeyInvalid;
  return 0;
}

int by_code(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return codes::kInvalidPlatformParameter;
    case Code::unauthenticated:
      return codes::kKeyInvalid;
    case Code::permission_denied:
      return codes::kNoPermission;
    case Code::not_found:
      return codes::kDataUnknown;
    case Code::already_exists:
    case Code::conflict:
      return codes::kLockRefused;
    case Code::failed_precondition:
      return codes::kSubmitFailed;
    case Code::resource_exhausted:
    case Code::deadline_exceeded:
    case Code::unavailable:
      return codes::kTaskRefused;
    case Code::unimplemented:
      return codes::kInvalidRequest;
    case Code::data_loss:
    case Code::internal:
      return codes::kSubmitFailed;
  }
  CINNABAR_UNREACHABLE();
}

std::string message_of(const Error& error) {
  std::string message(text_of(number_of(error)));
  if (!api::hides_detail(error.code) && !error.detail.empty()) {
    message += message.empty() ? "" : " ";
    message += to_valid_utf8(error.detail);
  }
  return message;
}

}  // namespace

Error fail(int code, std::string detail) {
  return make_error(Code::invalid_argument, kNumbered, std::move(detail), std::to_string(code));
}

int number_of(const Error& error) {
  if (error.reason == kNumbered) {
    return static_cast<int>(parse_int(error.subject).value_or(codes::kInvalidRequest));
  }
  const int number = by_reason(error);
  return number != 0 ? number : by_code(error.code);
}

std::string_view text_of(int code) {
  for (const std::string_view text :
       {find_text(kTexts, code), contact_text(code), workflow_text(code)}) {
    if (!text.empty()) return text;
  }
  return {};
}

http::Response success(const Json& body) {
  return api::json_response(200, body);
}

http::Response refuse(const Error& error) {
  return api::json_response(
      400, Json::object().set("code", number_of(error)).set("msg", message_of(error)));
}

http::Response action_refused(const Error& error) {
  return api::json_response(200, Json::object()
                                     .set("status", "failure")
                                     .set("code", number_of(error))
                                     .set("message", message_of(error)));
}

}  // namespace cinnabar::jodoo
