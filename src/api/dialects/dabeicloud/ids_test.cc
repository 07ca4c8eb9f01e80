#include "api/dialects/dabeicloud/ids.h"

#include <gtest/gtest.h>

#include <random>

namespace cinnabar::dabeicloud {
namespace {

TEST(DabeicloudIds, every_id_comes_back_and_looks_like_a_version_4_uuid) {
  std::mt19937_64 random(7);
  for (std::int64_t round = 0; round < 100'000; ++round) {
    const std::int64_t id = round % 2 == 0 ? round : static_cast<std::int64_t>(random());
    const std::string text = to_text(IdKind::work_item, id);
    ASSERT_EQ(text.size(), 32U);
    ASSERT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
    ASSERT_EQ(text[12], '4');
    ASSERT_NE(std::string_view("89ab").find(text[16]), std::string_view::npos);
    ASSERT_EQ(from_text(IdKind::work_item, text), id);
    ASSERT_EQ(from_text(IdKind::batch, text), std::nullopt);
  }
}

TEST(DabeicloudIds, capital_letters_are_the_same_id) {
  std::string text = to_text(IdKind::batch, 42);
  for (char& c : text) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  EXPECT_EQ(from_text(IdKind::batch, text), 42);
}

TEST(DabeicloudIds, what_nobody_made_leads_nowhere) {
  const std::string text = to_text(IdKind::work_item, 42);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_EQ(from_text(IdKind::work_item, changed), std::nullopt) << i;
  }
  EXPECT_EQ(from_text(IdKind::work_item, "ffffffffffff4fff8fffffffffffffff"), std::nullopt);
  EXPECT_EQ(from_text(IdKind::work_item, text.substr(1)), std::nullopt);
  EXPECT_EQ(from_text(IdKind::work_item, text.substr(1) + "g"), std::nullopt);
  EXPECT_EQ(from_text(IdKind::work_item, ""), std::nullopt);
}

}  // namespace
}  // namespace cinnabar::dabeicloud
