// Request bodies and queries read by name: what was not asked for, is missing, or has another type
// is a field error, and all of them are told at once.
//
// Ownership: StrictBody owns the parsed document; StrictQuery owns its decoded text. Thread: plain
// values. Errors: invalid_argument with field errors.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "platform/http/request.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar::api {

inline constexpr Reason kMemberUnknown{"member_unknown"};
inline constexpr Reason kMemberMissing{"member_missing"};
inline constexpr Reason kMemberDuplicate{"member_duplicate"};
inline constexpr Reason kMemberWrongType{"member_wrong_type"};
inline constexpr Reason kValueUnknown{"value_unknown"};
inline constexpr Reason kContentTypeUnknown{"content_type_unknown"};

enum class Need : std::uint8_t { optional, required };

class StrictBody {
 public:
  // A JSON object; an empty body reads as an empty object.
  static Result<StrictBody> parse(const http::Request& request);

  std::optional<std::string> text(std::string_view member, Need need);
  std::optional<std::int64_t> integer(std::string_view member, Need need);
  // Null pointer when absent. Valid as long as the body.
  const Json* object(std::string_view member, Need need);
  const Json* any(std::string_view member, Need need);
  void report(std::string_view member, Reason reason, std::string detail);
  // Call last: an error when anything was wrong.
  Status finish();

 private:
  explicit StrictBody(Json document) : document_(std::move(document)) {}

  Json document_;
  std::set<std::string, std::less<>> asked_;
  std::vector<FieldError> errors_;
};

class StrictQuery {
 public:
  static Result<StrictQuery> parse(const http::Request& request);

  std::optional<std::string> text(std::string_view name);
  // Between `minimum` and `maximum`, else a field error.
  std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t minimum,
                       std::int64_t maximum);
  void report(std::string_view name, Reason reason, std::string detail);
  Status finish();

 private:
  std::vector<std::pair<std::string, std::string>> values_;
  std::set<std::string, std::less<>> asked_;
  std::vector<FieldError> errors_;
};

}  // namespace cinnabar::api
