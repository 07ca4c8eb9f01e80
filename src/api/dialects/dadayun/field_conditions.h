// Conditions on the fields of a form. Pure over the snapshots they are given; any thread. Errors:
// invalid_argument for a field that lists are not filtered by, an operator that its type does not
// have, and a value that is none of the type.
#pragma once

#include "api/dialects/dadayun/filter_syntax.h"
#include "services/people.h"
#include "services/record_filter.h"

#include <cstdint>

namespace cinnabar::dadayun {

struct FieldScope {
  FormId form;
  std::uint16_t record_column = 0;  // as services::record_filter wants it
  const services::People& people;
  UtcOffset zone;
};

Result<FilterNode> field_condition(const FilterItem& item, const form::Field& field,
                                   const FieldScope& scope);

}  // namespace cinnabar::dadayun
