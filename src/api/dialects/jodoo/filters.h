// The filters of this door's lists: {"rel": "and", "cond": [{"field", "method", "value": [...]}]},
// checked against the methods that each type of field has.
#pragma once

#include "api/dialects/jodoo/fields.h"
#include "services/record_service.h"

namespace cinnabar::jodoo {

inline constexpr std::size_t kFilterConditionsMax = 50;
inline constexpr std::size_t kFilterListMax = 1'000;

// Adds the conditions to the query. An absent, empty or "{}" filter has none. Errors: 4815.
Status read_filter(const form::FormDefinition& form, const Json* filter, const ReadContext& context,
                   services::RecordQuery& query);

}  // namespace cinnabar::jodoo
