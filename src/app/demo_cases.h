// Cases that a demo starts with: instances that were begun some minutes ago and went some way,
// made by the same commands as any other, with a clock of their own.
//
// Blocking; main thread. Errors: invalid_argument (package_invalid) for a document that is none;
// those of the commands.
#pragma once

#include "app/wire.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace cinnabar::app {

// A document is a JSON object: `application` and `process` by their keys, and `cases`, the oldest
// first, a minute apart, the last one a minute ago. A case has `by`, `fields` ("{date}" in a text
// is the day of its start), `important`, `urgent` and `then`: steps with `by`, `do` (approve,
// suspend, terminate) and `comment`, twenty seconds apart. An approval is of the first open task.
//
// Steps, starts included, are counted over all documents: those that were made before are passed
// over.
struct CaseProgress {
  std::int64_t done = 0;     // made before
  std::int64_t reached = 0;  // so far
  // With the number of steps made, within the transaction of each.
  std::function<void(ports::WriteTransaction&, std::int64_t)> note;
};
Status make_cases(Core& core, std::string_view document, CaseProgress& progress);

}  // namespace cinnabar::app
