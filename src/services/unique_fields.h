// Unique fields: no two records of a form share a value. The values of all records of a form are
// kept in one table, so that finding a twin is one look-up, also between commands of one group.
#pragma once

#include "base/result.h"
#include "domain/form/form_definition.h"
#include "ports/store.h"
#include "vocab/field_value.h"
#include "vocab/ids.h"

namespace cinnabar::services {

// A longer value is refused: it could not be indexed.
inline constexpr std::size_t kUniqueBytesMax = 500;

// The values of one record before and after a command.
struct ValueChange {
  FormId form;
  RecordId record;
  const FieldValues& before;  // empty for a new record
  const FieldValues& after;   // empty for a removed one
  bool allow_twins = false;   // a value that another record has is left to that one;
                              // of several records of one command the last one has it
};

// Takes the values of `after`, gives back those of `before` that changed. invalid_argument
// (fields_invalid) with field_not_unique for each value that another record has.
Status change_unique_values(ports::WriteTransaction& transaction, const form::FormDefinition& form,
                            const ValueChange& change);

}  // namespace cinnabar::services
