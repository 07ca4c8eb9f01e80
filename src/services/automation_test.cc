#include "services/automation_runner.h"
#include "services/codec/automation_codec.h"
#include "services/codec/form_codec.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

AutomationDefinition automation(std::string_view document) {
  auto parsed = codec::parse_automation(document);
  EXPECT_TRUE(parsed) << document;
  return parsed.value_or(AutomationDefinition{});
}

// Orders of an article with an AMOUNT; stock with the same; notes.
class AutomationTest : public ::testing::Test {
 protected:
  void deploy(std::initializer_list<std::string_view> documents) {
    Package package;
    package.key = "shop";
    package.name = "Shop";
    package.document = "{}";
    for (const char* key : {"order", "stock"}) {
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
      form::Field owner;
      owner.id = "OWNER";
      owner.title = "Owner";
      owner.type = form::FieldType::user;
      form.form.fields = {article, amount, owner};
      form.document = codec::print_form(form.form);
      package.forms.push_back(std::move(form));
    }
    for (const std::string_view document : documents) {
      package.automations.push_back(automation(document));
    }
    const auto deployed = world_.admin.deploy(package);
    ASSERT_TRUE(deployed) << to_string(deployed.error());
    for (const auto& [id, form] : world_.catalog.current()->forms()) {
      if (form.definition->key == "order") order_ = id;
      if (form.definition->key == "stock") stock_ = id;
    }
  }
  static FieldValues fields(const char* article, std::int64_t amount) {
    FieldValues row = values({{"TITLE", article}});
    row.emplace("AMOUNT", FieldValue{Decimal{amount}});
    return row;
  }
  RecordId add(FormId form, FieldValues row, const CallContext& context) {
    const auto made =
        world_.write<std::vector<CreatedRecord>>([&](ports::WriteTransaction& transaction) {
          CreateRecords request;
          request.form = form;
          request.rows.push_back({row, std::nullopt});
          return world_.records.create(transaction, context, std::move(request));
        });
    EXPECT_TRUE(made) << to_string(made.error());
    return made && made->front().made ? made->front().made->id : RecordId{};
  }
  RecordId add(FormId form, FieldValues row) {
    return add(form, std::move(row), world_.as("admin"));
  }
  void change(FormId form, RecordId record, FieldValues changes) {
    const auto changed = world_.write<RecordView>([&](ports::WriteTransaction& transaction) {
      return world_.records.change(transaction, world_.as("admin"), {form, record, changes});
    });
    EXPECT_TRUE(changed) << to_string(changed.error());
  }
  std::vector<RecordView> all(FormId form) {
    auto snapshot = world_.store.read();
    RecordQuery query;
    query.form = form;
    return world_.records.list(**snapshot, world_.as("admin"), query)
        .value_or(std::vector<RecordView>{});
  }
  std::vector<std::string> texts(FormId form) {
    std::vector<std::string> told;
    for (const RecordView& record : all(form)) {
      std::string text;
      for (const auto& [id, value] : record.fields) text += to_plain_text(value) + " ";
      told.push_back(text);
    }
    return told;
  }
  std::vector<AutomationRun> runs() {
    auto snapshot = world_.store.read();
    std::vector<AutomationRun> all;
    for (const auto& [id, known] : world_.catalog.current()->automations()) {
      AutomationRunQuery query;
      query.automation = id;
      const auto found = world_.automations.runs(**snapshot, world_.as("admin"), query);
      EXPECT_TRUE(found) << to_string(found.error());
      if (found) all.insert(all.end(), found->begin(), found->end());
    }
    return all;
  }
  CallContext program(bool asks) {
    CallContext context = world_.as("admin");
    context.origin = Origin::program;
    context.asks_automations = asks;
    return context;
  }

  World world_;
  FormId order_;
  FormId stock_;
};

constexpr std::string_view kTake =
    R"({"key":"take","name":"Take from stock","form":"order","on":["record_created"],
        "condition":"AMOUNT > 0",
        "actions":[{"do":"change_record","form":"stock","match":{"TITLE":"TITLE"},
                    "values":{"AMOUNT":"target.AMOUNT - AMOUNT"}}]})";

