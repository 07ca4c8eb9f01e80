#include "api/dialects/omflow/messages.h"

#include <gtest/gtest.h>

namespace cinnabar::omflow {
namespace {

TEST(OmflowMessages, default_language_is_traditional_chinese) {
  for (const char* header : {"", "fr", "*", "de-DE;q=0.9", "nonsense;;q=x,,", "zh-TW"}) {
    EXPECT_EQ(pick_language(header), Language::traditional_chinese) << header;
  }
}

TEST(OmflowMessages, the_best_supported_language_wins) {
  EXPECT_EQ(pick_language("en"), Language::english);
  EXPECT_EQ(pick_language("en-US,en;q=0.9"), Language::english);
  EXPECT_EQ(pick_language("ja"), Language::japanese);
  EXPECT_EQ(pick_language("zh-CN"), Language::simplified_chinese);
  EXPECT_EQ(pick_language("zh-Hans"), Language::simplified_chinese);
  EXPECT_EQ(pick_language("fr, ja;q=0.5, en;q=0.7"), Language::english);
}

TEST(OmflowMessages, subject_stands_in_brackets_of_the_language) {
  EXPECT_EQ(text_about(Text::field_required, "FORMITM_1", Language::traditional_chinese),
            "缺少必填欄位。（FORMITM_1）");
  EXPECT_EQ(text_about(Text::field_required, "FORMITM_1", Language::english),
            "Missing required fields. (FORMITM_1)");
  EXPECT_EQ(text_about(Text::field_required, "", Language::english), "Missing required fields.");
}

}  // namespace
}  // namespace cinnabar::omflow
