#include "domain/process/decide.h"

#include "domain/process/bpmn/import.h"
#include "domain/process/participants.h"
#include "domain/process/testing/people.h"
#include "vocab/limits.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cinnabar::process {
namespace {

class Counter final : public IdSource {
 public:
  [[nodiscard]] std::int64_t next() override { return ++last_; }

 private:
  std::int64_t last_ = 100;
};

form::Field field(std::string id, form::FieldType type,
                  form::FieldRole role = form::FieldRole::none) {
  form::Field out;
  out.id = std::move(id);
  out.type = type;
  out.role = role;
  return out;
}

class Engine : public ::testing::Test {
 protected:
  Engine() {
    ann_ = people_.add_user("ann");
    bob_ = people_.add_user("bob");
    form_.fields = {field("Title", form::FieldType::text, form::FieldRole::title),
                    field("state", form::FieldType::select, form::FieldRole::status),
                    field("amount", form::FieldType::number)};
    form_.fields[1].options = {{"1", "New"}, {"2", "Done"}};
  }

  void deploy(const std::string& body) {
    const bpmn::Imported imported = bpmn::import(
        "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
        "xmlns:c=\"urn:cinnabar:bpmn:1.0\"><process id=\"p\">" +
            body + "</process></definitions>",
        &form_);
    for (const Finding& finding : imported.findings) {
      if (finding.is_error) ADD_FAILURE() << finding.rule << ": " << finding.message;
    }
    definition_ = imported.definition;
    ASSERT_NE(definition_, nullptr);
  }

  Result<Decision> run(const Command& command) {
    const Environment environment{Instant{7}, &people_, &ids_};
    return decide(*definition_, form_, instance_, command, environment);
  }

  // The reason of the error, or "" after applying the events.
  std::string apply(const Command& command) {
    auto decision = run(command);
    if (!decision) return std::string(decision.error().reason.name);
    events_ = std::move(decision->events);
    instance_ = std::move(decision->after);
    return {};
  }

  std::string start(FieldValues fields) {
    return apply(Start{ProcessInstanceId{1}, ProcessDefinitionId{2}, ann_, std::move(fields)});
  }

  Complete complete(Outcome outcome = Outcome::approved) {
    Complete command;
    if (!instance_.activities.empty()) command.activity = instance_.activities.front().id;
    command.by = ann_;
    command.outcome = outcome;
    return command;
  }

  template <typename T>
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        events_, [](const Event& event) { return std::holds_alternative<T>(event); }));
  }

  testing::People people_;
  UserId ann_;
  UserId bob_;
  form::FormDefinition form_;
  std::shared_ptr<const ProcessDefinition> definition_;
  Counter ids_;
  Instance instance_;
  std::vector<Event> events_;
};

constexpr const char* kOneTask =
    R"(<startEvent id="s"/><userTask id="t"><extensionElements>
       <c:participants initiator="true"/></extensionElements></userTask><endEvent id="e"/>
       <sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
       <sequenceFlow id="f2" sourceRef="t" targetRef="e"/>)";

TEST_F(Engine, headers_follow_the_fields_with_roles) {
  deploy(kOneTask);
  ASSERT_EQ(start({{"Title", FieldValue::text("Pens")}, {"state", FieldValue::text("1")}}), "");
  EXPECT_EQ(instance_.headers, (Headers{"Pens", "New", ""}));
  EXPECT_EQ(instance_.started_at, Instant{7});
  Complete command = complete();
  command.changes = {{"Title", FieldValue{}}, {"state", FieldValue::text("2")}};
  ASSERT_EQ(apply(command), "");
  EXPECT_EQ(instance_.headers, (Headers{"", "Done", ""}));
  EXPECT_EQ(instance_.state, InstanceState::completed);
}

TEST_F(Engine, long_titles_are_cut_on_a_character) {
  deploy(kOneTask);
  std::string title;
  for (int i = 0; i < 400; ++i) title += "\xE9\x87\x91";
  ASSERT_EQ(start({{"Title", FieldValue::text(title)}}), "");
  EXPECT_EQ(instance_.headers.title.size(), 999U);
}

