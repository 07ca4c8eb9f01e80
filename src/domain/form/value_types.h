// Which values a field type holds, and how a computed value is fitted to a field. Pure; thread:
// any.
#pragma once

#include "domain/form/form_definition.h"

#include <optional>

namespace cinnabar::form {

// True when a value that is not Null has the shape of the field's type. Does not look at options,
// patterns, lengths, columns or the directory.
bool has_type(const Field& field, const FieldValue& value);

// A computed value in the shape of the field: numbers become text in text fields, number-like text
// becomes a number in number fields, one element becomes a list in list fields, and empty values
// become Null. nullopt when the value can not be that.
std::optional<FieldValue> fit(const Field& field, const FieldValue& value);

// What people read: the option's text for a value of a field with options, else plain text.
std::string display_text(const Field& field, const FieldValue& value);

}  // namespace cinnabar::form
