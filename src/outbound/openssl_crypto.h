// Argon2id, digests and random bits from libargon2 and OpenSSL.
#pragma once

#include "ports/crypto.h"

#include <condition_variable>
#include <mutex>

namespace cinnabar::outbound {

// Thread: safe from any. At most kHashersMax passwords are hashed at once, so that a flood of
// log-ins takes neither all memory (19 MiB each) nor all cores; further callers wait.
class OpensslCrypto final : public ports::Crypto {
 public:
  static constexpr int kHashersMax = 2;

  [[nodiscard]] Result<std::string> hash_password(const Secret& password) override;
  [[nodiscard]] bool verify_password(const Secret& password, std::string_view encoded) override;
  [[nodiscard]] std::string sha256_hex(std::string_view bytes) override;
  [[nodiscard]] std::string sha1_hex(std::string_view bytes) override;
  [[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) override;
  [[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view bytes) override;
  [[nodiscard]] std::string md5(std::string_view bytes) override;
  [[nodiscard]] std::string seal(const Secret& key, const Secret& secret) override;
  [[nodiscard]] Result<Secret> unseal(const Secret& key, std::string_view sealed) override;
  [[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b) override;
  [[nodiscard]] std::string random_bytes(std::size_t count) override;

 private:
  class Turn;

  std::mutex mutex_;
  std::condition_variable free_;
  int running_ = 0;
};

}  // namespace cinnabar::outbound
