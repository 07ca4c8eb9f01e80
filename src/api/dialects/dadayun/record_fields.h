// Field values as this door writes them: by one of four names, people and groups by their UUID.
// Pure over the snapshots it is given; any thread. Errors: invalid_argument.
#pragma once

#include "api/dialects/dadayun/gateway.h"
#include "base/json.h"
#include "services/record_service.h"

#include <string>
#include <string_view>

namespace cinnabar::dadayun {

// How fields are named in a call: their id, or what people read. The vendor's four ways of naming
// are two here, because a field has one id.
enum class KeyOption : std::uint8_t { id, caption };
// "Entity", "FieldName", "Id" or "Caption", in any case; empty: the default.
Result<KeyOption> parse_key_option(std::string_view text);

std::string key_of(const form::Field& field, KeyOption keys);
// Null pointer when there is none. An id is found with either option.
const form::Field* find_field(const std::vector<form::Field>& fields, std::string_view key,
                              KeyOption keys);

struct ValueContext {
  const services::People& people;
  UtcOffset zone;
  KeyOption keys = KeyOption::id;
};
// Members of an object as values of fields; names that are no field of the form are refused, but
// for those that every record has (Id, Title, ...).
Result<FieldValues> read_fields(const form::FormDefinition& form, const Json& object,
                                const ValueContext& context);
Json write_value(const form::Field& field, const FieldValue* value, const ValueContext& context);

}  // namespace cinnabar::dadayun
