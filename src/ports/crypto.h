// Password hashing, digests and unguessable bits. Implemented by outbound with argon2 and OpenSSL.
// Any thread.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <string>
#include <string_view>

namespace cinnabar::ports {

class Crypto {
 public:
  Crypto() = default;
  Crypto(const Crypto&) = delete;
  Crypto& operator=(const Crypto&) = delete;
  virtual ~Crypto() = default;

  // Argon2id in its encoded form. Takes tens of milliseconds: never on an I/O thread or the writer.
  [[nodiscard]] virtual Result<std::string> hash_password(const Secret& password) = 0;
  // False for a wrong password and for an unreadable hash, in the same time.
  [[nodiscard]] virtual bool verify_password(const Secret& password, std::string_view encoded) = 0;
  // SHA-256 in lower-case hex.
  [[nodiscard]] virtual std::string sha256_hex(std::string_view bytes) = 0;
  // HMAC-SHA-256 in lower-case hex.
  [[nodiscard]] virtual std::string hmac_sha256_hex(std::string_view key,
                                                    std::string_view bytes) = 0;
  [[nodiscard]] virtual bool equal_constant_time(std::string_view a, std::string_view b) = 0;
  // `count` bytes from the system's generator; never fails short of an abort.
  [[nodiscard]] virtual std::string random_bytes(std::size_t count) = 0;
};

}  // namespace cinnabar::ports
