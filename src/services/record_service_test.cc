#include "services/record_service.h"

#include "ports/schema.h"
#include "services/record_index.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::values;
using testing::World;

class RecordServiceTest : public ::testing::Test {
 protected:
  RecordServiceTest()
      : process_(world_.deploy(testing::kTwoTasks)),
        form_(world_.catalog.current()->process(process_)->form) {}

  Result<std::vector<CreatedRecord>> create(std::vector<FieldValues> rows, std::string key = {},
                                            std::string_view user = "admin", bool starts = false) {
    return world_.write<std::vector<CreatedRecord>>([&](ports::WriteTransaction& transaction) {
      CreateRecords request;
      request.form = form_;
      request.key = key;
      request.start_process = starts;
      for (FieldValues& row : rows) request.rows.push_back({row, std::nullopt});
      return world_.records.create(transaction, world_.as(user), std::move(request));
    });
  }
  std::vector<std::int64_t> find(FieldOp op, std::vector<FieldValue> wanted,
                                 std::string_view field = "NOTE") {
    RecordQuery query;
    query.form = form_;
    query.conditions = {
        {world_.catalog.current()->form(form_)->definition->find(field), op, std::move(wanted)}};
    auto snapshot = world_.store.read();
    const auto views = world_.records.list(**snapshot, world_.as("admin"), query);
    std::vector<std::int64_t> ids;
    if (!views) return {-1};
    for (const RecordView& view : *views) ids.push_back(view.id.value());
    return ids;
  }
  std::int64_t count() {
    RecordQuery query;
    query.form = form_;
    auto snapshot = world_.store.read();
    return *world_.records.count(**snapshot, world_.as("admin"), query);
  }

  World world_;
  ProcessId process_;
  FormId form_;
};

TEST_F(RecordServiceTest, rows_fail_one_by_one_and_a_key_makes_each_once) {
  const std::vector<FieldValues> rows{
      values({{"NOTE", "a"}}), {{"NOTE", FieldValue{Decimal{1}}}}, values({{"NOTE", "c"}})};
  const auto first = create(rows, "k");
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE((*first)[0].made && (*first)[1].error && (*first)[2].made);
  EXPECT_EQ(count(), 2);
  auto mended = rows;
  mended[1] = values({{"NOTE", "b"}});
  const auto second = create(mended, "k");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ((*second)[0].known, (*first)[0].made->id);
  EXPECT_TRUE((*second)[1].made);
  EXPECT_EQ(count(), 3);
  world_.clock.advance(kRecordBatchKept);
  ASSERT_TRUE(create(mended, "k").has_value());
  EXPECT_EQ(count(), 6);
}

TEST_F(RecordServiceTest, keys_that_count_no_more_are_forgotten) {
  ASSERT_TRUE(create({values({{"NOTE", "a"}}), values({{"NOTE", "b"}})}, "old").has_value());
  world_.clock.advance(kRecordBatchKept);
  ASSERT_TRUE(create({values({{"NOTE", "c"}})}, "new").has_value());
  world_.clock.advance(milliseconds(1));
  EXPECT_EQ(*forget_old_record_batches(world_.store, world_.clock.now()), 3);
  auto snapshot = world_.store.read();
  EXPECT_EQ(*(*snapshot)->count(ports::schema::record_slot::kTable, all_of({})), 1);
  EXPECT_EQ(*(*snapshot)->count(ports::schema::record_batch::kTable, all_of({})), 1);
}

TEST_F(RecordServiceTest, without_a_key_nothing_is_remembered) {
  ASSERT_TRUE(create({values({{"NOTE", "a"}})}).has_value());
  ASSERT_TRUE(create({values({{"NOTE", "a"}})}).has_value());
  EXPECT_EQ(count(), 2);
}

