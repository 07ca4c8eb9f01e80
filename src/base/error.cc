#include "base/error.h"

#include "base/assert.h"

namespace cinnabar {

std::string_view name(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return "invalid_argument";
    case Code::unauthenticated:
      return "unauthenticated";
    case Code::permission_denied:
      return "permission_denied";
    case Code::not_found:
      return "not_found";
    case Code::already_exists:
      return "already_exists";
    case Code::conflict:
      return "conflict";
    case Code::failed_precondition:
      return "failed_precondition";
    case Code::resource_exhausted:
      return "resource_exhausted";
    case Code::deadline_exceeded:
      return "deadline_exceeded";
    case Code::unavailable:
      return "unavailable";
    case Code::unimplemented:
      return "unimplemented";
    case Code::data_loss:
      return "data_loss";
    case Code::internal:
      return "internal";
  }
  CINNABAR_UNREACHABLE();
}

std::string to_string(const Error& error) {
  std::string out{name(error.code)};
  out += '/';
  out += error.reason.name;
  if (!error.detail.empty()) {
    out += ": ";
    out += error.detail;
  }
  if (!error.subject.empty()) {
    out += " (";
    out += error.subject;
    out += ')';
  }
  for (const auto& field : error.fields) {
    out += "; ";
    out += field.field;
    out += ' ';
    out += field.reason.name;
  }
  return out;
}

Error make_error(Code code, Reason reason, std::string detail, std::string subject) {
  Error error;
  error.code = code;
  error.reason = reason;
  error.detail = std::move(detail);
  error.subject = std::move(subject);
  return error;
}

}  // namespace cinnabar
