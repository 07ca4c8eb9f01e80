// The authorization endpoint (RFC 6749, section 4.1): a page on which a person signs in so that a
// program gets a code to change into tokens. Only for clients with the setting `redirect_uris`,
// addresses divided by blanks that are compared as a whole. Handlers of routes.
#pragma once

#include "api/common/route.h"

namespace cinnabar::dadayun {

api::Answer show_authorization(const api::Call& call);
api::Answer authorize(const api::Call& call);

}  // namespace cinnabar::dadayun
