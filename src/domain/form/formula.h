// Calculated fields: a formula in FEEL (domain/expr) gives the value of its field, or of its column
// in every row of a table, whenever the record is written. Nobody fills them in.
//
// A formula sees fields by id, without regard to ASCII case; that of a column sees the columns of
// its own row first. Only what stands above it in the form: so one pass calculates everything and
// nothing goes round. The clock is not there, so that the same record has the same values always.
// Where a formula fails or its result does not fit the field, the field is empty.
//
// Pure; thread: any.
#pragma once

#include "domain/form/form_definition.h"

namespace cinnabar::form {

bool has_formulas(const FormDefinition& form);

// Brings the calculated fields of a whole record to what they have to be.
void calculate(const FormDefinition& form, FieldValues& fields);

// The changes of a record that holds `stored`, with those of calculated fields that follow from
// them; whatever `changes` say of a calculated field itself does not count.
FieldValues with_calculated(const FormDefinition& form, const FieldValues& stored,
                            FieldValues changes);

}  // namespace cinnabar::form
