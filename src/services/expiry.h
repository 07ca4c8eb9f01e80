// Rows that time has made useless, removed page by page so that no writer waits for long. Blocks on
// the commits: for background work. Errors: those of the store.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "ports/store.h"

#include <cstdint>

namespace cinnabar::services {

// Removes the rows whose `column` is before `before`; returns how many.
Result<std::int64_t> erase_older(ports::Store& store, const ports::Table& table,
                                 std::uint16_t column, Instant before);

}  // namespace cinnabar::services
