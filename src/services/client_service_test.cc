#include "services/client_service.h"

#include "services/testing/world.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::World;

PackageClient client(ClientKind kind, std::string key, std::string secret, std::string user) {
  PackageClient made;
  made.door = "acme";
  made.kind = kind;
  made.key = std::move(key);
  made.secret = Secret{std::move(secret)};
  made.user = std::move(user);
  made.name = "test";
  made.settings = {{"limits", "off"}};
  return made;
}

Status import(World& world, std::vector<PackageClient> clients) {
  DirectoryPackage directory;
  directory.clients = std::move(clients);
  return world.admin.import_directory(directory);
}

std::string reason_of(const Result<Client>& result) {
  return result.has_value() ? "ok" : std::string(result.error().reason.name);
}

TEST(ClientService, a_bearer_is_found_by_its_secret_which_is_not_stored) {
  World world;
  ASSERT_TRUE(import(world, {client(ClientKind::bearer, "", "s3cret", "bob")}).has_value());
  const auto found = world.clients.find_bearer("acme", "s3cret");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->user, *world.people.current()->find_user("bob"));
  EXPECT_EQ(found->setting("limits"), "off");
  EXPECT_EQ(found->setting("other"), "");
  EXPECT_EQ(found->key, world.crypto.sha256_hex("s3cret"));
  EXPECT_EQ(reason_of(world.clients.find_bearer("acme", "s3cre")), "client_unknown");
  EXPECT_EQ(reason_of(world.clients.find_bearer("other", "s3cret")), "client_unknown");
  EXPECT_EQ(reason_of(world.clients.find_key("acme", world.crypto.sha256_hex("s3cret"))),
            "client_unknown");
}

TEST(ClientService, a_signing_secret_can_be_read_again_with_the_key_of_the_server_alone) {
  World world;
  ASSERT_TRUE(import(world, {client(ClientKind::signing, "ak", "sign", "bob")}).has_value());
  const auto found = world.clients.find_key("acme", "ak");
  ASSERT_TRUE(found.has_value());
  EXPECT_NE(found->sealed_secret, "sign");
  EXPECT_EQ(world.clients.signing_secret(*found)->reveal(), "sign");
  ClientService other(world.clock, world.crypto, world.client_set, world.people,
                      Secret(std::string(32, 'x')));
  EXPECT_EQ(other.signing_secret(*found).error().code, Code::data_loss);
}

TEST(ClientService, an_oauth_secret_is_compared) {
  World world;
  ASSERT_TRUE(import(world, {client(ClientKind::oauth, "cid", "cs", "bob")}).has_value());
  const auto found = world.clients.find_key("acme", "cid");
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(world.clients.has_secret(*found, "cs"));
  EXPECT_FALSE(world.clients.has_secret(*found, "cs2"));
  EXPECT_FALSE(world.clients.has_secret(*found, ""));
  EXPECT_FALSE(world.clients.signing_secret(*found).has_value());
}

TEST(ClientService, a_client_of_a_disabled_user_is_unknown) {
  World world;
  ASSERT_TRUE(import(world, {client(ClientKind::bearer, "", "s", "bob")}).has_value());
  ASSERT_TRUE(world.admin.set_enabled("bob", false, world.sessions).has_value());
  EXPECT_EQ(reason_of(world.clients.find_bearer("acme", "s")), "client_unknown");
}

TEST(ClientService, the_same_key_is_replaced_and_keeps_its_id) {
  World world;
  ASSERT_TRUE(import(world, {client(ClientKind::signing, "ak", "one", "bob")}).has_value());
  const auto first = world.clients.find_key("acme", "ak");
  ASSERT_TRUE(import(world, {client(ClientKind::signing, "ak", "two", "alice")}).has_value());
  const auto second = world.clients.find_key("acme", "ak");
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(world.clients.signing_secret(*second)->reveal(), "two");
  EXPECT_EQ(world.client_set.current()->all().size(), 1U);
}

TEST(ClientService, a_removed_client_is_unknown) {
  World world;
  ASSERT_TRUE(import(world, {client(ClientKind::bearer, "", "s", "bob")}).has_value());
  const std::int64_t id = world.clients.find_bearer("acme", "s")->id;
  ASSERT_TRUE(ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
                return world.clients.remove(transaction, world.as("admin"), id);
              }).has_value());
  ASSERT_TRUE(world.client_set.reload(world.store).has_value());
  EXPECT_EQ(reason_of(world.clients.find_bearer("acme", "s")), "client_unknown");
}

TEST(ClientService, a_client_without_a_secret_or_user_is_refused_whole) {
  World world;
  EXPECT_FALSE(import(world, {client(ClientKind::bearer, "", "", "bob")}).has_value());
  EXPECT_FALSE(import(world, {client(ClientKind::signing, "", "s", "bob")}).has_value());
  EXPECT_FALSE(import(world, {client(ClientKind::bearer, "", "s", "nobody")}).has_value());
  EXPECT_FALSE(import(world, {client(ClientKind::bearer, "", "good", "bob"),
                              client(ClientKind::bearer, "", "s", "nobody")})
                   .has_value());
  EXPECT_TRUE(world.client_set.current()->all().empty());
}

}  // namespace
}  // namespace cinnabar::services
