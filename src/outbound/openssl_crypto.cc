#include "outbound/openssl_crypto.h"

#include "base/assert.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <memory>

namespace cinnabar::outbound {
namespace {

// The parameters that OWASP names as the least for argon2id.
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kMemoryKib = 19'456;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kPasswordBytesMax = 1'024;

// What an unknown user's password is compared with, so that it takes the same time. No password has
// this hash: its bytes were not made from one.
constexpr std::string_view kNobody =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// An encoded hash names its own cost: one that is not ours could ask for any amount of memory.
bool has_our_cost(std::string_view encoded) {
  return encoded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") &&
         encoded.find('\0') == std::string_view::npos;
}

constexpr std::size_t kSealKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

using CipherContext =
    std::unique_ptr<EVP_CIPHER_CTX, decltype([](EVP_CIPHER_CTX* c) { EVP_CIPHER_CTX_free(c); })>;

const unsigned char* unsigned_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string hex_of(const unsigned char* bytes, std::size_t size) {
  return to_hex({bytes, size});
}

std::string digest_hex(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const int ok = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, kind, nullptr);
  CINNABAR_ASSERT(ok == 1);
  return hex_of(digest.data(), size);
}

}  // namespace

class OpensslCrypto::Turn {
 public:
  explicit Turn(OpensslCrypto& owner) : owner_(owner) {
    std::unique_lock lock(owner_.mutex_);
    owner_.free_.wait(lock, [this] { return owner_.running_ < kHashersMax; });
    ++owner_.running_;
  }
  ~Turn() {
    {
      const std::scoped_lock lock(owner_.mutex_);
      --owner_.running_;
    }
    owner_.free_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  OpensslCrypto& owner_;
};

Result<std::string> OpensslCrypto::hash_password(const Secret& password) {
  const std::string_view text = password.reveal();
  if (text.size() > kPasswordBytesMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "the password is too long",
                      "password");
  }
  const std::string salt = random_bytes(kSaltBytes);
  std::string encoded(
      argon2_encodedlen(kPasses, kMemoryKib, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const Turn turn(*this);
  const int code =
      argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, text.data(), text.size(), salt.data(),
                            salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) {
    return make_error(Code::unavailable, reasons::kInternal,
                      std::string("argon2: ") + argon2_error_message(code));
  }
  encoded.resize(std::string_view(encoded.c_str()).size());
  return encoded;
}

bool OpensslCrypto::verify_password(const Secret& password, std::string_view encoded) {
  const std::string_view text = password.reveal();
  const bool usable = text.size() <= kPasswordBytesMax && has_our_cost(encoded);
  const std::string stored(usable ? encoded : kNobody);
  const Turn turn(*this);
  const int code = argon2id_verify(stored.c_str(), text.data(), usable ? text.size() : 0);
  if (usable && code != ARGON2_OK && code != ARGON2_VERIFY_MISMATCH) {
    // Found unreadable before the expensive part, which is paid for all the same.
    static_cast<void>(argon2id_verify(std::string(kNobody).c_str(), text.data(), text.size()));
  }
  return usable && code == ARGON2_OK;
}

std::string OpensslCrypto::sha256_hex(std::string_view bytes) {
  return digest_hex(EVP_sha256(), bytes);
}

std::string OpensslCrypto::sha1_hex(std::string_view bytes) {
  return digest_hex(EVP_sha1(), bytes);
}

std::string OpensslCrypto::hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const unsigned char* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   bytes.size(), digest.data(), &size);
  CINNABAR_ASSERT(made != nullptr);
  return hex_of(digest.data(), size);
}

std::string OpensslCrypto::hmac_sha1(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const unsigned char* made = HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   bytes.size(), digest.data(), &size);
  CINNABAR_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string OpensslCrypto::md5(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
  CINNABAR_ASSERT(done == 1);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// A random nonce, what was encrypted, and its tag.
std::string OpensslCrypto::seal(const Secret& key, const Secret& secret) {
  CINNABAR_ASSERT(key.reveal().size() == kSealKeyBytes);
  const std::string nonce = random_bytes(kNonceBytes);
  const std::string_view plain = secret.reveal();
  std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
  sealed.replace(0, kNonceBytes, nonce);
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  const CipherContext context{EVP_CIPHER_CTX_new()};
  int size = 0;
  int rest = 0;
  const bool done =
      context != nullptr &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, unsigned_of(key.reveal()),
                         unsigned_of(nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), out + kNonceBytes, &size, unsigned_of(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), out + kNonceBytes + size, &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTagBytes),
                          out + kNonceBytes + plain.size()) == 1;
  CINNABAR_ASSERT(done);
  return sealed;
}

Result<Secret> OpensslCrypto::unseal(const Secret& key, std::string_view sealed) {
  CINNABAR_ASSERT(key.reveal().size() == kSealKeyBytes);
  const Error damaged = make_error(Code::data_loss, reasons::kStorageCorrupt,
                                   "a stored secret does not open with the server's key");
  if (sealed.size() < kNonceBytes + kTagBytes) return damaged;
  const std::size_t length = sealed.size() - kNonceBytes - kTagBytes;
  std::string plain(length, '\0');
  std::string tag(sealed.substr(kNonceBytes + length));
  const CipherContext context{EVP_CIPHER_CTX_new()};
  auto* out = reinterpret_cast<unsigned char*>(plain.data());
  int size = 0;
  int rest = 0;
  const bool opened =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, unsigned_of(key.reveal()),
                         unsigned_of(sealed)) == 1 &&
      EVP_DecryptUpdate(context.get(), out, &size, unsigned_of(sealed) + kNonceBytes,
                        static_cast<int>(length)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTagBytes),
                          tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out + size, &rest) == 1;
  if (!opened) return damaged;
  return Secret{std::move(plain)};
}

bool OpensslCrypto::equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string OpensslCrypto::random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  const int ok =
      RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count));
  CINNABAR_ASSERT(ok == 1);
  return bytes;
}

}  // namespace cinnabar::outbound
