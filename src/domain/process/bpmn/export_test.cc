#include "domain/process/bpmn/export.h"

#include "domain/process/bpmn/import.h"

#include <gtest/gtest.h>

namespace cinnabar::process::bpmn {
namespace {

const std::string kHead =
    "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
    "xmlns:c=\"urn:cinnabar:bpmn:1.0\">\n"
    "<message id=\"m\" name=\"paid &quot;in &lt;full&gt;&quot;\"/>\n"
    "<message id=\"m2\" name='=\"order-\" + number'/>\n"
    "<signal id=\"sg\" name=\"stop\"/>\n<error id=\"er\" errorCode=\"E1\"/>\n"
    "<escalation id=\"es\" escalationCode=\"late\"/>\n";

// Puts the content between a start and an end, one after the other.
std::string chain(const std::vector<std::pair<std::string, std::string>>& elements,
                  const std::string& beside = {}) {
  std::string out = kHead + "<process id=\"p\" name=\"P\">\n<startEvent id=\"s\"/>\n";
  std::string before = "s";
  for (const auto& [id, element] : elements) {
    out += element + "\n<sequenceFlow id=\"to_" + id + "\" sourceRef=\"" + before +
           "\" targetRef=\"" + id + "\"/>\n";
    before = id;
  }
  return out + beside + "<endEvent id=\"e\"/><sequenceFlow id=\"to_e\" sourceRef=\"" + before +
         "\" targetRef=\"e\"/>\n</process></definitions>";
}

std::shared_ptr<const ProcessDefinition> read(const std::string& xml) {
  const Imported imported = import(xml, nullptr);
  for (const Finding& finding : imported.findings) {
    if (finding.is_error) {
      ADD_FAILURE() << finding.rule << " " << finding.element << ": " << finding.message << "\n"
                    << xml;
    }
  }
  return imported.definition;
}

std::string text_of(const std::optional<expr::Expression>& expression) {
  if (!expression) return "none";
  const std::string& text = expression->text();
  return text.starts_with('=') ? text.substr(1) : text;
}

std::string text_of(const std::vector<Mapping>& mappings) {
  std::string out;
  for (const Mapping& mapping : mappings)
    out += mapping.target + ":=" + text_of(mapping.value) + ";";
  return out;
}

std::string text_of(const Trigger& trigger) {
  std::string out(name(trigger.kind));
  out += "|" + trigger.name + "|" + text_of(trigger.name_rule) + "|" +
         text_of(trigger.correlation_key) + "|" + text_of(trigger.condition) + "|" +
         trigger.code_variable + "|" + trigger.message_variable + "|" + trigger.result_variable +
         "|" + (trigger.waits_for_completion ? "waits" : "goes on");
  if (trigger.timer) {
    out +=
        "|" + std::to_string(static_cast<int>(trigger.timer->form)) + text_of(trigger.timer->value);
  }
  if (trigger.activity) out += "|" + std::to_string(*trigger.activity);
  return out;
}

std::string text_of(const Loop& loop) {
  if (const auto* standard = std::get_if<StandardLoop>(&loop)) {
    return "standard|" + std::to_string(standard->test_before) + "|" +
           std::to_string(standard->maximum.value_or(-1)) + "|" + text_of(standard->condition);
  }
  const auto* multi = std::get_if<MultiInstance>(&loop);
  if (multi == nullptr) return "once";
  return "multi|" + std::to_string(multi->is_sequential) + "|" + text_of(multi->cardinality) + "|" +
         text_of(multi->collection) + "|" + multi->element_variable + "|" +
         text_of(multi->completion) + "|" + multi->output_collection + "|" +
         text_of(multi->output_element) + "|" + multi->output_variable;
}

struct SettingsText {
  std::string operator()(const std::monostate& /*none*/) const { return {}; }
  std::string operator()(const EventNode& event) const {
    std::string out = text_of(event.trigger) + "|" + std::to_string(event.is_interrupting);
    if (event.attached_to) out += "|at " + std::to_string(*event.attached_to);
    if (event.compensated_by) out += "|by " + std::to_string(*event.compensated_by);
    for (const StartCheck& check : event.checks) {
      out += "|" + check.condition.text() + "?" + check.message;
    }
    return out;
  }
  std::string operator()(const UserTask& task) const {
    std::string out = std::to_string(task.participants.size());
    for (const ParticipantRule& rule : task.participants) out += "," + std::to_string(rule.index());
    const ParticipantPolicies& policies = task.policies;
    for (const int value :
         {static_cast<int>(policies.if_nobody), static_cast<int>(policies.if_initiator),
          static_cast<int>(policies.if_repeated), static_cast<int>(policies.if_departed),
          static_cast<int>(policies.if_absent), static_cast<int>(task.if_late),
          static_cast<int>(task.completion.index()), int{task.allow_batch},
          int{task.comment_required}, int{task.signature_required}}) {
      out += "|" + std::to_string(value);
    }
    out += "|" + policies.fallback_user + "|" + text_of(task.due) + "|" + text_of(task.remind) +
           "|" + text_of(task.priority) + "|" + task.form_key + "|" + text_of(task.on_activate);
    for (const QuickAction& action : task.quick_actions) {
      out += "|" + action.key + action.label + std::string(name(action.outcome)) +
             text_of(action.assignments);
    }
    for (const auto& [id, access] : task.fields) out += "|" + id;
    return out;
  }
  std::string operator()(const ScriptTask& task) const {
    return (task.lua == nullptr ? "no lua" : task.lua->source()) + "|" + text_of(task.feel) + "|" +
           task.result_variable;
  }
  std::string operator()(const ServiceTask& task) const {
    std::string out = task.job_type + "|" + text_of(task.job_type_rule) + "|" +
                      std::to_string(task.retries) + "|" + task.result_variable;
    for (const auto& [key, value] : task.headers) out += "|" + key + "=" + value;
    return out;
  }
  std::string operator()(const MessageTask& task) const {
    return text_of(task.trigger) + "|" + std::to_string(task.is_instantiating);
  }
  std::string operator()(const CallActivity& call) const {
    return call.called + "|" + text_of(call.called_rule) + "|" + std::to_string(call.all_in) +
           std::to_string(call.all_out);
  }
  std::string operator()(const SubProcess& sub) const {
    return std::to_string(sub.body) + "|" + std::to_string(sub.is_triggered_by_event);
  }
  std::string operator()(const EventGateway& gateway) const {
    return std::to_string(gateway.is_instantiating);
  }
};

// Everything of a definition but its lines, without the writer that is tested.
std::string text_of(const ProcessDefinition& definition) {
  std::string out = definition.key + "|" + definition.name + "|" + text_of(definition.title_rule);
  for (const ScopeDefinition& scope : definition.scopes) {
    out += "\nscope " + (scope.owner ? std::to_string(*scope.owner) : std::string("-")) + " " +
           text_of(scope.variables);
  }
  for (const Node& node : definition.nodes) {
    out += "\n" + node.id + "|" + node.name + "|" + std::string(name(node.kind)) + "|" +
           std::to_string(node.scope) + "|" + text_of(node.loop) + "|" + text_of(node.inputs) +
           "|" + text_of(node.outputs) + "|" + (node.is_for_compensation ? "undoes" : "does") +
           "|" + std::visit(SettingsText{}, node.settings);
    if (node.default_flow) out += "|default " + definition.flows[*node.default_flow].id;
    for (const FlowIndex index : node.outgoing) {
      const SequenceFlow& flow = definition.flows[index];
      out += "\n  " + flow.id + "|" + flow.name + "->" + definition.node(flow.target).id + "|" +
             text_of(flow.condition);
    }
  }
  return out;
}

void expect_same_after_export(const std::string& xml) {
  const auto first = read(xml);
  ASSERT_NE(first, nullptr);
  const std::string written = to_xml(*first);
  const auto second = read(written);
  ASSERT_NE(second, nullptr) << written;
  EXPECT_EQ(text_of(*second), text_of(*first)) << written;
  EXPECT_EQ(to_xml(*second), written);
}

TEST(Export, settings_of_user_tasks_read_back) {
  expect_same_after_export(chain({{"t", R"(<userTask id="t" name="A &amp; B &#10;&lt;c&gt;"
      c:batch="false" c:commentRequired="true" c:signatureRequired="true" c:due="PT2H"
      c:remind="=reminder" c:ifLate="return" c:priority="amount + 1" c:formKey="short">
    <extensionElements>
      <c:participants users="ann,bob"/><c:participants groups="g"/>
      <c:participants departments="d"/><c:participants roles="r"/><c:participants positions="q"/>
      <c:participants initiator="true"/><c:participants field="owner"/>
      <c:participants manager="2" chain="true"/><c:participants head="sales" above="1"/>
      <c:participants head="initiator"/><c:participants previous="task"/>
      <c:participants expression="people"/><c:participants chosen="true"/>
      <c:policies nobody="user" fallbackUser="root" initiator="manager" repeated="pass"
                  departed="administrator" absent="ask"/>
      <c:completion rule="inOrder" veto="false"/>
      <c:quickAction key="k" label="L" outcome="rejected">
        <c:set field="$status" value='"a \"b\" &lt; c"'/></c:quickAction>
      <c:onActivate><c:set field="n" value="1 + 2"/></c:onActivate>
      <c:field id="x" required="true" hidden="false"/>
    </extensionElements></userTask>)"}}));
}

TEST(Export, completion_rules_read_back) {
  for (const std::string rule :
       {"rule=\"any\"", "rule=\"all\" veto=\"true\"", "rule=\"all\" veto=\"false\"",
        "rule=\"atLeast\" count=\"3\"", "rule=\"percentage\" percent=\"60\"",
        "rule=\"percentage\" percent=\"60\" veto=\"true\"",
        "rule=\"atLeast\" count=\"2\" veto=\"true\"", "rule=\"weighted\" percent=\"51\""}) {
    const auto first = read(chain({{"t",
                                    "<userTask id=\"t\"><extensionElements>"
                                    "<c:participants users=\"a\"/><c:completion " +
                                        rule + "/></extensionElements></userTask>"}}));
    ASSERT_NE(first, nullptr);
    const auto second = read(to_xml(*first));
    ASSERT_NE(second, nullptr);
    const auto completion_of = [](const ProcessDefinition& definition) {
      return definition.node(*definition.find_node("t")).user_task()->completion;
    };
    EXPECT_EQ(completion_of(*second), completion_of(*first)) << rule;
  }
}

TEST(Export, weights_of_votes_read_back) {
  const auto first = read(chain({{"t", R"(<userTask id="t"><extensionElements>
      <c:participants users="ann,bob"/><c:completion rule="weighted" percent="60" veto="true">
      <c:weight user="ann" value="3"/><c:weight role="buyer" value="0"/></c:completion>
      </extensionElements></userTask>)"}}));
  ASSERT_NE(first, nullptr);
  const WeightedShare expected{60, true, {{"ann", std::nullopt, 3}, {"buyer", GroupKind::role, 0}}};
  EXPECT_EQ(first->node(*first->find_node("t")).user_task()->completion, CompletionRule{expected});
  const auto second = read(to_xml(*first));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->node(*second->find_node("t")).user_task()->completion,
            CompletionRule{expected});
}

TEST(Export, events_read_back) {
  expect_same_after_export(chain(
      {{"m1", R"(<intermediateCatchEvent id="m1" c:correlationKey="number" c:resultVariable="r">
            <messageEventDefinition messageRef="m"/></intermediateCatchEvent>)"},
       {"m2t", R"(<intermediateThrowEvent id="m2t"><messageEventDefinition messageRef="m2"/>
            </intermediateThrowEvent>)"},
       {"t1", R"(<intermediateCatchEvent id="t1"><timerEventDefinition>
            <timeDuration>PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>)"},
       {"t2", R"(<intermediateCatchEvent id="t2"><timerEventDefinition>
            <timeDate>=deadline</timeDate></timerEventDefinition></intermediateCatchEvent>)"},
       {"t3", R"(<intermediateCatchEvent id="t3"><timerEventDefinition>
            <timeCycle>R3/PT10S</timeCycle></timerEventDefinition></intermediateCatchEvent>)"},
       {"c1", R"(<intermediateCatchEvent id="c1"><conditionalEventDefinition>
            <condition>amount &gt; 3 and amount &lt; 9</condition></conditionalEventDefinition>
            </intermediateCatchEvent>)"},
       {"sg1", R"(<intermediateThrowEvent id="sg1"><signalEventDefinition signalRef="sg"/>
            </intermediateThrowEvent>)"},
       {"es1", R"(<intermediateThrowEvent id="es1"><escalationEventDefinition escalationRef="es"/>
            </intermediateThrowEvent>)"},
       {"n1", R"(<intermediateThrowEvent id="n1"/>)"}}));
}

TEST(Export, boundary_events_and_compensation_read_back) {
  expect_same_after_export(chain(
      {{"w", "<task id=\"w\"/>"},
       {"undo", R"(<intermediateThrowEvent id="undo"><compensateEventDefinition activityRef="w"
            waitForCompletion="false"/></intermediateThrowEvent>)"}},
      R"(<boundaryEvent id="b1" attachedToRef="w" cancelActivity="false"><timerEventDefinition>
           <timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>
         <endEvent id="x1"><terminateEventDefinition/></endEvent>
         <sequenceFlow id="f1" sourceRef="b1" targetRef="x1"/>
         <boundaryEvent id="b2" attachedToRef="w" c:errorCodeVariable="code"
            c:errorMessageVariable="why"><errorEventDefinition errorRef="er"/></boundaryEvent>
         <endEvent id="x2"><errorEventDefinition errorRef="er"/></endEvent>
         <sequenceFlow id="f2" sourceRef="b2" targetRef="x2"/>
         <boundaryEvent id="b3" attachedToRef="w"><escalationEventDefinition/></boundaryEvent>
         <endEvent id="x3"/><sequenceFlow id="f3" sourceRef="b3" targetRef="x3"/>
         <boundaryEvent id="b4" attachedToRef="w"><compensateEventDefinition/></boundaryEvent>
         <task id="back" isForCompensation="true"/>
         <association id="a" sourceRef="b4" targetRef="back"/>)"));
}

TEST(Export, links_and_gateways_read_back) {
  expect_same_after_export(kHead + R"(<process id="p"><startEvent id="s"><extensionElements>
      <c:check condition="amount &gt; 0" message="not &quot;0&quot;"/></extensionElements></startEvent>
    <sequenceFlow id="f1" sourceRef="s" targetRef="x"/>
    <exclusiveGateway id="x" default="f3"/>
    <sequenceFlow id="f2" name="big" sourceRef="x" targetRef="eg">
      <conditionExpression>amount &gt; 10</conditionExpression></sequenceFlow>
    <sequenceFlow id="f3" sourceRef="x" targetRef="l1"/>
    <intermediateThrowEvent id="l1"><linkEventDefinition name="L"/></intermediateThrowEvent>
    <intermediateCatchEvent id="l2"><linkEventDefinition name="L"/></intermediateCatchEvent>
    <sequenceFlow id="f4" sourceRef="l2" targetRef="e1"/><endEvent id="e1"/>
    <eventBasedGateway id="eg"/>
    <sequenceFlow id="f5" sourceRef="eg" targetRef="r"/>
    <sequenceFlow id="f6" sourceRef="eg" targetRef="t"/>
    <receiveTask id="r" messageRef="m" c:correlationKey="number"/>
    <intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>PT5M</timeDuration>
      </timerEventDefinition></intermediateCatchEvent>
    <sequenceFlow id="f7" sourceRef="r" targetRef="e2"/><sequenceFlow id="f8" sourceRef="t"
      targetRef="e2"/><endEvent id="e2"/></process></definitions>)");
}

TEST(Export, automatic_activities_read_back) {
  expect_same_after_export(chain(
      {{"l",
        "<scriptTask id=\"l\" scriptFormat=\"lua\" c:resultVariable=\"r\">"
        "<script>  if a &lt; 2 then\n\treturn \"x &amp; y\"\n  end\n</script></scriptTask>"},
       {"f", "<scriptTask id=\"f\" scriptFormat=\"feel\"><script>a + 1</script></scriptTask>"},
       {"n", "<scriptTask id=\"n\"><script/></scriptTask>"},
       {"j", R"(<serviceTask id="j" c:jobType="send-mail" c:retries="7" c:resultVariable="x">
            <extensionElements><c:header key="k" value="v &#9;w"/><c:input target="a" value="b"/>
            <c:output target="c" value="d + 1"/></extensionElements></serviceTask>)"},
       {"j2", "<serviceTask id=\"j2\" c:jobType=\"=kind\"/>"},
       {"sj", "<sendTask id=\"sj\" c:jobType=\"fax\"/>"},
       {"sm", "<sendTask id=\"sm\" messageRef=\"m\"/>"},
       {"ca", R"(<callActivity id="ca" calledElement="other"><extensionElements>
            <c:in variables="all"/><c:out variables="all"/><c:input target="a" value="b"/>
            </extensionElements></callActivity>)"},
       {"cb", "<callActivity id=\"cb\" calledElement=\"=which\"/>"},
       {"ma", "<manualTask id=\"ma\"/>"}}));
}

TEST(Export, loops_read_back) {
  expect_same_after_export(chain(
      {{"a", R"(<task id="a"><standardLoopCharacteristics testBefore="true" loopMaximum="5">
            <loopCondition>n &lt; 3</loopCondition></standardLoopCharacteristics></task>)"},
       {"b", R"(<task id="b"><multiInstanceLoopCharacteristics isSequential="true">
            <loopCardinality>3</loopCardinality><completionCondition>done</completionCondition>
            </multiInstanceLoopCharacteristics></task>)"},
       {"u", R"(<userTask id="u"><extensionElements><c:participants users="a"/></extensionElements>
            <multiInstanceLoopCharacteristics c:collection="=items" c:elementVariable="item"
            c:outputCollection="all" c:outputElement="item + 1"><outputDataItem name="one"/>
            </multiInstanceLoopCharacteristics></userTask>)"}}));
}

TEST(Export, scopes_read_back) {
  expect_same_after_export(
      chain({{"sub", R"(<subProcess id="sub"><extensionElements><c:variable name="v" value="1"/>
          <c:output target="o" value="v"/></extensionElements>
          <startEvent id="s1"/><sequenceFlow id="i1" sourceRef="s1" targetRef="in"/>
          <subProcess id="in"><startEvent id="s2"/><endEvent id="e2"/>
            <sequenceFlow id="i2" sourceRef="s2" targetRef="e2"/></subProcess>
          <sequenceFlow id="i3" sourceRef="in" targetRef="e1"/><endEvent id="e1"/>
          <subProcess id="ev" triggeredByEvent="true"><startEvent id="s3" isInterrupting="false">
            <signalEventDefinition signalRef="sg"/></startEvent><endEvent id="e3"/>
            <sequenceFlow id="i4" sourceRef="s3" targetRef="e3"/></subProcess></subProcess>)"},
             {"after", "<task id=\"after\"/>"}}));
}

TEST(Export, ids_of_what_lies_beside_the_process_are_free) {
  const auto definition = read(chain({{"message_1",
                                       "<receiveTask id=\"message_1\" "
                                       "messageRef=\"m\"/>"}}));
  ASSERT_NE(definition, nullptr);
  EXPECT_NE(read(to_xml(*definition)), nullptr);
}

TEST(Export, deep_scopes_are_written_without_recursion) {
  ProcessDefinition definition;
  definition.key = "deep";
  constexpr ScopeIndex kDepth = 9'000;
  for (ScopeIndex i = 0; i < kDepth; ++i) {
    Node node;
    node.id = "n" + std::to_string(i);
    node.kind = NodeKind::sub_process;
    node.scope = i;
    node.settings = SubProcess{i + 1, false};
    definition.nodes.push_back(std::move(node));
    definition.scopes.push_back({});
    definition.scopes.back().owner = i;
  }
  definition.finish();
  const std::string xml = to_xml(definition);
  EXPECT_NE(xml.find("id=\"n8999\"/>"), std::string::npos);
}

}  // namespace
}  // namespace cinnabar::process::bpmn
