#include "services/draft_service.h"

#include "ports/schema.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

class DraftTest : public ::testing::Test {
 protected:
  DraftTest()
      : process_(world_.deploy(testing::kTwoTasks, "p",
                               [](form::FormDefinition& form) {
                                 form::Field serial;
                                 serial.id = "NO";
                                 serial.title = "No";
                                 serial.type = form::FieldType::serial;
                                 form.fields.push_back(serial);
                               })),
        form_(world_.catalog.current()->process(process_)->form) {}

  Result<RecordView> save(FieldValues fields, std::string_view user = "alice") {
    return world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
      return world_.drafts.save(transaction, world_.as(user), form_, fields);
    });
  }
  Result<RecordView> submit(RecordId id, FieldValues changes, std::string_view user = "alice") {
    return world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
      return world_.drafts.submit(transaction, world_.as(user), {form_, id, changes});
    });
  }
  std::size_t drafts(std::string_view user = "alice") {
    auto snapshot = world_.store.read();
    return DraftService::list(**snapshot, world_.as(user), form_)->size();
  }
  std::size_t records() {
    RecordQuery query;
    query.form = form_;
    auto snapshot = world_.store.read();
    return world_.records.list(**snapshot, world_.as("admin"), query)->size();
  }

  World world_;
  ProcessId process_;
  FormId form_;
};

TEST_F(DraftTest, a_draft_is_its_maker_s_alone_and_no_record) {
  const auto draft = save(values({{"NOTE", "half"}, {"TAG", "t"}}));
  ASSERT_TRUE(draft) << to_string(draft.error());
  EXPECT_TRUE(draft->is_draft);
  EXPECT_FALSE(draft->fields.contains("NO"));
  EXPECT_EQ(drafts(), 1U);
  EXPECT_EQ(drafts("bob"), 0U);
  EXPECT_EQ(records(), 0U);
  auto snapshot = world_.store.read();
  EXPECT_EQ(DraftService::find(**snapshot, world_.as("bob"), form_, draft->id).error().reason,
            reasons::kRecordUnknown);
  EXPECT_EQ(world_.records.find(**snapshot, world_.as("admin"), form_, draft->id).error().reason,
            reasons::kRecordUnknown);
  EXPECT_EQ(submit(draft->id, {}, "bob").error().reason, reasons::kRecordUnknown);
  EXPECT_EQ(save(values({{"NOTE", "x"}}), "carol").error().reason, reasons::kNotPermitted);
}

TEST_F(DraftTest, submitted_it_is_a_record_with_the_same_id_and_a_number) {
  const auto draft = save(values({{"NOTE", "half"}}));
  ASSERT_TRUE(draft);
  world_.clock.advance(hours(1));
  const auto record = submit(draft->id, values({{"TITLE", "whole"}}));
  ASSERT_TRUE(record) << to_string(record.error());
  EXPECT_EQ(record->id, draft->id);
  EXPECT_FALSE(record->is_draft);
  EXPECT_EQ(record->fields.at("NOTE"), FieldValue::text("half"));
  EXPECT_EQ(record->fields.at("TITLE"), FieldValue::text("whole"));
  EXPECT_TRUE(record->fields.contains("NO"));
  EXPECT_EQ(drafts(), 0U);
  EXPECT_EQ(records(), 1U);
  EXPECT_EQ(submit(draft->id, {}).error().reason, reasons::kRecordUnknown);
}

TEST_F(DraftTest, changing_it_keeps_the_rest) {
  const auto draft = save(values({{"NOTE", "a"}, {"RESULT", "b"}}));
  ASSERT_TRUE(draft);
  FieldValues changes = values({{"NOTE", "c"}});
  changes.emplace("RESULT", FieldValue{});
  const auto changed = world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
    return world_.drafts.change(transaction, world_.as("alice"), {form_, draft->id, changes});
  });
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->fields, values({{"NOTE", "c"}}));
  FieldValues wrong;
  wrong.emplace("NOTE", FieldValue{true});
  EXPECT_FALSE(world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
    return world_.drafts.change(transaction, world_.as("alice"), {form_, draft->id, wrong});
  }));
}

TEST_F(DraftTest, removed_it_is_gone) {
  const auto draft = save(values({{"NOTE", "a"}}));
  ASSERT_TRUE(draft);
  const auto remove = [&](std::string_view user) {
    return ports::submit_and_wait(world_.store, [&](ports::WriteTransaction& transaction) {
      return world_.drafts.remove(transaction, world_.as(user), form_, draft->id);
    });
  };
  EXPECT_FALSE(remove("bob"));
  EXPECT_TRUE(remove("alice"));
  EXPECT_EQ(drafts(), 0U);
}

}  // namespace
}  // namespace cinnabar::services
