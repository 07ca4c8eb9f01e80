// Records in the order of a field's values, by the index of values: a page costs what it shows and
// what it passes over, not a sort of all that fit.
#pragma once

#include "base/result.h"
#include "ports/store.h"
#include "services/record_service.h"

#include <functional>
#include <vector>

namespace cinnabar::services {

// Rows of the table record that fit `filter`, in pieces, as `query` orders and bounds them.
Status each_by_field(ports::ReadTransaction& snapshot, const RecordQuery& query,
                     const FilterNode& filter,
                     const std::function<Status(const std::vector<ports::Row>&)>& take);

}  // namespace cinnabar::services