TEST_F(AutomationTest, changes_the_records_that_match) {
  deploy({kTake});
  add(stock_, fields("screw", 10));
  add(stock_, fields("nail", 10));
  add(stock_, fields("screw", 20));
  add(order_, fields("screw", 3));
  add(order_, fields("screw", 0));  // the condition says no
  EXPECT_EQ(texts(stock_), (std::vector<std::string>{"10 screw ", "10 nail ", "20 screw "}));
  world_.run_due();
  EXPECT_EQ(texts(stock_), (std::vector<std::string>{"7 screw ", "10 nail ", "17 screw "}));
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs().front().state, AutomationRunState::done);
  EXPECT_EQ(runs().front().actions_done, 1);
  world_.run_due();
  EXPECT_EQ(texts(stock_).front(), "7 screw ");
}

TEST_F(AutomationTest, programs_run_it_when_they_ask_or_it_includes_them) {
  deploy({kTake});
  add(stock_, fields("screw", 10));
  add(order_, fields("screw", 1), program(false));
  world_.run_due();
  EXPECT_EQ(texts(stock_).front(), "10 screw ");
  add(order_, fields("screw", 1), program(true));
  world_.run_due();
  EXPECT_EQ(texts(stock_).front(), "9 screw ");
  std::string included(kTake);
  included.insert(1, R"("include_api_writes":true,)");
  deploy({included});
  add(order_, fields("screw", 1), program(false));
  world_.run_due();
  EXPECT_EQ(texts(stock_).front(), "8 screw ");
}

TEST_F(AutomationTest, follows_changes_of_the_fields_it_names_and_sees_what_was_before) {
  deploy({R"({"key":"log","name":"Log","form":"order","on":["record_changed","record_removed"],
              "fields":["AMOUNT"],
              "actions":[{"do":"create_record","form":"stock",
                          "values":{"TITLE":"event + \" \" + TITLE",
                                    "AMOUNT":"if before = null then AMOUNT else AMOUNT - before.AMOUNT"}}]})"});
  const RecordId order = add(order_, fields("screw", 5));
  change(order_, order, values({{"TITLE", "nail"}}));
  world_.run_due();
  EXPECT_TRUE(all(stock_).empty());
  change(order_, order, fields("nail", 7));
  world_.run_due();
  EXPECT_EQ(texts(stock_), std::vector<std::string>{"2 record_changed nail "});
  const auto removed = world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return world_.records.remove(transaction, world_.as("admin"), order_, {order});
  });
  ASSERT_TRUE(removed);
  world_.run_due();
  EXPECT_EQ(texts(stock_).back(), "7 record_removed nail ");
}

TEST_F(AutomationTest, the_author_of_the_record_is_the_executor) {
  deploy({R"({"key":"copy","name":"Copy","form":"order","on":["record_created"],
              "actions":[{"do":"create_record","form":"stock",
                          "values":{"TITLE":"TITLE","OWNER":"executor"}}]})"});
  const auto made =
      world_.write<std::vector<CreatedRecord>>([&](ports::WriteTransaction& transaction) {
        CreateRecords request;
        request.form = order_;
        request.creator = *world_.people.current()->find_user("dave");
        request.rows.push_back({values({{"TITLE", "screw"}}), std::nullopt});
        return world_.records.create(transaction, world_.as("admin"), std::move(request));
      });
  ASSERT_TRUE(made);
  world_.run_due();
  // dave has no right on any form: the automation needs none.
  const auto dave = *world_.people.current()->find_user("dave");
  ASSERT_EQ(all(stock_).size(), 1U);
  EXPECT_EQ(all(stock_).front().created_by, dave);
  EXPECT_EQ(all(stock_).front().fields.at("OWNER"), FieldValue{UserRef{dave}});
  EXPECT_EQ(runs().front().executor, dave);
}

TEST_F(AutomationTest, tells_people_once_each) {
  deploy({R"({"key":"tell","name":"Tell","form":"order","on":["record_created"],
              "include_api_writes":true,
              "actions":[{"do":"notify","users":["alice","nobody"],"fields":["OWNER"],
                          "groups":[{"kind":"group","group":"it"}],
                          "text":"\"New: \" + TITLE"}]})"});
  FieldValues row = values({{"TITLE", "screw"}});
  row.emplace("OWNER", FieldValue{UserRef{*world_.people.current()->find_user("carol")}});
  const RecordId order = add(order_, row, program(false));
  world_.run_due();
  auto snapshot = world_.store.read();
  for (const char* reader : {"alice", "bob", "carol"}) {
    const auto notices = NoticeService::list(**snapshot, world_.as(reader), {});
    ASSERT_TRUE(notices);
    ASSERT_EQ(notices->size(), 1U) << reader;
    EXPECT_EQ(notices->front().kind, NoticeKind::record);
    EXPECT_EQ(notices->front().record, order);
    EXPECT_EQ(notices->front().form, order_);
    EXPECT_EQ(notices->front().comment, "New: screw");
  }
  EXPECT_TRUE(NoticeService::list(**snapshot, world_.as("dave"), {})->empty());
}

