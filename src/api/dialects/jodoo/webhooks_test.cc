#include "api/dialects/jodoo/webhooks.h"

#include "base/text.h"
#include "services/testing/world.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>

namespace cinnabar::jodoo {
namespace {

using services::testing::World;

// With the one digest that has to be right here.
class RealSha1 final : public services::testing::FakeCrypto {
 public:
  std::string sha1_hex(std::string_view bytes) override {
    std::array<unsigned char, 20> digest{};
    EXPECT_EQ(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr),
              1);
    return to_hex(digest);
  }
};

std::string as_javascript(std::string_view text) {
  const auto json = Json::parse(text);
  return json ? javascript_json(*json) : "unreadable";
}

// Accepted by the vendor's own receiver.
constexpr const char* kVector =
    R"({"op":"data_create","data":{"_id":"65f000000000000000000001","formName":"表单"}})";
constexpr const char* kVectorSignature = "186946477e1154a6b925c49dcc4087ecc1cadb47";

TEST(JodooWebhook, signs_like_the_vendor) {
  RealSha1 crypto;
  EXPECT_EQ(as_javascript(kVector), kVector);
  EXPECT_EQ(sign_push(crypto, {"b7f0", kVector, "test-secret", "1700000000"}), kVectorSignature);
  EXPECT_NE(sign_push(crypto, {"b7f0", kVector, "test-secret", "1700000001"}), kVectorSignature);
  const ports::HttpCall call = kWebhookFormat.call(
      crypto, "http://a", {"test-secret", "b7f0", kVector, 7, Instant{1'700'000'000'999'999}});
  EXPECT_EQ(call.url, "http://a?timestamp=1700000000&nonce=b7f0");
  const std::vector<ports::HttpHeader> expected{{"Content-Type", "application/json"},
                                                {"X-JDY-DeliverId", "5f0c1e000000000000000007"},
                                                {"X-JDY-Signature", kVectorSignature}};
  EXPECT_EQ(call.headers, expected);
}

TEST(JodooWebhook, numbers_are_written_as_javascript_writes_them) {
  EXPECT_EQ(as_javascript("[1, 1.0, 100, 1e3, -5, 0, -0, 0.10]"), "[1,1,100,1000,-5,0,0,0.1]");
  EXPECT_EQ(as_javascript("[19.99, 0.1, 1e21, 1e20, 123456789012345680000]"),
            "[19.99,0.1,1e+21,100000000000000000000,123456789012345680000]");
  EXPECT_EQ(as_javascript("[0.000001, 0.0000001, 1.5e-9, 1.25e25, -2.5]"),
            "[0.000001,1e-7,1.5e-9,1.25e+25,-2.5]");
  // More digits than a double has; too large and too small for one.
  EXPECT_EQ(as_javascript("[12345678901234567890, 0.1234567890123456789, 1e400, 1e-400]"),
            "[12345678901234567000,0.12345678901234568,null,0]");
}

TEST(JodooWebhook, printable_text_is_not_escaped) {
  EXPECT_EQ(as_javascript(R"(["表单 \u00e9\u2028/\u007f\"\\\n\r\t\b\f\u0001\u001f"])"),
            "[\"表单 é\xE2\x80\xA8/\x7F\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u001f\"]");
}

TEST(JodooWebhook, keys_that_are_indexes_come_first) {
  EXPECT_EQ(as_javascript(
                R"({"b": 1, "10": 2, "a": {"x": [ ], "1": {}}, "9": 3, "01": 4, "4294967295": 5})"),
            R"({"9":3,"10":2,"b":1,"a":{"1":{},"x":[]},"01":4,"4294967295":5})");
}

TEST(JodooWebhook, parameters_follow_those_that_the_address_has) {
  World world;
  const services::WebhookSignature signature{"s", "b7f0", "{}", 7, Instant{1'700'000'000'000'000}};
  EXPECT_EQ(kWebhookFormat.call(world.crypto, "http://a/b", signature).url,
            "http://a/b?timestamp=1700000000&nonce=b7f0");
  EXPECT_EQ(kWebhookFormat.call(world.crypto, "http://a/b?c=d", signature).url,
            "http://a/b?c=d&timestamp=1700000000&nonce=b7f0");
}

}  // namespace
}  // namespace cinnabar::jodoo
