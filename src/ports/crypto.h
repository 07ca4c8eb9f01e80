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
  // SHA-1 in lower-case hex: for protocols of others that sign with it, never for one of ours.
  [[nodiscard]] virtual std::string sha1_hex(std::string_view bytes) = 0;
  // HMAC-SHA-256 in lower-case hex.
  [[nodiscard]] virtual std::string hmac_sha256_hex(std::string_view key,
                                                    std::string_view bytes) = 0;
  // Weak digests, 20 and 16 bytes, for protocols that are older than their weakness was known.
  [[nodiscard]] virtual std::string hmac_sha1(std::string_view key, std::string_view bytes) = 0;
  [[nodiscard]] virtual std::string md5(std::string_view bytes) = 0;
  // Secrets that have to be read again, encrypted and authenticated with AES-256-GCM. `key` has 32
  // bytes. `unseal`: data_loss (storage_corrupt) for another key and for damaged bytes.
  [[nodiscard]] virtual std::string seal(const Secret& key, const Secret& secret) = 0;
  [[nodiscard]] virtual Result<Secret> unseal(const Secret& key, std::string_view sealed) = 0;
  [[nodiscard]] virtual bool equal_constant_time(std::string_view a, std::string_view b) = 0;
  // `count` bytes from the system's generator; never fails short of an abort.
  [[nodiscard]] virtual std::string random_bytes(std::size_t count) = 0;
};

}  // namespace cinnabar::ports