TEST_F(AutomationTest, an_action_that_fails_is_kept_with_its_reason_and_undone) {
  deploy({R"({"key":"two","name":"Two","form":"order","on":["record_created"],
              "actions":[{"do":"create_record","form":"stock","values":{"TITLE":"TITLE"}},
                         {"do":"create_record","form":"stock","values":{"AMOUNT":"1 / AMOUNT"}},
                         {"do":"remove_record"}]})"});
  add(order_, fields("screw", 0));
  world_.run_due();
  EXPECT_EQ(all(stock_).size(), 1U);
  EXPECT_EQ(all(order_).size(), 1U);
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs().front().state, AutomationRunState::failed);
  EXPECT_EQ(runs().front().actions_done, 1);
  EXPECT_TRUE(runs().front().message.starts_with("AMOUNT: ")) << runs().front().message;
  add(order_, fields("nail", 1));
  world_.run_due();
  EXPECT_EQ(all(stock_).size(), 3U);
  EXPECT_EQ(all(order_).size(), 1U);  // the second one removed itself
}

TEST_F(AutomationTest, a_condition_that_fails_is_a_run_that_failed) {
  deploy(
      {R"({"key":"c","name":"C","form":"order","on":["record_created"],"condition":"1 / AMOUNT > 0",
              "actions":[{"do":"remove_record"}]})"});
  add(order_, fields("screw", 0));
  world_.run_due();
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs().front().state, AutomationRunState::failed);
  EXPECT_EQ(all(order_).size(), 1U);
}

TEST_F(AutomationTest, those_that_start_each_other_come_to_an_end) {
  deploy({R"({"key":"again","name":"Again","form":"order","on":["record_created"],
              "actions":[{"do":"create_record","form":"order","values":{"AMOUNT":"AMOUNT + 1"}}]})"});
  add(order_, fields("screw", 0));
  world_.run_due();
  EXPECT_EQ(std::ssize(all(order_)), kAutomationDepthMax + 1);
  const auto all_runs = runs();
  ASSERT_EQ(std::ssize(all_runs), kAutomationDepthMax + 1);
  EXPECT_EQ(all_runs.front().state, AutomationRunState::failed);
  EXPECT_EQ(all_runs.front().message, "automations led to each other too often");
}

TEST_F(AutomationTest, one_that_changes_nothing_starts_nothing) {
  deploy({R"({"key":"same","name":"Same","form":"order","on":["record_created","record_changed"],
              "actions":[{"do":"change_record","values":{"AMOUNT":"5"}}]})"});
  const RecordId order = add(order_, fields("screw", 1));
  world_.run_due();
  EXPECT_EQ(runs().size(), 2U);  // the record's, and that of the change
  EXPECT_EQ(all(order_).front().version, 2);
  EXPECT_EQ(all(order_).front().id, order);
}

TEST_F(AutomationTest, runs_wait_for_nothing_that_was_removed) {
  deploy({kTake});
  add(stock_, fields("screw", 10));
  add(order_, fields("screw", 1));
  const std::int64_t id = world_.catalog.current()->automations().begin()->first;
  deploy({});
  world_.run_due();
  EXPECT_EQ(texts(stock_).front(), "10 screw ");
  auto snapshot = world_.store.read();
  AutomationRunQuery query;
  query.automation = id;
  const auto gone = world_.automations.runs(**snapshot, world_.as("admin"), query);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().reason, reasons::kAutomationUnknown);
}

TEST_F(AutomationTest, more_matches_than_allowed_change_nothing) {
  deploy({kTake});
  for (int i = 0; i <= kAutomationTargetsMax; ++i) add(stock_, fields("screw", 10));
  add(order_, fields("screw", 1));
  world_.run_due();
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs().front().state, AutomationRunState::failed);
  EXPECT_EQ(texts(stock_).front(), "10 screw ");
}

