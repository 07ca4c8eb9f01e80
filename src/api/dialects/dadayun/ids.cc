#include "api/dialects/dadayun/ids.h"

#include "api/common/opaque_id.h"
#include "base/text.h"

#include <algorithm>

namespace cinnabar::dadayun {
namespace {

constexpr std::size_t kDigits = 32;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

std::string with_dashes(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
    out += digits[i];
  }
  return out;
}

std::string to_guid(IdKind kind, std::int64_t id) {
  return with_dashes(api::to_opaque_id(static_cast<std::uint64_t>(kind), id));
}

std::optional<std::string> plain_guid(std::string_view text) {
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}') {
    text = text.substr(1, text.size() - 2);
  }
  std::string digits = to_lower_ascii(text);
  const bool has_dashes = digits.size() == kDigits + 4;
  if (has_dashes && with_dashes(digits.substr(0, 8) + digits.substr(9, 4) + digits.substr(14, 4) +
                                digits.substr(19, 4) + digits.substr(24)) != digits) {
    return std::nullopt;
  }
  if (has_dashes) std::erase(digits, '-');
  if (digits.size() != kDigits || !std::ranges::all_of(digits, is_hex)) return std::nullopt;
  return digits;
}

std::optional<std::int64_t> from_guid(IdKind kind, std::string_view text) {
  const auto digits = plain_guid(text);
  if (!digits) return std::nullopt;
  return api::from_opaque_id(static_cast<std::uint64_t>(kind), *digits);
}

std::string node_guid(const services::Services& services, const services::Process& process,
                      std::string_view node_id) {
  return derived_guid(services, process, node_id);
}

std::string derived_guid(const services::Services& services, const services::Process& process,
                         std::string_view text) {
  std::string digits =
      services.crypto.sha256_hex(process.uuid + "/" + std::string(text)).substr(0, kDigits);
  digits[12] = '4';
  digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) % 4];
  return with_dashes(digits);
}

}  // namespace cinnabar::dadayun
