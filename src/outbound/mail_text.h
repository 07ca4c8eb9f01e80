// The parts of an e-mail that are text of ours: addresses, the subject and the date as RFC 5322 and
// RFC 2047 want them. Pure.
#pragma once

#include "base/time.h"

#include <span>
#include <string>
#include <string_view>

namespace cinnabar::outbound {

// A plain address, "local@domain.example" in ASCII, without quotes and display name.
bool is_mail_address(std::string_view text);
// Without the line end; non-ASCII text becomes encoded words, folded.
std::string subject_header(std::string_view subject);
// "To: a@x, b@y", folded after each comma.
std::string address_header(std::string_view name, std::span<const std::string> addresses);
// "Date: Mon, 23 Nov 2026 07:22:56 +0000"
std::string date_header(Instant at);
// Lines end with CR LF.
std::string with_crlf(std::string_view text);

}  // namespace cinnabar::outbound
