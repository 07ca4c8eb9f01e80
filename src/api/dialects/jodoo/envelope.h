// How this door answers: a bare object with HTTP 200; an error as {"code","msg"} with HTTP 400,
// whatever it is; a workflow action as {"status"} with HTTP 200 even when it failed.
//
// Thread: pure functions.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "platform/http/response.h"

#include <string>
#include <string_view>

namespace cinnabar::jodoo {

// The vendor's numbers that this door uses.
namespace codes {
inline constexpr int kInvalidRequest = 1;
inline constexpr int kMemberUnknown = 1010;
inline constexpr int kAppUnknown = 2004;
inline constexpr int kFormUnknown = 3000;
inline constexpr int kInvalidParameter = 3005;
inline constexpr int kSubmitFailed = 4000;
inline constexpr int kDataUnknown = 4001;
inline constexpr int kAggregateCheck = 4402;
inline constexpr int kFilterInvalid = 4815;
inline constexpr int kKeyMissing = 8301;
inline constexpr int kNoPermission = 8302;
inline constexpr int kCompanyRate = 8303;
inline constexpr int kEndpointRate = 8304;
inline constexpr int kTaskRefused = 9004;
inline constexpr int kLockRefused = 9007;
inline constexpr int kInvalidPlatformParameter = 17017;
inline constexpr int kKeyInvalid = 17018;
inline constexpr int kBatchUpdateLimit = 17023;
inline constexpr int kBatchCreateLimit = 17024;
inline constexpr int kTransactionFormat = 17025;
inline constexpr int kTransactionTaken = 17026;
inline constexpr int kUploadFailed = 17027;
inline constexpr int kFieldUnsupported = 17032;
inline constexpr int kBatchDeleteLimit = 17033;
inline constexpr int kSubFieldUnsupported = 17034;
inline constexpr int kAddressRefused = 17052;
inline constexpr int kAppRefused = 17053;
inline constexpr int kApiRefused = 17054;
}  // namespace codes

// An error that has its number already; `detail` is appended for whoever debugs.
Error fail(int code, std::string detail = {});
// The number of an error: its own, or that of its code and reason.
int number_of(const Error& error);
std::string_view text_of(int code);

http::Response success(const Json& body);
http::Response refuse(const Error& error);
// {"status":"failure","code":...,"message":...}
http::Response action_refused(const Error& error);

}  // namespace cinnabar::jodoo