TEST_F(AutomationTest, old_runs_are_forgotten_and_only_administrators_look) {
  deploy({kTake});
  add(order_, fields("screw", 1));
  world_.run_due();
  EXPECT_EQ(world_.automation_runner.forget_old().value_or(-1), 0);
  world_.clock.advance(kAutomationRunsKept);
  world_.clock.advance(seconds(1));
  EXPECT_EQ(world_.automation_runner.forget_old().value_or(-1), 1);
  EXPECT_TRUE(runs().empty());
  const auto refused = world_.automations.list(*world_.catalog.current(), world_.as("alice"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, reasons::kNotPermitted);
}

TEST_F(AutomationTest, follows_the_record_of_a_process_and_starts_one) {
  Package package = World::package_of(testing::kTwoTasks);
  package.automations.push_back(automation(
      R"({"key":"note","name":"Note","form":"f","on":["record_created","record_changed"],
          "condition":"NOTE = null",
          "actions":[{"do":"change_record","values":{"NOTE":"\"seen \" + TITLE"}}]})"));
  package.automations.push_back(automation(
      R"({"key":"second","name":"Second","form":"f","on":["record_changed"],
          "condition":"TITLE = \"first\" and NOTE != null",
          "actions":[{"do":"create_record","form":"f","values":{"TITLE":"\"second\""},
                      "start_process":true}]})"));
  const auto deployed = world_.admin.deploy(package);
  ASSERT_TRUE(deployed) << to_string(deployed.error());
  const Process* process = world_.catalog.current()->process_by_key("app-p", "p");
  ASSERT_NE(process, nullptr);
  const auto started = world_.start("alice", process->id, values({{"TITLE", "first"}}));
  ASSERT_TRUE(started) << to_string(started.error());
  world_.run_due();
  const auto records = all(process->form);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(to_plain_text(records[0].fields.at("NOTE")), "seen first");
  EXPECT_EQ(to_plain_text(records[1].fields.at("NOTE")), "seen second");
  ASSERT_TRUE(records[1].instance.is_assigned());
  EXPECT_EQ(records[1].created_by, *world_.people.current()->find_user("alice"));
  world_.expect_replay_equals_state(records[0].instance);
  world_.expect_replay_equals_state(records[1].instance);
}

TEST(AutomationCodec, a_document_comes_back_as_it_was) {
  const AutomationDefinition one = automation(
      R"({"key":"a","name":"A","form":"f","on":["record_removed","record_restored"],"fields":["X"],
          "condition":"X > 1","enabled":false,"include_api_writes":true,
          "actions":[{"do":"notify","users":["alice"],"fields":["X"],
                      "groups":[{"kind":"department","group":"sales"}],"text":"\"hi\""},
                     {"do":"create_record","form":"g","values":{"Y":"1"},"start_process":true},
                     {"do":"remove_record","form":"g","match":{"Y":"X"}}]})");
  const auto again = codec::parse_automation(codec::print_automation(one));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, one);
}

TEST(AutomationCodec, says_what_is_wrong) {
  for (
      const char* document : {
          R"({"key":"a","name":"A","form":"f","on":[],"actions":[{"do":"remove_record"}]})",
          R"({"key":"a","name":"A","form":"f","on":["form_changed"],"actions":[{"do":"remove_record"}]})",
          R"({"key":"a","name":"A","form":"f","on":["record_created"],"actions":[]})",
          R"({"key":"a","name":"A","form":"f","on":["record_created"],"actions":[{"do":"dance"}]})",
          R"({"key":"a","name":"A","form":"f","on":["record_created"],"actions":[{"do":"remove_record","form":"g"}]})",
          R"({"key":"a","name":"A","form":"f","on":["record_created"],"actions":[{"do":"notify","text":"1"}]})",
          R"({"key":"a","name":"A","form":"f","on":["record_created"],"actions":[{"do":"change_record","values":{"A":"1 +"}}]})",
          R"({"key":"a","name":"A","form":"f","on":["record_created"],"condition":"(","actions":[{"do":"remove_record"}]})",
      }) {
    EXPECT_FALSE(codec::parse_automation(document)) << document;
  }
}

}  // namespace
}  // namespace cinnabar::services
