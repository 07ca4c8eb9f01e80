#include "api/dialects/dadayun/signature.h"

#include "base/text.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace cinnabar::dadayun {
namespace {

constexpr std::string_view kSecret = "sk-demo-secret-0001";
constexpr std::string_view kDate = "Thu, 30 Aug 2018 02:55:22 GMT";

http::Request request(std::string method, std::string path, std::string query = {}) {
  http::Request made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.query = std::move(query);
  made.headers = {{"Date", std::string(kDate)}};
  return made;
}

std::string sign(const http::Request& request) {
  const std::string text = string_to_sign(request, {});
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha1(), kSecret.data(), static_cast<int>(kSecret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return to_base64({reinterpret_cast<const char*>(digest), size});
}

// Made by the vendor's own client library with these keys and this date.
TEST(DadayunSignature, known_requests_have_the_signatures_of_the_client_library) {
  EXPECT_EQ(sign(request("GET", "/v1/date")), "N7QoRaF1YUXE1ofCWrzvrjrHA50=");
  EXPECT_EQ(
      sign(request("GET", "/v1/workflow/templates/8c50cd03-905b-8dd1-d7a9-1bbf35b868f1/instances",
                   "start=0&limit=20&sort=-CreateTime&count=True")),
      "ne3Ruag5TZy3cRy+nwiY70nRi1I=");
  http::Request form =
      request("POST", "/v1/form/templates/Employee/instances", "containsAuthority=False");
  form.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  EXPECT_EQ(sign(form), "2OlIr+zN/w0bSyVoE7SxKEeZkT0=");
}

TEST(DadayunSignature, any_change_of_what_is_signed_changes_the_text) {
  http::Request base = request("POST", "/v1/form/templates/a%20b/instances", "b=1&a=%3A");
  base.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  base.headers.push_back({"X-DDY-Trace", "one"});
  const std::string text = string_to_sign(base, {});
  const auto differs = [&](auto change) {
    http::Request changed = base;
    change(changed);
    return string_to_sign(changed, {}) != text;
  };
  EXPECT_TRUE(differs([](http::Request& r) { r.method = "PUT"; }));
  EXPECT_TRUE(differs([](http::Request& r) { r.path = "/v1/form/templates/a+b/instances"; }));
  EXPECT_TRUE(differs([](http::Request& r) { r.path += "/"; }));
  EXPECT_TRUE(differs([](http::Request& r) { r.query = "b=1&a=:"; }));
  for (std::size_t i = 0; i < base.headers.size(); ++i) {
    EXPECT_TRUE(differs([i](http::Request& r) { r.headers[i].value += "x"; })) << i;
  }
  EXPECT_FALSE(differs([](http::Request& r) { r.query = "a=%3A&b=1"; }));
}

TEST(DadayunSignature, the_text_follows_the_wire) {
  http::Request odd = request("GET", "//v1///date/", "B=2&a=1&a=9&flag&e=&x=1=2&&");
  odd.headers.push_back({"x-ddy-b", "two  words"});
  odd.headers.push_back({"X-Ddy-A", "a\tb"});
  EXPECT_EQ(string_to_sign(odd, {}),
            "GET\n\n\n" + std::string(kDate) +
                "\nx-ddy-a:a\tb\nx-ddy-b:two words\n/v1/date/?B=2&a=1&e=&flag=&x=1");
  EXPECT_TRUE(string_to_sign(request("GET", "/v1/date"), "/bpm").ends_with("\n/bpm/v1/date"));
  EXPECT_TRUE(string_to_sign(request("GET", ""), {}).ends_with("\n/"));
}

TEST(DadayunSignature, only_one_spelling_of_a_header_is_a_signature) {
  const auto good = parse_signature("DDY ak:N7QoRaF1YUXE1ofCWrzvrjrHA50=");
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(good->key, "ak");
  EXPECT_EQ(good->bytes.size(), 20U);
  for (const char* bad : {"", "DDY", "DDY ", "DDY ak", "DDY :N7Qo", "Basic ak:N7Qo", "DDY ak:N7Q!",
                          "DDY ak:N7QoRaF1YUXE1ofCWrzvrjrHA50"}) {
    EXPECT_FALSE(parse_signature(bad).has_value()) << bad;
  }
}

TEST(DadayunSignature, dates_are_read_in_one_form) {
  EXPECT_EQ(parse_http_date(kDate), Instant{1'535'597'722'000'000});
  for (const char* bad : {"", "Thu, 30 Aug 2018 02:55:22", "Thu, 31 Sep 2018 02:55:22 GMT",
                          "Thu, 30 aug 2018 02:55:22 GMT", "Thu, 30 Aug 2018 24:55:22 GMT",
                          "2018-08-30T02:55:22Z         ", "Thu, +1 Aug 2018 02:55:22 GMT"}) {
    EXPECT_FALSE(parse_http_date(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace cinnabar::dadayun
