#include "services/grant_service.h"

#include "base/text.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cinnabar::services {
namespace {

using testing::World;

class Grants : public ::testing::Test {
 protected:
  void SetUp() override {
    place("one");
    place("two");
    ASSERT_TRUE(world_.client_set.reload(world_.store));
  }
  void place(const std::string& key) {
    const Status placed =
        ports::submit_and_wait(world_.store, [&](ports::WriteTransaction& transaction) -> Status {
          PackageClient client;
          client.door = "door";
          client.kind = ClientKind::oauth;
          client.key = key;
          client.secret = Secret{"secret"};
          return world_.clients.place(transaction, world_.as("admin"), client, user("admin"));
        });
    ASSERT_TRUE(placed);
  }
  [[nodiscard]] UserId user(const std::string& name) const {
    return world_.as(name).principal.user;
  }
  [[nodiscard]] Client client(const std::string& key) const {
    return world_.clients.find_key("door", key).value();
  }
  Grant issue(const std::string& name) {
    return world_
        .write<Grant>([&](ports::WriteTransaction& transaction) {
          return world_.grants.issue(transaction, client("one"), user(name), "all");
        })
        .value();
  }
  Result<std::optional<Grant>> refresh(const std::string& key, const Secret& token) {
    return world_.write<std::optional<Grant>>([&](ports::WriteTransaction& transaction) {
      return world_.grants.refresh(transaction, client(key), token.reveal());
    });
  }
  Result<Principal> whose(const Secret& token) {
    auto snapshot = world_.store.read();
    return world_.grants.find_access(**snapshot, token.reveal());
  }

  World world_;
};

TEST_F(Grants, an_access_token_acts_for_its_person_for_an_hour) {
  const Grant grant = issue("alice");
  EXPECT_EQ(grant.access.reveal().size(), 64U);
  EXPECT_EQ(whose(grant.access).value().user, user("alice"));
  EXPECT_FALSE(whose(grant.refresh));
  EXPECT_FALSE(whose(Secret{"unknown"}));
  world_.clock.advance(minutes(59));
  EXPECT_TRUE(whose(grant.access));
  world_.clock.advance(minutes(1));
  const auto over = whose(grant.access);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().reason, reasons::kTokenUnknown);
}

TEST_F(Grants, only_the_digest_is_stored) {
  const Grant grant = issue("alice");
  auto snapshot = world_.store.read();
  ports::Select all;
  all.table = &ports::schema::client_token::kTable;
  const auto rows = (*snapshot)->select(all).value();
  ASSERT_EQ(rows.size(), 2U);
  for (const ports::Row& row : rows) {
    for (const CellValue& cell : row) {
      const auto* text = std::get_if<std::string>(&cell);
      EXPECT_FALSE(text != nullptr &&
                   (*text == grant.access.reveal() || *text == grant.refresh.reveal()));
    }
  }
}

TEST_F(Grants, a_refresh_token_works_again_for_a_minute_and_then_gives_itself_away) {
  const Grant first = issue("alice");
  const auto second = refresh("one", first.refresh).value();
  ASSERT_TRUE(second.has_value());
  world_.clock.advance(kRefreshGrace);
  EXPECT_TRUE(refresh("one", first.refresh).value().has_value());
  EXPECT_TRUE(whose(second->access));
  world_.clock.advance(seconds(1));
  EXPECT_FALSE(refresh("one", first.refresh).value().has_value());
  EXPECT_FALSE(whose(second->access));
  const auto gone = refresh("one", second->refresh);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().reason, kGrantInvalid);
}

TEST_F(Grants, another_client_has_nothing_of_them) {
  const Grant grant = issue("alice");
  const auto stolen = refresh("two", grant.refresh);
  ASSERT_FALSE(stolen);
  EXPECT_EQ(stolen.error().reason, kGrantInvalid);
  EXPECT_TRUE(refresh("one", grant.refresh).value().has_value());
}

TEST_F(Grants, expired_ones_are_removed) {
  issue("alice");
  EXPECT_EQ(forget_old_grants(world_.store, world_.clock.now()).value(), 0);
  world_.clock.advance(kAccessKept);
  world_.clock.advance(seconds(1));
  EXPECT_EQ(forget_old_grants(world_.store, world_.clock.now()).value(), 1);
  world_.clock.advance(kRefreshKept);
  EXPECT_EQ(forget_old_grants(world_.store, world_.clock.now()).value(), 1);
}

TEST_F(Grants, a_code_wants_its_address_and_its_verifier_and_is_good_once) {
  // The fake digest of the verifier, as the address alphabet writes it.
  const auto digest = from_hex(world_.crypto.sha256_hex("verifier")).value();
  std::string challenge = to_base64(digest);
  std::erase(challenge, '=');
  std::ranges::replace(challenge, '+', '-');
  std::ranges::replace(challenge, '/', '_');
  const auto issue_code = [&] {
    return world_
        .write<Secret>([&](ports::WriteTransaction& transaction) {
          return world_.grants.issue_code(transaction, client("one"), user("bob"), "all",
                                          {.redirect_uri = "https://a/b", .challenge = challenge});
        })
        .value();
  };
  const auto exchange = [&](const Secret& code, std::string_view address,
                            std::string_view verifier) {
    return world_.write<std::optional<Grant>>([&](ports::WriteTransaction& transaction) {
      return world_.grants.exchange_code(transaction, client("one"), code.reveal(), address,
                                         verifier);
    });
  };
  const Secret code = issue_code();
  EXPECT_FALSE(exchange(code, "https://a/c", "verifier"));
  EXPECT_FALSE(exchange(code, "https://a/b", "other"));
  EXPECT_FALSE(exchange(code, "https://a/b", ""));
  const auto grant = exchange(code, "https://a/b", "verifier").value();
  ASSERT_TRUE(grant.has_value());
  EXPECT_EQ(whose(grant->access).value().user, user("bob"));
  EXPECT_FALSE(exchange(code, "https://a/b", "verifier").value().has_value());
  EXPECT_FALSE(whose(grant->access));
  const Secret late = issue_code();
  world_.clock.advance(kCodeKept);
  EXPECT_FALSE(exchange(late, "https://a/b", "verifier"));
}

}  // namespace
}  // namespace cinnabar::services
