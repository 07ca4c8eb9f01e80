// Who calls, through which door, under which request: made by a door, taken by every service call.
#pragma once

#include "vocab/principal.h"

#include <string>

namespace cinnabar::services {

struct CallContext {
  Principal principal;
  std::string door;  // the name of the HTTP surface, for the audit
  std::string request_id;
  std::string remote;  // address of the caller, for the audit
};

}  // namespace cinnabar::services
