#include "platform/http/server_test_support.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>

namespace cinnabar::http {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Freer<Free>>;
using OwnedFile = Owned<FILE, std::fclose>;

// A key and a self-signed certificate for localhost, as PEM files.
TlsFiles make_certificate(const std::filesystem::path& folder) {
  const TlsFiles files{.certificate_chain = folder / "cert.pem", .private_key = folder / "key.pem"};
  const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  const Owned<X509, X509_free> certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const OwnedFile key_file(std::fopen(files.private_key.c_str(), "w"));
  PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  const OwnedFile certificate_file(std::fopen(files.certificate_chain.c_str(), "w"));
  PEM_write_X509(certificate_file.get(), certificate.get());
  return files;
}

// A TLS client over a blocking socket.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, int version_max)
      : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), client_.fd());
    is_connected_ = SSL_connect(ssl_.get()) == 1;
  }
  [[nodiscard]] bool is_connected() const { return is_connected_; }
  void send(std::string_view text) {
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
  }
  // Everything until the server says goodbye.
  std::string receive_all() {
    std::string out;
    char block[16384];
    int n = 0;
    while ((n = SSL_read(ssl_.get(), block, sizeof(block))) > 0) {
      out.append(block, static_cast<std::size_t>(n));
    }
    ended_well_ = SSL_get_error(ssl_.get(), n) == SSL_ERROR_ZERO_RETURN;
    return out;
  }
  [[nodiscard]] bool ended_well() const { return ended_well_; }

 private:
  Client client_;
  Owned<SSL_CTX, SSL_CTX_free> context_;
  Owned<SSL, SSL_free> ssl_;
  bool is_connected_ = false;
  bool ended_well_ = false;
};

class TlsTest : public ServerFixture {
 protected:
  void SetUp() override {
    ServerFixture::SetUp();
    options_.tls = make_certificate(folder_);
  }
};

TEST_F(TlsTest, requests_are_served_and_the_end_is_announced) {
  start_echo();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server_->port(), version);
    ASSERT_TRUE(client.is_connected());
    const std::string body(200'000, 'x');
    client.send(
        "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nHost: h\r\nConnection: close"
        "\r\nContent-Length: 200000\r\n\r\n");
    client.send(body);
    const std::string answers = client.receive_all();
    EXPECT_NE(answers.find("GET /a?|HTTP/1.1 200 OK"), std::string::npos);
    EXPECT_TRUE(answers.ends_with("POST /b?|" + body));
    EXPECT_TRUE(client.ended_well());
  }
}

TEST_F(TlsTest, old_versions_and_plain_text_are_refused) {
  start_echo();
  const TlsClient old(server_->port(), TLS1_1_VERSION);
  EXPECT_FALSE(old.is_connected());
  Client plain(server_->port());
  plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(plain.receive().status, 0);
  TlsClient good(server_->port(), TLS1_3_VERSION);
  EXPECT_TRUE(good.is_connected());
}

TEST_F(TlsTest, handshake_has_a_deadline) {
  options_.limits.head_timeout = milliseconds(100);
  start_echo();
  Client silent(server_->port());
  EXPECT_TRUE(silent.is_at_end());
}

TEST_F(TlsTest, key_of_another_certificate_is_told) {
  const std::filesystem::path other = folder_ / "other";
  std::filesystem::create_directory(other);
  options_.tls->private_key = make_certificate(other).private_key;
  const auto handler = [](const std::shared_ptr<Request>&, const Responder&) {};
  EXPECT_EQ(Server::create(options_, handler, logger_, metrics_).error().reason, kTlsMalformed);
}

}  // namespace
}  // namespace cinnabar::http
