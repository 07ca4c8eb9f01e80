// Errors as values. A closed set of codes drives behaviour (HTTP status, retry, alert); an open,
// stable reason drives text and refinements; the detail is for developers and logs.
//
// Ownership: an Error owns all its text. Thread: a plain value. Never holds text from a secret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar {

// What a caller can do about it. Every door maps all of them with a switch without default.
enum class Code : std::uint8_t {
  invalid_argument,
  unauthenticated,
  permission_denied,
  not_found,
  already_exists,
  conflict,
  failed_precondition,
  resource_exhausted,
  deadline_exceeded,
  unavailable,
  unimplemented,
  data_loss,
  internal,
};

inline constexpr int kCodeCount = 13;

// The stable snake_case name of a code, as it appears on the wire and in logs.
std::string_view name(Code code);

// A stable machine-readable refinement, for example "work_item_already_completed". The view must
// point to a string literal; the product's reasons are listed in vocab/reasons.h.
struct Reason {
  std::string_view name;
  friend bool operator==(Reason, Reason) = default;
};

// One offending input field: its id in the form or request, and what was wrong with it.
struct FieldError {
  std::string field;
  Reason reason;
  std::string detail;
};

struct Error {
  Code code = Code::internal;
  Reason reason{"internal"};
  // What was expected, for a developer. May name ids, columns and limits; never file paths of the
  // server, SQL, or secrets, because doors may show it to the caller for invalid_argument.
  std::string detail;
  // The name, id or column that is wrong, when there is exactly one; empty otherwise.
  std::string subject;
  std::vector<FieldError> fields;
};

// "invalid_argument/field_unknown: no field amount2 (amount2)" for logs and test output.
std::string to_string(const Error& error);

Error make_error(Code code, Reason reason, std::string detail, std::string subject = {});

}  // namespace cinnabar
