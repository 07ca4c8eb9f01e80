// Conditions on the fields of records as part of a filter tree. Doors name a field, an operator and
// values; which column of which table answers that is known here alone.
//
// `record_column` is the column of the listed table that holds the record's id: `id` of records, or
// `record_id` of instances. Pure; any thread. Errors: invalid_argument (filter_invalid) for an
// operator that the field's type does not have, or a value of another type.
#pragma once

#include "base/result.h"
#include "domain/form/form_definition.h"
#include "ports/schema.h"
#include "vocab/field_value.h"
#include "vocab/filter.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

// The columns of records that lists may be filtered and sorted by.
namespace record_columns = ports::schema::record;

enum class FieldOp : std::uint8_t {
  equal,
  not_equal,  // true for an empty field, too
  one_of,
  none_of,  // true for an empty field, too
  all_of,   // a list that holds every value
  less,     // of an ordered type: texts, numbers, days, times
  less_equal,
  greater,
  greater_equal,
  between,       // two values, which belong to it: one look at the index instead of two
  contains,      // of a text: a part of it, without regard to ASCII case
  not_contains,  // true for an empty field, too
  empty,
  not_empty
};

struct FieldCondition {
  const form::Field* field = nullptr;
  FieldOp op = FieldOp::equal;
  // None for empty and not_empty, two for between, one where one is compared.
  std::vector<FieldValue> values;
};

Result<FilterNode> record_filter(FormId form, std::uint16_t record_column,
                                 const FieldCondition& condition);

// Records whose process instance is in one of these states; `rejected`: whether a decision against
// it ended it, unset: either.
FilterNode where_instance_state(const std::vector<InstanceState>& states,
                                std::optional<bool> rejected = std::nullopt);

// Rows whose `column` holds a user whose display name compares like that.
FilterNode where_user_name(std::uint16_t column, FilterOp op, std::string value);

// For a condition that one range of the index answers, the part below RelatedTo, by which records
// can be walked in the order of their ids; nullopt for others.
std::optional<std::vector<FilterNode>> index_range(FormId form, const FieldCondition& condition);

// For a condition that a value has to meet (equal, one_of, less, between, ...), what has to hold of
// an index entry of the field; nullopt for others.
std::optional<FilterNode> entry_values(const FieldCondition& condition);

}  // namespace cinnabar::services
