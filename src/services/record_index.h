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
#include "vocab/field_value.h"
#include "vocab/ids.h"

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

struct IndexChange {
  FormId form;
  RecordId record;
  const FieldValues& before;  // empty for a new record
  const FieldValues& after;   // empty for a removed one
};
void change_index(ports::WriteTransaction& transaction, const IndexChange& change);

}  // namespace cinnabar::services
