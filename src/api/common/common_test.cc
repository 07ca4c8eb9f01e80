#include "api/common/credential_cache.h"
#include "api/common/openapi.h"
#include "api/common/problem.h"
#include "api/common/strict_request.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cinnabar::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Code kCodes[] = {
    Code::invalid_argument,
    Code::unauthenticated,
    Code::permission_denied,
    Code::not_found,
    Code::already_exists,
    Code::conflict,
    Code::failed_precondition,
    Code::resource_exhausted,
    Code::deadline_exceeded,
    Code::unavailable,
    Code::unimplemented,
    Code::data_loss,
    Code::internal,
};

TEST(Problem, every_code_has_a_status_of_its_kind) {
  static_assert(std::size(kCodes) == kCodeCount);
  const std::vector<int> expected{400, 401, 403, 404, 409, 409, 422, 429, 504, 503, 501, 500, 500};
  std::vector<int> found;
  for (const Code code : kCodes) found.push_back(http_status(code));
  EXPECT_EQ(found, expected);
}

TEST(Problem, shows_fields_and_hides_the_inside_of_the_server) {
  Error error = make_error(Code::invalid_argument, reasons::kFieldsInvalid, "look at the fields");
  error.fields.push_back(FieldError{"days", reasons::kFieldRequired, "is required"});
  const http::Response shown = problem(error, "r1");
  EXPECT_THAT(shown.body, HasSubstr(R"("field":"days","reason":"field_required")"));
  EXPECT_THAT(shown.body, HasSubstr(R"("request_id":"r1")"));
  const http::Response hidden =
      problem(make_error(Code::internal, reasons::kInternal, "stack of /etc/secret"), "r1");
  EXPECT_THAT(hidden.body, Not(HasSubstr("secret")));
}

TEST(Problem, a_full_queue_says_when_to_come_back) {
  const http::Response response =
      problem(make_error(Code::resource_exhausted, reasons::kQueueFull, ""), "r1");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.back().name, "Retry-After");
}

http::Request json_request(std::string body) {
  http::Request request;
  request.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  request.body = std::move(body);
  return request;
}

TEST(StrictBody, tells_every_mistake_at_once) {
  auto body = StrictBody::parse(json_request(R"({"a":1,"extra":2,"a":3,"o":[]})"));
  ASSERT_TRUE(body.has_value());
  EXPECT_FALSE(body->text("a", Need::required).has_value());
  EXPECT_FALSE(body->integer("missing", Need::required).has_value());
  EXPECT_EQ(body->object("o", Need::optional), nullptr);
  const Status status = body->finish();
  ASSERT_FALSE(status.has_value());
  std::vector<std::string> reasons;
  for (const FieldError& field : status.error().fields) {
    reasons.push_back(field.field + ":" + std::string(field.reason.name));
  }
  EXPECT_THAT(reasons, ::testing::UnorderedElementsAre(
                           "a:member_wrong_type", "missing:member_missing", "o:member_wrong_type",
                           "extra:member_unknown", "a:member_duplicate"));
}

TEST(StrictBody, takes_json_alone) {
  http::Request form = json_request("a=1");
  form.headers.front().value = "application/x-www-form-urlencoded";
  EXPECT_FALSE(StrictBody::parse(form).has_value());
  EXPECT_FALSE(StrictBody::parse(json_request("[]")).has_value());
  EXPECT_FALSE(StrictBody::parse(json_request("{")).has_value());
  EXPECT_TRUE(StrictBody::parse(json_request(" ")).has_value());
}

TEST(StrictQuery, checks_ranges_and_names) {
  http::Request request;
  request.query = "limit=0&name=a%20b&nosuch=";
  auto query = StrictQuery::parse(request);
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->integer("limit", 50, 1, 100), 50);
  EXPECT_EQ(query->text("name"), "a b");
  const Status status = query->finish();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().fields.size(), 2U);
}

class CredentialCacheTest : public ::testing::Test {
 protected:
  std::optional<UserId> find(std::string_view password, Instant now) {
    return cache_.find(*world_.people.current(), "alice", Secret(std::string(password)), now);
  }
  services::testing::World world_;
  CredentialCache cache_{[](std::string_view text) { return "digest of " + std::string(text); }};
};

TEST_F(CredentialCacheTest, remembers_the_right_password_for_a_minute) {
  const auto people = world_.people.current();
  const UserId alice = people->user_by_name("alice")->id;
  const Instant now = world_.clock.now();
  cache_.remember(*people, "alice", Secret("alice"), alice, now);
  EXPECT_EQ(find("alice", now + seconds(59)), alice);
  EXPECT_EQ(find("Alice", now), std::nullopt);
  EXPECT_EQ(find("alice", now + seconds(60)), std::nullopt);
}

TEST_F(CredentialCacheTest, a_changed_password_or_a_disabled_account_ends_it) {
  const auto people = world_.people.current();
  const UserId alice = people->user_by_name("alice")->id;
  const Instant now = world_.clock.now();
  cache_.remember(*people, "alice", Secret("alice"), alice, now);
  ASSERT_TRUE(
      world_.admin.set_password("alice", Secret("something new"), world_.sessions).has_value());
  EXPECT_EQ(find("alice", now), std::nullopt);
  cache_.remember(*world_.people.current(), "alice", Secret("something new"), alice, now);
  EXPECT_EQ(find("something new", now), alice);
  ASSERT_TRUE(world_.admin.set_enabled("alice", false, world_.sessions).has_value());
  EXPECT_EQ(find("something new", now), std::nullopt);
}

Answer nothing(const Call&) {
  return http::Response{};
}
constexpr Route kRoutes[] = {
    {"GET,POST", "/t/{id}/", Lane::cpu, nothing, {"A thing", R"({"a":1})", "[]"}},
    {"*", "/t/form", Lane::cpu, nothing, {"A form", "a=1", ""}},
};
const Door kDoor{.name = "t", .routes = kRoutes, .prefixes = {}};
const Door* const kDoors[] = {&kDoor};

TEST(OpenApi, is_made_from_the_route_table) {
  const Json document = openapi_document(kDoors, "1.2.3");
  EXPECT_EQ(*document.find("openapi")->as_string(), "3.1.0");
  const Json* item = document.find("paths")->find("/t/{id}");
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->find("get")->find("requestBody"), nullptr);
  const Json* body = item->find("post")->find("requestBody")->find("content");
  EXPECT_EQ(*body->find("application/json")->find("example"), *Json::parse(R"({"a":1})"));
  EXPECT_EQ(*item->find("post")->find("parameters")->as_array()->front().find("name")->as_string(),
            "id");
  const Json* form = document.find("paths")->find("/t/form")->find("post")->find("requestBody");
  EXPECT_NE(form->find("content")->find("application/x-www-form-urlencoded"), nullptr);
}

}  // namespace
}  // namespace cinnabar::api