TEST_F(RecordServiceTest, required_and_unique_are_not_asked_for) {
  ASSERT_TRUE(create({values({{"TAG", "x"}})}).has_value());
  const auto made = create({values({{"TAG", "x"}})});
  ASSERT_TRUE(made.has_value());
  ASSERT_TRUE((*made)[0].made.has_value());
  // The first one keeps the value, also when the other goes.
  const RecordId second = (*made)[0].made->id;
  ASSERT_TRUE(world_
                  .write<std::int64_t>([&](ports::WriteTransaction& transaction) {
                    return world_.records.remove(transaction, world_.as("admin"), form_, {second});
                  })
                  .has_value());
  auto snapshot = world_.store.read();
  EXPECT_EQ(*(*snapshot)->count(ports::schema::unique_value::kTable, all_of({})), 1);
}

TEST_F(RecordServiceTest, fields_are_found_by_every_operator) {
  const auto made = create(
      {values({{"NOTE", "apple"}}), values({{"NOTE", "Banana"}}), values({{"TITLE", "no note"}})});
  ASSERT_TRUE(made.has_value());
  const auto id = [&](std::size_t i) { return (*made)[i].made->id.value(); };
  const auto text = [](const char* value) { return FieldValue::text(value); };
  EXPECT_THAT(find(FieldOp::equal, {text("apple")}), ElementsAre(id(0)));
  EXPECT_THAT(find(FieldOp::not_equal, {text("apple")}), ElementsAre(id(1), id(2)));
  EXPECT_THAT(find(FieldOp::one_of, {text("apple"), text("Banana")}), ElementsAre(id(0), id(1)));
  EXPECT_THAT(find(FieldOp::none_of, {text("apple"), text("Banana")}), ElementsAre(id(2)));
  EXPECT_THAT(find(FieldOp::contains, {text("AN")}), ElementsAre(id(1)));
  EXPECT_THAT(find(FieldOp::not_contains, {text("an")}), ElementsAre(id(0), id(2)));
  EXPECT_THAT(find(FieldOp::less, {text("a")}), ElementsAre(id(1)));
  EXPECT_THAT(find(FieldOp::greater_equal, {text("apple")}), ElementsAre(id(0)));
  EXPECT_THAT(find(FieldOp::between, {text("B"), text("Banana")}), ElementsAre(id(1)));
  EXPECT_THAT(find(FieldOp::between, {text("Banana"), text("apple")}), ElementsAre(id(0), id(1)));
  EXPECT_THAT(find(FieldOp::between, {text("apple")}), ElementsAre(-1));
  EXPECT_THAT(find(FieldOp::empty, {}), ElementsAre(id(2)));
  EXPECT_THAT(find(FieldOp::not_empty, {}), ElementsAre(id(0), id(1)));
  EXPECT_THAT(find(FieldOp::equal, {FieldValue{true}}), ElementsAre(-1));
}

