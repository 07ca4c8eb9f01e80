// The token endpoint (RFC 6749): grants password, authorization_code and refresh_token. Errors are
// always 400 with a member `error`, because clients read no other answer; see
// docs/dialects/dadayun.md. Handlers of routes.
#pragma once

#include "api/common/route.h"

namespace cinnabar::dadayun {

api::Answer issue_token(const api::Call& call);

}  // namespace cinnabar::dadayun
