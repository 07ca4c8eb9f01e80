#include "services/aggregate.h"

#include "services/codec/form_codec.h"
#include "services/record_service.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

// In and out of a store: TITLE is the article, AMOUNT how many; OUT takes away.
class AggregateTest : public ::testing::Test {
 protected:
  AggregateTest() { deploy(0); }

  // Of an application with the forms "in" and "out", and one aggregate table with that bound.
  void deploy(int at_least) {
    Package package;
    package.key = "store";
    package.name = "Store";
    package.document = std::to_string(at_least);
    for (const char* key : {"in", "out"}) {
      PackageForm form;
      form.form.key = key;
      form.form.name = key;
      form::Field article;
      article.id = "TITLE";
      article.title = "Article";
      form::Field amount;
      amount.id = "AMOUNT";
      amount.title = "Amount";
      amount.type = form::FieldType::number;
      form.form.fields = {article, amount};
      form.document = codec::print_form(form.form);
      package.forms.push_back(std::move(form));
    }
    AggregateDefinition stock;
    stock.key = "stock";
    stock.name = "Stock";
    stock.at_least = Decimal{at_least};
    stock.sources = {{"in", "", {"TITLE"}, "AMOUNT", false},
                     {"out", "", {"TITLE"}, "AMOUNT", true}};
    package.aggregates = {stock};
    const auto deployed = world_.admin.deploy(package);
    ASSERT_TRUE(deployed) << to_string(deployed.error());
    for (const auto& [id, form] : world_.catalog.current()->forms()) {
      if (form.definition->key == "in") in_ = id;
      if (form.definition->key == "out") out_ = id;
    }
    aggregate_ = world_.catalog.current()->aggregates().begin()->first;
  }
  static FieldValues fields(const char* article, std::int64_t amount) {
    FieldValues row = values({{"TITLE", article}});
    row.emplace("AMOUNT", FieldValue{Decimal{amount}});
    return row;
  }
  std::vector<CreatedRecord> add(FormId form, std::vector<FieldValues> rows) {
    const auto made =
        world_.write<std::vector<CreatedRecord>>([&](ports::WriteTransaction& transaction) {
          CreateRecords request;
          request.form = form;
          for (const FieldValues& row : rows) request.rows.push_back({row, std::nullopt});
          return world_.records.create(transaction, world_.as("admin"), std::move(request));
        });
    EXPECT_TRUE(made) << to_string(made.error());
    return made.value_or(std::vector<CreatedRecord>{});
  }
  Status change(FormId form, RecordId record, std::int64_t amount) {
    FieldValues changes;
    changes.emplace("AMOUNT", FieldValue{Decimal{amount}});
    const auto changed = world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
      return world_.records.change(transaction, world_.as("admin"), {form, record, changes});
    });
    if (changed) return {};
    return changed.error();
  }
  Status remove(FormId form, RecordId record) {
    const auto removed = world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
      return world_.records.remove(transaction, world_.as("admin"), form, {record});
    });
    if (removed) return {};
    return removed.error();
  }
  std::map<std::string, std::string> totals() {
    auto snapshot = world_.store.read();
    const auto found =
        world_.aggregates.totals(**snapshot, world_.as("admin"), aggregate_, {}, 1'000);
    EXPECT_TRUE(found);
    std::map<std::string, std::string> out;
    for (const AggregateTotal& one : *found) out.emplace(one.group.at(0), one.total.text());
    return out;
  }

  World world_;
  FormId in_;
  FormId out_;
  std::int64_t aggregate_ = 0;
};

using Totals = std::map<std::string, std::string>;

TEST_F(AggregateTest, totals_follow_every_write) {
  const auto made = add(in_, {fields("screw", 10), fields("nut", 5), fields("screw", 2)});
  EXPECT_EQ(totals(), (Totals{{"nut", "5"}, {"screw", "12"}}));
  add(out_, {fields("screw", 3)});
  EXPECT_EQ(totals(), (Totals{{"nut", "5"}, {"screw", "9"}}));
  ASSERT_TRUE(change(in_, made[1].made->id, 7));
  EXPECT_EQ(totals(), (Totals{{"nut", "7"}, {"screw", "9"}}));
  ASSERT_TRUE(remove(in_, made[1].made->id));
  EXPECT_EQ(totals(), (Totals{{"screw", "9"}}));
}