TEST_F(RecordServiceTest, a_changed_and_a_removed_record_are_found_by_what_they_hold_now) {
  const auto made = create({values({{"NOTE", "old"}})});
  const RecordId id = (*made)[0].made->id;
  ASSERT_TRUE(world_
                  .write<RecordView>([&](ports::WriteTransaction& transaction) {
                    return world_.records.change(transaction, world_.as("admin"),
                                                 {form_, id, values({{"NOTE", "new"}})});
                  })
                  .has_value());
  EXPECT_THAT(find(FieldOp::equal, {FieldValue::text("old")}), IsEmpty());
  EXPECT_THAT(find(FieldOp::equal, {FieldValue::text("new")}), ElementsAre(id.value()));
  const auto removed = world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return world_.records.remove(transaction, world_.as("admin"), form_,
                                 {id, id, RecordId{id.value() + 1'000}});
  });
  EXPECT_EQ(*removed, 1);
  EXPECT_EQ(count(), 0);
  auto snapshot = world_.store.read();
  EXPECT_EQ(*(*snapshot)->count(ports::schema::record_index::kTable, all_of({})), 0);
  EXPECT_EQ(*(*snapshot)->count(ports::schema::record_change::kTable, all_of({})), 3);
}

TEST_F(RecordServiceTest, a_record_of_an_instance_changes_through_its_history) {
  const auto made = create({values({{"TITLE", "t"}})}, "", "admin", true);
  ASSERT_TRUE(made.has_value());
  const RecordView view = *(*made)[0].made;
  EXPECT_EQ(view.state, InstanceState::running);
  ASSERT_TRUE(world_
                  .write<RecordView>([&](ports::WriteTransaction& transaction) {
                    return world_.records.change(transaction, world_.as("admin"),
                                                 {form_, view.id, values({{"NOTE", "later"}})});
                  })
                  .has_value());
  world_.expect_replay_equals_state(view.instance);
  EXPECT_THAT(find(FieldOp::equal, {FieldValue::text("later")}), ElementsAre(view.id.value()));
}

TEST_F(RecordServiceTest, a_removed_record_ends_its_instance) {
  const auto made = create({values({{"TITLE", "t"}})}, "", "admin", true);
  const RecordView view = *(*made)[0].made;
  ASSERT_EQ(world_.inbox("alice").size(), 1U);
  ASSERT_TRUE(world_
                  .write<std::int64_t>([&](ports::WriteTransaction& transaction) {
                    return world_.records.remove(transaction, world_.as("admin"), form_, {view.id});
                  })
                  .has_value());
  EXPECT_THAT(world_.inbox("alice"), IsEmpty());
  world_.expect_replay_equals_state(view.instance);
}

TEST_F(RecordServiceTest, a_removed_record_comes_back_as_it_was) {
  const auto made = create({values({{"NOTE", "old"}, {"TAG", "x"}}), values({{"NOTE", "other"}})});
  const RecordView view = *(*made)[0].made;
  const auto remove = [&](RecordId id) {
    const auto count = world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
      return world_.records.remove(transaction, world_.as("admin"), form_, {id});
    });
    ASSERT_TRUE(count && *count == 1);
  };
  const auto restore = [&](RecordId id, std::string_view user = "admin") {
    return world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
      return world_.records.restore(transaction, world_.as(user), id);
    });
  };
  const auto bin = [&](std::string_view user = "admin") {
    auto snapshot = world_.store.read();
    return world_.records.removed(**snapshot, world_.as(user), form_, {}, 10);
  };
  const auto early = restore(view.id);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().reason, reasons::kRecordUnknown);
  remove(view.id);
  remove((*made)[1].made->id);
  ASSERT_EQ(bin()->size(), 2U);
  EXPECT_EQ((*bin())[1].record.fields, view.fields);
  EXPECT_EQ((*bin())[1].removed_by, world_.as("admin").principal.user);
  EXPECT_FALSE(bin("carol"));
  EXPECT_EQ(restore(view.id, "carol").error().code, Code::not_found);

  ASSERT_TRUE(restore(view.id));
  EXPECT_THAT(find(FieldOp::equal, {FieldValue::text("old")}), ElementsAre(view.id.value()));
  EXPECT_EQ(bin()->size(), 1U);
  EXPECT_FALSE(restore(view.id));

  // Its unique value is somebody else's by now: it stays where it is.
  remove(view.id);
  ASSERT_TRUE((*create({values({{"TAG", "x"}})}))[0].made.has_value());
  EXPECT_FALSE(restore(view.id));
  EXPECT_EQ(bin()->size(), 2U);
  EXPECT_EQ(count(), 1);
}

TEST_F(RecordServiceTest, an_instance_that_is_erased_leaves_no_index) {
  const auto made = create({values({{"TITLE", "t"}, {"TAG", "x"}})}, "", "admin", true);
  ASSERT_TRUE((*made)[0].made.has_value());
  const auto erased = world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return world_.instances.remove(transaction, world_.as("admin"), process_, {1});
  });
  EXPECT_EQ(*erased, 1);
  auto snapshot = world_.store.read();
  EXPECT_EQ(*(*snapshot)->count(ports::schema::record_index::kTable, all_of({})), 0);
  EXPECT_EQ(*(*snapshot)->count(ports::schema::unique_value::kTable, all_of({})), 0);
}

TEST_F(RecordServiceTest, whoever_was_granted_nothing_may_nothing) {
  const auto refused = create({values({{"NOTE", "x"}})}, "", "carol");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::permission_denied);
  auto snapshot = world_.store.read();
  RecordQuery query;
  query.form = form_;
  EXPECT_FALSE(world_.records.list(**snapshot, world_.as("carol"), query).has_value());
  EXPECT_FALSE(world_.records.count(**snapshot, world_.as("dave"), query).has_value());
}

