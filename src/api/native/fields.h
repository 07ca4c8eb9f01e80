// Field values of records as JSON of the native API and back.
//
// Texts, options and addresses are JSON texts; numbers are JSON numbers with their exact digits;
// dates "YYYY-MM-DD"; times RFC 3339; people and groups objects with an id, which a caller may
// write as a plain name or key; sub-tables are lists of objects. Null clears. Pure; any thread.
#pragma once

#include "api/native/views.h"
#include "base/result.h"
#include "vocab/field_value.h"

namespace cinnabar::native {

Json fields_json(const Names& names, const FieldValues& fields);

// `form` is the definition the record is checked against. Errors: invalid_argument (fields_invalid)
// with one field error each: field_unknown, field_wrong_type, user_unknown, group_unknown.
Result<FieldValues> read_fields(const services::DeployedDefinition& definition,
                                const services::People& people, UtcOffset time_zone,
                                const Json& fields);

// The fields of a form for those who draw it.
Json form_json(const services::DeployedDefinition& definition);

}  // namespace cinnabar::native
