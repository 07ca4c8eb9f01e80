// Small readers for what requests carry besides JSON: form bodies and query strings, the language
// a caller prefers, and Basic credentials. Pure functions on borrowed views. Thread: any.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar::http {

inline constexpr Reason kFormMalformed{"form_malformed"};
inline constexpr Reason kFormTooLarge{"form_too_large"};
inline constexpr Reason kCredentialsMalformed{"credentials_malformed"};

inline constexpr std::size_t kFormFieldsMax = 10'000;

using FormFields = std::vector<std::pair<std::string, std::string>>;

// application/x-www-form-urlencoded, for bodies and query strings: in order, repeated names kept,
// '+' is a space, a name without '=' has an empty value, empty pieces are skipped. Errors:
// form_malformed for a broken escape or text that is no UTF-8, form_too_large for too many fields.
Result<FormFields> parse_form(std::string_view text, std::size_t fields_max = kFormFieldsMax);

// The supported tag that suits an Accept-Language header best: by q-value, then by order. A range
// suits a tag when they are equal, or share language and script ("zh-HK" and "zh-TW"), or share the
// language alone ("en-US" and "en"), the closest first. `fallback` when nothing suits.
std::string pick_language(std::string_view accept_language,
                          std::span<const std::string_view> supported, std::string_view fallback);

struct BasicCredentials {
  std::string user;
  Secret password;
};
// The value of an Authorization header with the Basic scheme; the password starts after the first
// colon. Errors: credentials_malformed.
Result<BasicCredentials> parse_basic_auth(std::string_view authorization);

}  // namespace cinnabar::http
