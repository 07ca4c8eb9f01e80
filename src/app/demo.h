// The demo: people and applications that the program carries, put into an empty database.
//
// Blocking; main thread. Errors: failed_precondition (database_not_empty) when the database holds
// other data; nothing was written then.
#pragma once

#include "app/wire.h"

namespace cinnabar::app {

inline constexpr Reason kDatabaseNotEmpty{"database_not_empty"};

// Safe to repeat: a first start that was cut off is finished, a finished one is left as it is.
Status install_demo(Core& core);

}  // namespace cinnabar::app
