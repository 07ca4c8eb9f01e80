#include "services/uuid.h"

#include "base/assert.h"
#include "base/text.h"

#include <string_view>

namespace cinnabar::services {

std::string uuid_of_hex(std::string hex) {
  CINNABAR_ASSERT(hex.size() >= 32);
  hex.resize(32);
  hex[12] = '4';
  constexpr std::string_view kVariants = "89ab";
  const char c = hex[16];
  const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
  hex[16] = kVariants[static_cast<std::size_t>(digit & 3)];
  for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, 1, '-');
  return hex;
}

std::string random_hex(ports::Crypto& crypto, std::size_t bytes) {
  const std::string random = crypto.random_bytes(bytes);
  return to_hex({reinterpret_cast<const unsigned char*>(random.data()), random.size()});
}

std::string random_uuid(ports::Crypto& crypto) {
  constexpr std::size_t kBytes = 16;
  return uuid_of_hex(random_hex(crypto, kBytes));
}

}  // namespace cinnabar::services
