// Values of form fields between this door's wire and the product's types. The wire is loose: a
// number may come as text, a list as JSON text, an assignee as {"group": "1", "user": ""}.
//
// Pure functions; `people` resolves names of persons and groups.
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "services/catalog.h"
#include "services/people.h"
#include "vocab/field_value.h"

#include <string>

namespace cinnabar::omflow {

struct FieldContext {
  const services::People* people = nullptr;
  UtcOffset time_zone;
};

// [{"id": ..., "value": ..., "type": ignored}]. Ids in any ASCII case, the last of equal ids wins,
// null clears. invalid_argument (fields_invalid) naming the fields that are unknown or do not fit;
// argument_malformed for an item without id or value.
Result<FieldValues> read_fields(const Json::Array& items, const form::FormDefinition& form,
                                const FieldContext& context);
// {"name": value}: the values of a start without a form design.
Result<FieldValues> read_variables(const Json::Object& variables, const form::FormDefinition& form,
                                   const FieldContext& context);

// As rows show it: always text, structured values as JSON text; null when there is none.
Json wire_text(const FieldValue& value, const FieldContext& context);
// As a form shows it: lists and objects as they are.
Json wire_value(const FieldValue& value, const FieldContext& context);
// The door's word for a field's type, for example "inputbox" or "h_title".
std::string_view wire_type(const form::Field& field);

}  // namespace cinnabar::omflow
