// The working calendar as a document: a part of the directory package, the body of its route, and
// stored by itself. See docs/reference/package.md.
#pragma once

#include "domain/process/calendar.h"
#include "services/codec/strict_json.h"

#include <string>
#include <string_view>

namespace cinnabar::services::codec {

// What is wrong becomes problems; the settings are for WorkCalendar::create() when there are none.
process::WorkCalendar::Settings read_calendar(StrictObject& object, Problems& problems);
std::string print_calendar(const process::WorkCalendar::Settings& settings);
// Errors: data_loss (storage_corrupt) for a document that print_calendar did not make.
Result<process::WorkCalendar> load_calendar(std::string_view document);

}  // namespace cinnabar::services::codec
