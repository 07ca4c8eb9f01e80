// The one error for fields that are not acceptable: invalid_argument (fields_invalid), all of them
// listed, the first one as its subject.
#pragma once

#include "base/error.h"
#include "vocab/reasons.h"

#include <utility>
#include <vector>

namespace cinnabar::services {

// `errors` is not empty.
inline Error invalid_fields(std::vector<FieldError> errors) {
  Error error = make_error(Code::invalid_argument, reasons::kFieldsInvalid,
                           "some fields are not acceptable", errors.front().field);
  error.fields = std::move(errors);
  return error;
}

}  // namespace cinnabar::services