TEST_F(Engine, values_that_stay_the_same_are_no_change) {
  deploy(kOneTask);
  ASSERT_EQ(start({{"Title", FieldValue::text("Pens")}}), "");
  Complete command = complete();
  command.changes = {{"Title", FieldValue::text("Pens")}, {"amount", FieldValue{}}};
  ASSERT_EQ(apply(command), "");
  EXPECT_EQ(count<FieldsChanged>(), 0U);
  EXPECT_EQ(count<HeadersChanged>(), 0U);
}

TEST_F(Engine, mistakes_of_callers_are_errors) {
  deploy(kOneTask);
  ASSERT_EQ(start({}), "");
  Complete command = complete();
  const ActivityInstanceId activity = command.activity;
  command.by = bob_;
  EXPECT_EQ(apply(command), "work_item_not_yours");
  command.by = ann_;
  command.item = WorkItemId{999};
  EXPECT_EQ(apply(command), "work_item_unknown");
  command.item.reset();
  command.quick_action = "x";
  EXPECT_EQ(apply(command), "quick_action_unknown");
  command.quick_action.reset();
  command.activity = ActivityInstanceId{};
  EXPECT_EQ(apply(command), "activity_unknown");
  command.activity = ActivityInstanceId{999};
  EXPECT_EQ(apply(command), "activity_not_open");
  command.activity = activity;
  EXPECT_EQ(apply(command), "");
  EXPECT_EQ(apply(command), "instance_not_running");
  EXPECT_EQ(apply(Terminate{ann_, ""}), "instance_not_running");
}

TEST_F(Engine, others_may_decide_when_the_caller_says_so) {
  deploy(kOneTask);
  ASSERT_EQ(start({}), "");
  Complete command = complete();
  command.by = bob_;
  command.for_others = true;
  EXPECT_EQ(apply(command), "");
  EXPECT_EQ(instance_.state, InstanceState::completed);
}

