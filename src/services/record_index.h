// What lists of records are filtered by: one row of the table record_index per value of a field,
// kept in the transaction that writes the record.
//
// Texts are compared by their first kIndexTextBytesMax bytes, up to a zero byte, byte by byte.
// Numbers are ordered to the millionth and within the range of 64 bits, beyond which they are all
// alike; equality is exact through the canonical text. Times are microseconds, days are texts,
// people and groups are ids. Empty values, files' contents and tables have no rows. Thread: the
// writer.
#pragma once

#include "domain/form/form_definition.h"
#include "ports/store.h"
#include "services/unique_fields.h"
#include "vocab/field_value.h"

#include <cstddef>
#include <optional>
#include <string>

namespace cinnabar::services {

inline constexpr std::size_t kIndexTextBytesMax = 2'000;

// How one value is found; neither: it is not.
struct IndexKey {
  std::optional<std::string> text;
  std::optional<std::int64_t> number;
};
IndexKey index_key(const FieldValue& value);
// By number or, like texts, by text.
bool is_indexed_by_number(form::FieldType type);
// To the millionth, rounded towards zero, held within int64.
std::int64_t scaled_number(const Decimal& number);

// What every write of a record owes beside its row: its values in the index, and those of unique
// fields taken and given back. Errors: those of change_unique_values.
Status change_values(ports::WriteTransaction& transaction, const form::FormDefinition& form,
                     const ValueChange& change);

}  // namespace cinnabar::services
