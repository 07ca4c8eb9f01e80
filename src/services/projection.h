// The rows by which the state of an instance is found and listed: activities, work items, waits,
// incidents and notices. Made from the events of one decision and from how the state differs, so
// that each row is written once. Private to instance_store.
#pragma once

#include "base/result.h"
#include "ports/store.h"
#include "services/instance_store.h"

namespace cinnabar::services {

// data_loss (storage_corrupt) when the row of something alive is missing.
Status write_projection(ports::WriteTransaction& transaction, const DecisionRecord& record);

// A title as lists show it.
std::string shown_title(const std::string& title);

}  // namespace cinnabar::services