TEST_F(Engine, start_checks_see_the_new_record) {
  deploy(std::string(R"(<startEvent id="s"><extensionElements>
      <c:check condition="amount > 0" message="Positive, please."/>
      <c:check condition="1 / amount > 0" message="x"/></extensionElements></startEvent>)") +
         std::string(kOneTask).substr(std::string(R"(<startEvent id="s"/>)").size()));
  const auto refused = run(Start{ProcessInstanceId{1}, ProcessDefinitionId{2}, ann_, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason.name, "start_validation_failed");
  EXPECT_EQ(refused.error().detail, "Positive, please.");
  EXPECT_EQ(start({{"amount", FieldValue{Decimal{1}}}}), "");
}

TEST_F(Engine, a_loop_without_a_task_is_an_incident_and_not_a_hang) {
  deploy(R"(<startEvent id="s"/><exclusiveGateway id="a"/><exclusiveGateway id="b" default="f3"/>
      <endEvent id="e"/>
      <sequenceFlow id="f1" sourceRef="s" targetRef="a"/>
      <sequenceFlow id="f2" sourceRef="a" targetRef="b"/>
      <sequenceFlow id="f3" sourceRef="b" targetRef="a"/>
      <sequenceFlow id="f4" sourceRef="b" targetRef="e">
        <conditionExpression>amount = 1</conditionExpression></sequenceFlow>)");
  ASSERT_EQ(start({}), "");
  ASSERT_EQ(instance_.incidents.size(), 1U);
  EXPECT_EQ(instance_.incidents[0].kind, IncidentKind::step_limit);
  EXPECT_EQ(instance_.state, InstanceState::running);
  EXPECT_LT(events_.size(), 3U * static_cast<std::size_t>(limits::kStepsPerCommandMax));
  EXPECT_EQ(apply(Terminate{ann_, "enough"}), "");
  EXPECT_EQ(instance_.state, InstanceState::terminated);
  EXPECT_TRUE(instance_.incidents.empty());
}

TEST_F(Engine, tokens_that_multiply_are_bounded_too) {
  deploy(R"(<startEvent id="s"/><parallelGateway id="a"/><exclusiveGateway id="m"/>
      <sequenceFlow id="f1" sourceRef="s" targetRef="m"/>
      <sequenceFlow id="f2" sourceRef="m" targetRef="a"/>
      <sequenceFlow id="f3" sourceRef="a" targetRef="m"/>
      <sequenceFlow id="f4" sourceRef="a" targetRef="m"/>)");
  ASSERT_EQ(start({}), "");
  EXPECT_GE(instance_.incidents.size(), 1U);
  EXPECT_LE(instance_.incidents.size(), 2U);
}

TEST_F(Engine, incidents_that_hold_a_token_outlive_another_activity_at_their_node) {
  deploy(R"(<startEvent id="s"/>
      <userTask id="t"><extensionElements><c:participants initiator="true"/></extensionElements>
      </userTask><endEvent id="e"/>
      <sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
      <sequenceFlow id="f2" sourceRef="s" targetRef="t"/>
      <sequenceFlow id="f3" sourceRef="t" targetRef="e">
        <conditionExpression>outcome = "approved"</conditionExpression></sequenceFlow>)");
  ASSERT_EQ(start({}), "");
  ASSERT_EQ(instance_.activities.size(), 2U);
  ASSERT_EQ(apply(complete(Outcome::rejected)), "");
  ASSERT_EQ(instance_.incidents.size(), 1U);
  ASSERT_EQ(apply(complete(Outcome::approved)), "");
  ASSERT_EQ(instance_.incidents.size(), 1U);
  EXPECT_EQ(instance_.incidents[0].kind, IncidentKind::no_flow_matches);
  EXPECT_EQ(instance_.state, InstanceState::running);
}

TEST(Offers, too_many_are_none_at_all) {
  testing::People people;
  std::vector<UserId> all;
  for (std::size_t i = 0; i <= limits::kParticipantsMax; ++i) {
    all.push_back(people.add_user("u" + std::to_string(i)));
  }
  people.add_group("everybody", all);
  const Instance instance;
  ProcessDefinition definition;
  definition.nodes.resize(1);
  Node& node = definition.nodes.front();
  node.id = "task";
  UserTask& task = node.settings.emplace<UserTask>();
  task.participants.emplace_back(Groups{GroupKind::group, {"everybody"}});
  definition.finish();
  const ParticipantContext context{definition, node, instance, {}, people, Instant{}, {}};
  EXPECT_EQ(offers_for(context).list.size(), 1U);
  task.completion = All{};
  EXPECT_TRUE(offers_for(context).is_too_many);
  EXPECT_TRUE(offers_for(context).list.empty());
  people.deactivate(all.back());
  EXPECT_EQ(offers_for(context).list.size(), limits::kParticipantsMax);
}

TEST_F(Engine, the_same_inputs_give_the_same_events) {
  deploy(kOneTask);
  const Start command{ProcessInstanceId{1}, ProcessDefinitionId{2}, ann_, {}};
  Counter first;
  Counter second;
  const auto one = decide(*definition_, form_, instance_, command, {Instant{7}, &people_, &first});
  const auto two = decide(*definition_, form_, instance_, command, {Instant{7}, &people_, &second});
  ASSERT_TRUE(one);
  ASSERT_TRUE(two);
  EXPECT_EQ(one->events, two->events);
  EXPECT_EQ(one->after, two->after);
  EXPECT_EQ(one->after.history_size, static_cast<std::int64_t>(one->events.size()));
}

TEST(Definition, reachability_needs_a_path_and_a_cycle_for_itself) {
  ProcessDefinition definition;
  definition.nodes.resize(4);
  const auto connect = [&](NodeIndex from, NodeIndex to) {
    SequenceFlow flow;
    flow.source = from;
    flow.target = to;
    definition.nodes[from].outgoing.push_back(static_cast<FlowIndex>(definition.flows.size()));
    definition.flows.push_back(flow);
  };
  connect(0, 1);
  connect(1, 2);
  connect(2, 1);
  definition.finish();
  EXPECT_TRUE(definition.is_reachable(0, 2));
  EXPECT_TRUE(definition.is_reachable(1, 1));
  EXPECT_FALSE(definition.is_reachable(0, 0));
  EXPECT_FALSE(definition.is_reachable(2, 0));
  EXPECT_FALSE(definition.is_reachable(0, 3));
}

}  // namespace
}  // namespace cinnabar::process
