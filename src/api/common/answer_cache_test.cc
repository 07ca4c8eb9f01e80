#include "api/common/answer_cache.h"

#include "services/testing/world.h"

#include <gtest/gtest.h>

namespace cinnabar::api {
namespace {

using services::testing::World;

// A snapshot that says which commit it is of and is never read.
class Numbered final : public ports::ReadTransaction {
 public:
  Result<std::optional<ports::Row>> get(const ports::Table&, const ports::Key&) override {
    return std::optional<ports::Row>{};
  }
  Result<std::vector<ports::Row>> select(const ports::Select&) override {
    return std::vector<ports::Row>{};
  }
  Result<std::int64_t> count(const ports::Table&, const FilterNode&) override {
    return std::int64_t{0};
  }
  Result<std::vector<ports::SequencePosition>> sequences() override {
    return std::vector<ports::SequencePosition>{};
  }
  [[nodiscard]] std::optional<std::int64_t> commit_number() const override { return number; }

  std::optional<std::int64_t> number = 2;
};

class AnswerCacheTest : public ::testing::Test {
 protected:
  // The answer counts how often one was made.
  std::string ask(std::string_view target, UserId user = UserId{1}, std::string_view variant = {},
                  std::string_view body = {}) {
    auto request = std::make_shared<http::Request>();
    request->method = "GET";
    request->target = target;
    request->body = body;
    Call call;
    call.request = request;
    call.services = &services_;
    call.snapshot = &snapshot_;
    call.answers = &cache_;
    return answer_again(call, user, variant,
                        [this] {
                          ++made_;
                          http::Response response;
                          response.status = status_;
                          response.body = std::to_string(made_);
                          return response;
                        })
        .body;
  }

  World world_;
  services::Services services_ = world_.all();
  Numbered snapshot_;
  AnswerCache cache_;
  int made_ = 0;
  int status_ = 200;
};

TEST_F(AnswerCacheTest, the_same_question_of_the_same_person_is_answered_once_a_commit) {
  EXPECT_EQ(ask("/a"), "1");
  EXPECT_EQ(ask("/a"), "1");
  EXPECT_EQ(ask("/b"), "2");
  EXPECT_EQ(ask("/a", UserId{2}), "3");
  EXPECT_EQ(ask("/a", UserId{1}, "fr"), "4");
  EXPECT_EQ(ask("/a", UserId{1}, {}, "x"), "5");
  EXPECT_EQ(ask("/a"), "1");
  snapshot_.number = 4;
  EXPECT_EQ(ask("/a"), "6");
  EXPECT_EQ(ask("/a"), "6");
}

TEST_F(AnswerCacheTest, nothing_is_kept_while_a_commit_is_under_way) {
  snapshot_.number.reset();
  EXPECT_EQ(ask("/a"), "1");
  EXPECT_EQ(ask("/a"), "2");
  snapshot_.number = 2;
  EXPECT_EQ(ask("/a"), "3");
}

TEST_F(AnswerCacheTest, other_people_or_processes_make_another_answer) {
  EXPECT_EQ(ask("/a"), "1");
  ASSERT_TRUE(world_.people.reload(world_.store));
  EXPECT_EQ(ask("/a"), "2");
  ASSERT_TRUE(world_.catalog.reload(world_.store));
  EXPECT_EQ(ask("/a"), "3");
  EXPECT_EQ(ask("/a"), "3");
}

TEST_F(AnswerCacheTest, refusals_are_not_kept) {
  status_ = 400;
  EXPECT_EQ(ask("/a"), "1");
  EXPECT_EQ(ask("/a"), "2");
}

TEST_F(AnswerCacheTest, what_is_kept_is_bounded) {
  const http::Response large{.status = 200,
                             .headers = {},
                             .body = std::string(AnswerCache::kAnswerBytesMax, 'x'),
                             .file = std::nullopt};
  const AnswerCache::Source source{2, nullptr, nullptr};
  const std::size_t fit = AnswerCache::kBytesMax / AnswerCache::kAnswerBytesMax;
  for (std::size_t i = 0; i <= fit; ++i) cache_.keep("k" + std::to_string(i), source, large);
  EXPECT_FALSE(cache_.find("k0", source)) << "the oldest went";
  EXPECT_TRUE(cache_.find("k1", source));
  EXPECT_TRUE(cache_.find("k" + std::to_string(fit), source));
  http::Response larger = large;
  larger.body += "x";
  cache_.keep("larger", source, larger);
  EXPECT_FALSE(cache_.find("larger", source));
}

}  // namespace
}  // namespace cinnabar::api