TEST_F(AggregateTest, nothing_is_given_away_that_is_not_there) {
  const auto made = add(in_, {fields("screw", 5)});
  // The second would be one too many: it fails alone.
  const auto out = add(out_, {fields("screw", 3), fields("screw", 3), fields("screw", 2)});
  EXPECT_TRUE(out[0].made);
  ASSERT_TRUE(out[1].error);
  EXPECT_EQ(out[1].error->reason, reasons::kAggregateCheckFailed);
  EXPECT_TRUE(out[2].made);
  EXPECT_EQ(totals(), Totals{});
  const auto changed = change(out_, out[0].made->id, 4);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().reason, reasons::kAggregateCheckFailed);
  const auto removed = remove(in_, made[0].made->id);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().reason, reasons::kAggregateCheckFailed);
  EXPECT_TRUE(change(out_, out[0].made->id, 1));
  EXPECT_EQ(totals(), (Totals{{"screw", "2"}}));
}

TEST_F(AggregateTest, several_changes_of_one_command_add_up) {
  const auto made = add(in_, {fields("screw", 1), fields("screw", 2), fields("screw", 3)});
  ASSERT_TRUE(ports::submit_and_wait(world_.store, [&](ports::WriteTransaction& transaction) {
    const auto catalog = world_.catalog.current();
    AggregateLedger ledger(transaction, *catalog);
    for (const CreatedRecord& one : made) {
      FieldValues changes;
      changes.emplace("AMOUNT", FieldValue{Decimal{10}});
      const auto changed = world_.records.change(transaction, world_.as("admin"),
                                                 {in_, one.made->id, changes, {}, &ledger});
      if (!changed) return Status(changed.error());
    }
    return Status{};
  }));
  EXPECT_EQ(totals(), (Totals{{"screw", "30"}}));
}

TEST_F(AggregateTest, what_is_below_the_bound_already_may_rise) {
  const auto made = add(in_, {fields("screw", 5)});
  add(out_, {fields("screw", 5)});
  deploy(3);
  EXPECT_EQ(totals(), Totals{});
  EXPECT_TRUE(change(in_, made[0].made->id, 6));
  EXPECT_FALSE(change(in_, made[0].made->id, 5));
}

TEST_F(AggregateTest, a_changed_definition_counts_all_records_anew) {
  add(in_, {fields("screw", 5), fields("nut", 1)});
  deploy(-100);
  EXPECT_EQ(totals(), (Totals{{"nut", "1"}, {"screw", "5"}}));
  add(out_, {fields("screw", 50)});
  EXPECT_EQ(totals(), (Totals{{"nut", "1"}, {"screw", "-45"}}));
}

TEST_F(AggregateTest, only_whoever_may_view_the_records_sees_totals) {
  const auto catalog = world_.catalog.current();
  EXPECT_EQ(world_.aggregates.list(*catalog, world_.as("admin")).size(), 1U);
  EXPECT_TRUE(world_.aggregates.list(*catalog, world_.as("alice")).empty());
  auto snapshot = world_.store.read();
  EXPECT_EQ(
      world_.aggregates.totals(**snapshot, world_.as("alice"), aggregate_, {}, 10).error().reason,
      reasons::kAggregateUnknown);
}

// Random writes, after each of which the totals are those that a count of the records gives.
TEST_F(AggregateTest, totals_are_always_what_counting_gives) {
  std::mt19937 random(11);
  const auto pick = [&random](int count) {
    return static_cast<int>(random() % static_cast<unsigned>(count));
  };
  const std::array<const char*, 3> articles{"a", "b", "c"};
  struct Known {
    FormId form;
    RecordId id;
    std::string article;
    std::int64_t amount;
  };
  std::vector<Known> known;
  for (int round = 0; round < 300; ++round) {
    const int what = pick(4);
    if (what < 2 || known.empty()) {
      const FormId form = pick(2) == 0 ? in_ : out_;
      const char* article = articles.at(static_cast<std::size_t>(pick(3)));
      const std::int64_t amount = pick(9) + 1;
      for (const CreatedRecord& one : add(form, {fields(article, amount), fields(article, 1)})) {
        if (one.made) {
          const auto* number = one.made->fields.at("AMOUNT").get<Decimal>();
          known.push_back({form, one.made->id, article, number->to_int().value_or(0)});
        }
      }
    } else {
      const auto at = static_cast<std::size_t>(pick(static_cast<int>(known.size())));
      if (what == 2) {
        const std::int64_t amount = pick(12);
        if (change(known[at].form, known[at].id, amount)) known[at].amount = amount;
      } else if (remove(known[at].form, known[at].id)) {
        known.erase(known.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    std::map<std::string, std::int64_t> sums;
    for (const Known& one : known) sums[one.article] += one.form == in_ ? one.amount : -one.amount;
    Totals expected;
    for (const auto& [article, sum] : sums) {
      ASSERT_GE(sum, 0) << "round " << round;
      if (sum != 0) expected.emplace(article, std::to_string(sum));
    }
    ASSERT_EQ(totals(), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace cinnabar::services
