// Who calls the native API: a session cookie, a bearer code, a personal access token, or a password
// with every call.
//
// A browser sends its cookie along with whatever page asks it to, so a call that changes something
// and is known by its cookie alone must show that it comes from our own pages. Thread: any.
#pragma once

#include "api/common/route.h"

#include <string_view>

namespace cinnabar::native {

inline constexpr std::string_view kSessionKind = "native";
inline constexpr std::string_view kCookieName = "cinnabar_session";
inline constexpr Reason kCrossSite{"cross_site_request"};

// Whoever signed in sits at a screen; passwords and tokens that come with every call are sent by
// programs.
services::CallContext context_of(const api::Call& call, Principal principal,
                                 services::Origin origin = services::Origin::program);

// Errors: unauthenticated (credentials_missing, credentials_malformed, credentials_wrong,
// session_unknown, session_expired, token_unknown, token_expired), permission_denied
// (cross_site_request).
Result<services::CallContext> authenticate(const api::Call& call);

// True for a password that was not checked within the last minute.
bool has_unchecked_password(const api::Call& call);
// Checks it and leaves the principal in the call. Takes tens of milliseconds.
Status check_password(api::Call& call);

// Sent by one of our pages, or by no browser at all.
bool is_same_site(const http::Request& request);
// Known by a personal access token, which may do what its user may, but not make more tokens.
bool has_personal_token(const http::Request& request);
// The session code of the call, from cookie or header; empty when there is none.
std::string_view session_code(const http::Request& request);

// problem(), with WWW-Authenticate where it belongs.
http::Response refuse(const api::Call& call, const Error& error);

}  // namespace cinnabar::native
