// One field value as JSON text, as records store it. Private to services/codec.
#pragma once

#include "base/json.h"
#include "vocab/field_value.h"

#include <optional>
#include <string>

namespace cinnabar::services::codec {

// Appends the value; it must not nest deeper than kValueDepthMax.
void put_json(std::string& out, const FieldValue& value);
// Nullopt for anything that put_json does not write.
std::optional<FieldValue> get_json(const Json& json);

}  // namespace cinnabar::services::codec
