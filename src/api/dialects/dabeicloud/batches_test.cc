#include "api/dialects/dabeicloud/batches.h"

#include "api/dialects/dabeicloud/ids.h"
#include "base/json.h"
#include "services/testing/world.h"

#include <gtest/gtest.h>

namespace cinnabar::dabeicloud {
namespace {

class BatchesTest : public ::testing::Test {
 protected:
  BatchesTest() {
    services::PackageClient client;
    client.door = kDoorName;
    client.secret = Secret{"token"};
    client.user = "admin";
    services::DirectoryPackage directory;
    directory.clients.push_back(std::move(client));
    EXPECT_TRUE(world_.admin.import_directory(directory));
  }

  http::Response submit(std::string_view user) {
    auto request = std::make_shared<http::Request>();
    request->method = "POST";
    request->query = "user_id=" + std::string(user);
    request->headers.push_back({"Authorization", "Bearer token"});
    request->body = R"(["nothing"])";
    services::Services services = world_.all();
    api::Call call;
    call.request = request;
    call.services = &services;
    api::Answer answer = submit_tasks(call);
    if (auto* response = std::get_if<http::Response>(&answer)) return *response;
    auto& step = std::get<api::WriteStep>(answer);
    const auto made = world_.write<http::Response>(step.run);
    return made ? *made : step.refuse(made.error());
  }

  services::testing::World world_;
};

TEST_F(BatchesTest, the_sixth_batch_under_way_is_one_too_many) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(submit("bob").status, 200);
  const http::Response refused = submit("bob");
  EXPECT_EQ(refused.status, 429);
  const auto body = Json::parse(refused.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(*body->find("code")->as_string(), "resource_exhausted");
  EXPECT_FALSE(body->find("message")->as_string()->empty());
  const auto has_retry = std::ranges::any_of(
      refused.headers, [](const http::Header& header) { return header.name == "Retry-After"; });
  EXPECT_TRUE(has_retry);
  EXPECT_EQ(submit("alice").status, 200) << "somebody else's do not count";
}

}  // namespace
}  // namespace cinnabar::dabeicloud
