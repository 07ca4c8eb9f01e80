#include "api/dialects/jodoo/gateway.h"

#include "api/common/rate_limiter.h"
#include "api/dialects/jodoo/apps.h"
#include "services/testing/world.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cinnabar::jodoo {
namespace {

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    world_.deploy(services::testing::kTwoTasks);
    app_ =
        app_id(*world_.catalog.current(), world_.catalog.current()->applications().begin()->first);
  }

  void add_key(std::string secret, std::map<std::string, std::string, std::less<>> settings = {}) {
    services::PackageClient client;
    client.door = kDoorName;
    client.secret = Secret{std::move(secret)};
    client.user = "admin";
    client.settings = std::move(settings);
    services::DirectoryPackage directory;
    directory.clients.push_back(std::move(client));
    ASSERT_TRUE(world_.admin.import_directory(directory).has_value());
  }
  // The body of what a route of apps.h answers.
  Json ask(std::string_view key, std::string_view pattern, const Json& body) {
    auto request = std::make_shared<http::Request>();
    request->path = "/api/v5" + std::string(pattern);
    request->headers.push_back({"Authorization", "Bearer " + std::string(key)});
    request->body = print(body);
    services::Services services = world_.all();
    api::Call call;
    call.request = request;
    call.captures = {"v5"};
    call.services = &services;
    call.rates = &rates_;
    const std::string full = "/api/{version}" + std::string(pattern);
    const auto routes = app_routes();
    const auto route = std::ranges::find(routes, full, &api::Route::pattern);
    call.pattern = route->pattern;
    const api::Answer answer = route->handler(call);
    return *Json::parse(std::get<http::Response>(answer).body);
  }
  static std::int64_t code(const Json& answer) {
    const Json* code = answer.find("code");
    return code == nullptr ? 0 : code->as_int().value_or(-1);
  }
  std::size_t apps(std::string_view key) {
    return ask(key, "/app/list", Json::object()).find("apps")->as_array()->size();
  }
  std::int64_t forms(std::string_view key) {
    return code(ask(key, "/app/entry/list", Json::object().set("app_id", app_)));
  }

  services::testing::World world_;
  api::RateLimiter rates_;
  std::string app_;
};

TEST_F(GatewayTest, a_key_for_other_apps_neither_lists_an_app_nor_its_forms) {
  add_key("all");
  add_key("mine", {{"apps", "other, " + app_}});
  // Not an app of the list, though the text holds its id.
  add_key("others", {{"apps", "x" + app_ + "x"}});
  EXPECT_EQ(apps("all"), 1U);
  EXPECT_EQ(forms("all"), 0);
  EXPECT_EQ(apps("mine"), 1U);
  EXPECT_EQ(forms("mine"), 0);
  EXPECT_EQ(apps("others"), 0U);
  EXPECT_EQ(forms("others"), codes::kAppRefused);
}

TEST_F(GatewayTest, an_endpoint_has_its_calls_per_second) {
  add_key("key");
  for (int i = 0; i < 30; ++i) EXPECT_EQ(apps("key"), 1U);
  EXPECT_EQ(code(ask("key", "/app/list", Json::object())), codes::kEndpointRate);
  // Another endpoint whose path ends like this one.
  EXPECT_EQ(forms("key"), 0);
  world_.clock.advance(seconds(1));
  EXPECT_EQ(apps("key"), 1U);
}

TEST_F(GatewayTest, a_key_without_limits_has_none) {
  add_key("key", {{"rate_limits", "off"}});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(apps("key"), 1U);
}

TEST_F(GatewayTest, a_key_may_be_bound_to_addresses) {
  add_key("near", {{"addresses", "10.*"}});
  EXPECT_EQ(code(ask("near", "/app/list", Json::object())), codes::kAddressRefused);
}

}  // namespace
}  // namespace cinnabar::jodoo