TEST_F(RecordServiceTest, a_page_goes_on_behind_the_last_id) {
  std::vector<FieldValues> rows(30, values({{"NOTE", "same"}}));
  ASSERT_TRUE(create(rows).has_value());
  RecordQuery query;
  query.form = form_;
  query.limit = 20;
  query.conditions = {{world_.catalog.current()->form(form_)->definition->find("NOTE"),
                       FieldOp::equal,
                       {FieldValue::text("same")}}};
  auto snapshot = world_.store.read();
  const auto first = world_.records.list(**snapshot, world_.as("admin"), query);
  ASSERT_EQ(first->size(), 20U);
  query.after = first->back().id;
  const auto second = world_.records.list(**snapshot, world_.as("admin"), query);
  ASSERT_EQ(second->size(), 10U);
  EXPECT_GT(second->front().id, first->back().id);
}

TEST(RecordIndex, a_text_ends_at_a_zero_byte) {
  EXPECT_EQ(index_key(FieldValue{std::string("ab\0c", 4)}).text, "ab");
  EXPECT_FALSE(index_key(FieldValue{std::string("\0", 1)}).text.has_value());
}

TEST(RecordIndex, numbers_are_ordered_to_the_millionth) {
  const auto scaled = [](const char* text) { return scaled_number(*Decimal::parse(text)); };
  EXPECT_EQ(scaled("0"), 0);
  EXPECT_EQ(scaled("12.5"), 12'500'000);
  EXPECT_EQ(scaled("-0.0000019"), -1);
  EXPECT_EQ(scaled("-3"), -3'000'000);
  EXPECT_GT(scaled("99999999999999999999"), scaled("1000000"));
  EXPECT_LT(scaled("-99999999999999999999"), scaled("-1000000"));
}

// Every page of every order against a sort of all records.
TEST_F(RecordServiceTest, lists_are_in_the_order_of_a_field) {
  std::vector<FieldValues> rows;
  const std::vector<const char*> notes{"b", "a", "", "c", "a", "", "ä", "B"};
  for (std::size_t i = 0; i < notes.size(); ++i) {
    FieldValues row = values({{"TITLE", i % 2 == 0 ? "even" : "odd"}});
    if (*notes[i] != '\0') row.emplace("NOTE", FieldValue::text(notes[i]));
    rows.push_back(std::move(row));
  }
  ASSERT_TRUE(create(rows));
  const auto& form = *world_.catalog.current()->form(form_)->definition;
  const auto list = [&](bool descending, std::int64_t offset, std::int64_t limit, bool filtered) {
    RecordQuery query;
    query.form = form_;
    query.order_field = form.find("NOTE");
    query.order_descending = descending;
    query.offset = offset;
    query.limit = limit;
    if (filtered) {
      query.conditions = {{form.find("TITLE"), FieldOp::equal, {FieldValue::text("even")}}};
    }
    auto snapshot = world_.store.read();
    std::vector<RecordView> seen;
    EXPECT_TRUE(world_.records.each(**snapshot, world_.as("admin"), query,
                                    [&seen](const RecordView& view) -> Status {
                                      seen.push_back(view);
                                      return {};
                                    }));
    return seen;
  };
  const auto note = [](const RecordView& view) {
    const auto found = view.fields.find("NOTE");
    return found == view.fields.end() ? std::string() : *found->second.get<std::string>();
  };
  for (const bool filtered : {false, true}) {
    for (const bool descending : {false, true}) {
      RecordQuery all;
      all.form = form_;
      if (filtered) {
        all.conditions = {{form.find("TITLE"), FieldOp::equal, {FieldValue::text("even")}}};
      }
      auto snapshot = world_.store.read();
      auto expected = *world_.records.list(**snapshot, world_.as("admin"), all);
      std::ranges::stable_sort(expected, [&](const RecordView& a, const RecordView& b) {
        const std::string left = note(a);
        const std::string right = note(b);
        if (left.empty() != right.empty()) return descending ? left.empty() : right.empty();
        return descending ? right < left : left < right;
      });
      const auto size = std::ssize(expected);
      EXPECT_EQ(size, filtered ? 4 : 8);
      for (std::int64_t offset = 0; offset <= size + 1; ++offset) {
        for (const std::int64_t limit : {1, 3, 100}) {
          const auto page = list(descending, offset, limit, filtered);
          std::vector<std::int64_t> got;
          std::vector<std::int64_t> wanted;
          for (const RecordView& view : page) got.push_back(view.id.value());
          for (std::int64_t i = offset; i < std::min(size, offset + limit); ++i) {
            wanted.push_back(expected[static_cast<std::size_t>(i)].id.value());
          }
          EXPECT_EQ(got, wanted) << offset << " " << limit << " " << descending;
        }
      }
    }
  }
}

