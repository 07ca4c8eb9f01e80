// The text that a client signs with its secret, taken from the request as it came over the wire:
// nothing is decoded and encoded again, because clients encode differently. Pure; any thread.
#pragma once

#include "base/time.h"
#include "platform/http/request.h"

#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::dadayun {

// `path_prefix` stands before the path: that of a proxy which took it away. Empty: none.
std::string string_to_sign(const http::Request& request, std::string_view path_prefix);

struct Signature {
  std::string key;    // of the client
  std::string bytes;  // decoded
};
// "DDY key:base64"; nullopt for anything else.
std::optional<Signature> parse_signature(std::string_view authorization);

// "Thu, 30 Aug 2018 02:55:22 GMT"; the name of the day is not compared with the date.
std::optional<Instant> parse_http_date(std::string_view text);

}  // namespace cinnabar::dadayun
