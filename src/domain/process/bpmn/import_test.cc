#include "domain/process/bpmn/import.h"

#include "base/random.h"
#include "domain/process/bpmn/export.h"
#include "domain/process/testing/generator.h"

#include <gtest/gtest.h>

namespace cinnabar::process::bpmn {
namespace {

const std::string kHead =
    "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
    "xmlns:c=\"urn:cinnabar:bpmn:1.0\" xmlns:camunda=\"http://camunda.org/schema/1.0/bpmn\" "
    "xmlns:x=\"urn:somebody:else\">\n<process id=\"p\" name=\"P\">\n";
const std::string kTail = "</process></definitions>";

std::string with_task(const std::string& attributes, const std::string& content) {
  return kHead + "<startEvent id=\"s\"/>\n<userTask id=\"t\"" + attributes + ">" + content +
         "</userTask>\n<endEvent id=\"e\"/>\n"
         "<sequenceFlow id=\"f1\" sourceRef=\"s\" targetRef=\"t\"/>\n"
         "<sequenceFlow id=\"f2\" sourceRef=\"t\" targetRef=\"e\"/>\n" +
         kTail;
}

std::string extended(const std::string& extensions) {
  return with_task("", "<extensionElements>" + extensions + "</extensionElements>");
}

std::vector<std::string> rules(std::string_view xml, const form::FormDefinition* form = nullptr) {
  const Imported imported = import(xml, form);
  std::vector<std::string> out;
  bool has_error = false;
  for (const Finding& finding : imported.findings) {
    out.push_back((finding.is_error ? "" : "(") + finding.rule + (finding.is_error ? "" : ")"));
    has_error = has_error || finding.is_error;
    EXPECT_FALSE(finding.message.empty());
  }
  EXPECT_EQ(imported.definition == nullptr, has_error);
  return out;
}
using Rules = std::vector<std::string>;

UserTask task_of(const std::string& xml, const form::FormDefinition* form = nullptr) {
  const Imported imported = import(xml, form);
  if (imported.definition == nullptr) {
    ADD_FAILURE() << xml;
    return {};
  }
  return *imported.definition->node(*imported.definition->find_node("t")).user_task();
}

TEST(Import, namespaces_go_by_uri_whatever_the_prefix) {
  const std::string xml =
      "<?xml version=\"1.0\"?><b:definitions "
      "xmlns:b=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"><b:process id=\"p\">"
      "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"/>"
      "<b:sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"e\"/>"
      "</b:process></b:definitions>";
  EXPECT_EQ(rules(xml), Rules{});
  EXPECT_EQ(rules("<definitions xmlns=\"urn:other\"/>"), Rules{"document_not_bpmn"});
  EXPECT_EQ(rules("<definitions/>"), Rules{"document_not_bpmn"});
}

TEST(Import, hostile_documents_are_refused) {
  EXPECT_EQ(rules(""), Rules{"document_malformed"});
  EXPECT_EQ(rules("<a><b></a>"), Rules{"document_malformed"});
  EXPECT_EQ(rules("<!DOCTYPE d [<!ENTITY a \"b\">]>" + kHead + kTail),
            Rules{"document_type_refused"});
  EXPECT_EQ(rules(std::string("<a>\xFF</a>")), Rules{"document_encoding"});
  EXPECT_EQ(rules(std::string(5 * 1024 * 1024, ' ')), Rules{"document_too_large"});
  std::string deep = kHead;
  for (int i = 0; i < 5'000; ++i) deep += "<x:y>";
  for (int i = 0; i < 5'000; ++i) deep += "</x:y>";
  EXPECT_EQ(rules(deep + kTail), Rules{"document_too_deep"});
}

TEST(Import, findings_name_the_line) {
  const Imported imported = import(extended("\n\n<c:nonsense/>"), nullptr);
  ASSERT_FALSE(imported.findings.empty());
  const auto it = std::ranges::find(imported.findings, "extension_unknown", &Finding::rule);
  ASSERT_NE(it, imported.findings.end());
  EXPECT_EQ(it->line, 6);
}

TEST(Import, all_settings_of_a_task) {
  const UserTask task = task_of(with_task(
      " c:batch=\"false\" c:commentRequired=\"1\"",
      R"(<extensionElements><c:participants users="a, b" groups="g" departments="d" roles="r"
           positions="p" initiator="true" field="who"/>
         <c:completion rule="percentage" percent="60"/>
         <c:quickAction key="action1" label="Yes" outcome="rejected">
           <c:set field="$status" value='"x"'/></c:quickAction>
         <c:onActivate><c:set field="n" value="1 + 1"/></c:onActivate>
         <c:field id="n" required="false" readOnly="true"/></extensionElements>)"));
  ASSERT_EQ(task.participants.size(), 7U);
  EXPECT_EQ(std::get<FixedUsers>(task.participants[0]).names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(std::get<Groups>(task.participants[2]).kind, GroupKind::department);
  EXPECT_EQ(std::get<FieldRule>(task.participants[6]).field, "who");
  EXPECT_EQ(task.completion, CompletionRule{Percentage{60}});
  ASSERT_EQ(task.quick_actions.size(), 1U);
  EXPECT_EQ(task.quick_actions[0].outcome, Outcome::rejected);
  EXPECT_EQ(task.quick_actions[0].assignments[0].target, "$status");
  ASSERT_EQ(task.on_activate.size(), 1U);
  EXPECT_FALSE(task.allow_batch);
  EXPECT_TRUE(task.comment_required);
  EXPECT_EQ(task.fields.at("n").required, false);
  EXPECT_EQ(task.fields.at("n").read_only, true);
  EXPECT_FALSE(task.fields.at("n").hidden.has_value());
}

TEST(Import, a_process_switches_batches_on_by_default_or_off_altogether) {
  const std::string people = "<extensionElements><c:participants users=\"a\"/></extensionElements>";
  const auto allows = [&](const std::string& of_process, const std::string& of_task) {
    std::string xml = with_task(of_task, people);
    xml.replace(xml.find("name=\"P\""), 8, "name=\"P\"" + of_process);
    return task_of(xml).allow_batch;
  };
  const std::string on = " c:batch=\"true\"";
  const std::string off = " c:batch=\"false\"";
  EXPECT_FALSE(allows("", ""));
  EXPECT_TRUE(allows("", on));
  EXPECT_TRUE(allows(on, ""));
  EXPECT_FALSE(allows(on, off));
  EXPECT_FALSE(allows(off, ""));
  EXPECT_FALSE(allows(off, on));
}

TEST(Import, field_ids_take_the_spelling_of_the_form) {
  const form::FormDefinition form = testing::generated_form();
  const UserTask task =
      task_of(extended("<c:participants field=\"OWNER\"/><c:onActivate><c:set field=\"Amount\" "
                       "value=\"1\"/></c:onActivate><c:field id=\"TITLE\" hidden=\"true\"/>"),
              &form);
  EXPECT_EQ(std::get<FieldRule>(task.participants[0]).field, "owner");
  EXPECT_EQ(task.on_activate[0].target, "amount");
  EXPECT_TRUE(task.fields.contains("title"));
  EXPECT_EQ(rules(extended("<c:participants field=\"nothing\"/>"), &form), Rules{"field_unknown"});
  EXPECT_EQ(rules(extended("<c:participants field=\"amount\"/>"), &form),
            Rules{"participant_field_type"});
}

TEST(Import, wrong_settings_are_errors) {
  const std::string ok = "<c:participants users=\"a\"/>";
  EXPECT_EQ(rules(extended(ok)), Rules{});
  EXPECT_EQ(rules(extended("<c:participants people=\"a\"/>")).front(), "attribute_unknown");
  for (const std::string wrong :
       {"<c:completion rule=\"most\"/>", "<c:completion rule=\"atLeast\" count=\"0\"/>",
        "<c:completion rule=\"percentage\" percent=\"101\"/>",
        "<c:completion rule=\"all\" veto=\"maybe\"/>",
        "<c:quickAction key=\"k\" outcome=\"perhaps\"/>"}) {
    EXPECT_EQ(rules(extended(ok + wrong)), Rules{"attribute_value"}) << wrong;
  }
  EXPECT_EQ(rules(extended(ok + "<c:completion rule=\"atLeast\"/>")), Rules{"attribute_missing"});
  EXPECT_EQ(rules(extended(ok + "<c:quickAction label=\"k\"/>")), Rules{"attribute_missing"});
  EXPECT_EQ(rules(extended(ok + "<c:quickAction key=\"k\"/><c:quickAction key=\"k\"/>")),
            Rules{"quick_action_repeated"});
  EXPECT_EQ(rules(extended(ok + "<c:onActivate><c:set field=\"$x\" value=\"1\"/></c:onActivate>")),
            Rules{"header_unknown"});
  EXPECT_EQ(rules(extended(ok + "<c:onActivate><c:set field=\"a\" value=\"1 +\"/></c:onActivate>")),
            Rules{"expression_syntax"});
  EXPECT_EQ(rules(extended(ok + "<c:field id=\"a\"/><c:field id=\"a\"/>")),
            Rules{"field_repeated"});
  EXPECT_EQ(
      rules(with_task(" startQuantity=\"2\"", "<extensionElements>" + ok + "</extensionElements>")),
      Rules{"attribute_value"});
}

TEST(Import, what_other_tools_write_is_understood_or_listed) {
  const UserTask task =
      task_of(with_task(" camunda:assignee=\"${initiator}\" camunda:candidateUsers=\"ann,bob\" "
                        "camunda:candidateGroups=\"team\"",
                        "<multiInstanceLoopCharacteristics isSequential=\"true\"/>"));
  ASSERT_EQ(task.participants.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<InitiatorRule>(task.participants[0]));
  EXPECT_EQ(std::get<FixedUsers>(task.participants[2]).names, std::vector<std::string>{"bob"});
  EXPECT_EQ(std::get<Groups>(task.participants[3]).keys, std::vector<std::string>{"team"});
  EXPECT_EQ(task.completion, CompletionRule{InOrder{}});
  EXPECT_EQ(rules(with_task(" camunda:formKey=\"f\" x:y=\"1\" camunda:assignee=\"${a.b()}\"",
                            "<extensionElements><x:z/></extensionElements>"
                            "<multiInstanceLoopCharacteristics/>")),
            (Rules{"(attribute_ignored)", "(multi_instance_ignored)", "(attribute_ignored)",
                   "(extension_ignored)", "(participants_missing)"}));
  const std::string flow =
      with_task("", "<extensionElements><c:participants users=\"a\"/></extensionElements>");
  EXPECT_EQ(rules(flow), Rules{});
}

TEST(Import, references_of_nodes_must_agree_with_the_flows) {
  const std::string ok = "<extensionElements><c:participants users=\"a\"/></extensionElements>";
  EXPECT_EQ(rules(with_task("", ok + "<incoming>f1</incoming><outgoing>f2</outgoing>")), Rules{});
  EXPECT_EQ(rules(with_task("", ok + "<incoming>f2</incoming>")), Rules{"flow_reference_wrong"});
  EXPECT_EQ(rules(with_task("", ok + "<incoming>f9</incoming>")), Rules{"flow_reference_missing"});
}

TEST(Import, of_several_processes_the_executable_one) {
  const std::string head = "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\">";
  const auto process = [](const std::string& id, const std::string& more) {
    return "<process id=\"" + id + "\"" + more + "><startEvent id=\"s" + id +
           "\"/><endEvent id=\"e" + id + "\"/><sequenceFlow id=\"f" + id + "\" sourceRef=\"s" + id +
           "\" targetRef=\"e" + id + "\"/></process>";
  };
  const std::string tail = "</definitions>";
  const auto one =
      import(head + process("a", "") + process("b", " isExecutable=\"true\"") + tail, nullptr);
  ASSERT_NE(one.definition, nullptr);
  EXPECT_EQ(one.definition->key, "b");
  EXPECT_EQ(rules(head + process("a", "") + process("b", "") + tail), Rules{"process_ambiguous"});
  EXPECT_EQ(rules(head + tail), Rules{"process_missing"});
}

// Documents with bytes changed at random are read or refused, never a crash.
TEST(Import, damaged_documents_never_crash) {
  SeededRandom random(3);
  const form::FormDefinition form = testing::generated_form();
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    std::string xml = to_xml(testing::generate_process(random));
    for (std::uint64_t i = 1 + random.below(4); i-- > 0;) {
      const std::size_t at = random.below(xml.size());
      switch (random.below(3)) {
        case 0:
          xml[at] = static_cast<char>(' ' + random.below(95));
          break;
        case 1:
          xml.erase(at, random.below(20));
          break;
        default:
          xml.insert(at, xml.substr(random.below(xml.size()), random.below(40)));
      }
    }
    const Imported imported = import(xml, &form);
    if (imported.definition == nullptr) {
      ++refused;
      EXPECT_FALSE(imported.findings.empty());
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace cinnabar::process::bpmn