// Conditions that thousands of records meet are answered by walking the records, as far as that
// leads somewhere.
TEST_F(RecordServiceTest, broad_conditions_find_what_narrow_ones_would) {
  constexpr int kRecords = 5'200;
  const auto note = [](int i) { return fmt::format("{:04}", i); };
  std::vector<RecordId> ids;
  for (int i = 0; i < kRecords; i += 100) {
    std::vector<FieldValues> rows;
    for (int j = i; j < i + 100; ++j) {
      rows.push_back({{"NOTE", FieldValue::text(note(j))},
                      {"TITLE", FieldValue::text(j % 3 == 0 ? "third" : "other")}});
    }
    const auto made = create(std::move(rows));
    ASSERT_TRUE(made.has_value());
    for (const CreatedRecord& one : *made) ids.push_back(one.made->id);
  }
  const form::FormDefinition& form = *world_.catalog.current()->form(form_)->definition;
  const auto text = [](std::string value) { return FieldValue::text(std::move(value)); };
  const auto expect = [&](const FieldCondition& condition, int first, int behind) {
    RecordQuery query;
    query.form = form_;
    query.conditions = {condition, {form.find("TITLE"), FieldOp::not_equal, {text("third")}}};
    query.limit = 7;
    auto snapshot = world_.store.read();
    for (const int after : {-1, 0, 999, 2'990, 3'300, kRecords - 4}) {
      query.after = after < 0 ? RecordId{} : ids[static_cast<std::size_t>(after)];
      std::vector<RecordId> wanted;
      for (int i = std::max(after + 1, first); i < behind && std::ssize(wanted) < 7; ++i) {
        if (i % 3 != 0) wanted.push_back(ids[static_cast<std::size_t>(i)]);
      }
      const auto found = world_.records.list(**snapshot, world_.as("admin"), query);
      ASSERT_TRUE(found.has_value());
      std::vector<RecordId> got;
      for (const RecordView& view : *found) got.push_back(view.id);
      EXPECT_EQ(got, wanted) << "after " << after;
    }
  };
  const form::Field* field = form.find("NOTE");
  {
    RecordQuery query;
    query.form = form_;
    query.conditions = {
        {field, FieldOp::one_of, {text(note(10)), text(note(3'500)), text(note(5'000))}},
        {field, FieldOp::greater_equal, {text(note(100))}}};
    auto snapshot = world_.store.read();
    const auto found = world_.records.list(**snapshot, world_.as("admin"), query);
    ASSERT_TRUE(found.has_value());
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->front().id, ids[3'500]);
    EXPECT_EQ(found->back().id, ids[5'000]);
  }
  expect({field, FieldOp::less, {text(note(5'000))}}, 0, 5'000);
  // The first that fits is farther away than records are walked.
  expect({field, FieldOp::greater_equal, {text(note(2'150))}}, 2'150, kRecords);
  expect({field, FieldOp::between, {text(note(100)), text(note(4'099))}}, 100, 4'100);
  expect({field, FieldOp::greater, {text(note(5'100))}}, 5'101, kRecords);  // narrow
}

}  // namespace
}  // namespace cinnabar::services
