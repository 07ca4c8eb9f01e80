#include "api/dialects/omflow/import_omf.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace cinnabar::omflow {
namespace {

using services::PackageFinding;
using services::codec::read_package;

std::string sample() {
  std::ifstream stream{std::string{CINNABAR_SOURCE_DIR} + "/tests/dialects/omflow/leave.omf",
                       std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

OmfNames known_names() {
  return {.groups = {{"4", "資訊服務組"}}, .users = {{"12", "alice"}}};
}

// "condition FITEM_4" for each error, then "(unused FLINE_4)" for each warning.
std::string told(const std::vector<PackageFinding>& findings) {
  std::string text;
  for (const PackageFinding& finding : findings) {
    const std::string one = finding.rule + " " + finding.element;
    text += (finding.is_error ? one : "(" + one + ")") + "\n";
  }
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// The report of the sample with one text replaced.
std::string told_with(std::string_view from, std::string_view to) {
  const OmfImport import = import_omf(replaced(sample(), from, to), known_names());
  return import.applications.empty() ? told(import.report) : told(import.applications[0].report);
}

std::string file_of(const OmfImport& import, const std::string& path) {
  const auto found = import.applications.at(0).files.find(path);
  return found == import.applications.at(0).files.end() ? "" : found->second;
}

void expect_contains(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
}

constexpr std::string_view kUsual =
    "(condition FITEM_4)\n(condition FITEM_4)\n";  // numbers compared as numbers

TEST(ImportOmf, an_export_becomes_a_package_without_errors) {
  const OmfImport import = import_omf(sample(), known_names());
  ASSERT_EQ(import.applications.size(), 1U);
  EXPECT_EQ(import.applications[0].key, "人事-申請");
  EXPECT_EQ(told(import.applications[0].report), kUsual);
  const auto read = read_package(import.applications[0].files);
  for (const PackageFinding& finding : read.findings) ADD_FAILURE() << to_string(finding);
  ASSERT_TRUE(read.package);
  ASSERT_EQ(read.package->processes.size(), 1U);
  const services::PackageProcess& process = read.package->processes[0];
  EXPECT_EQ(process.name, "請假核准");
  EXPECT_FALSE(process.settings.attachments);
  EXPECT_TRUE(process.settings.offer_work);
  EXPECT_EQ(process.external,
            (std::vector<services::ExternalName>{{"omflow", "api_path", "leave-import"}}));
  ASSERT_EQ(read.package->permissions.size(), 2U);
  EXPECT_EQ(read.package->permissions[0].kind, GroupKind::role);
  EXPECT_EQ(read.package->permissions[1].actions,
            (std::vector<PermissionAction>{PermissionAction::view, PermissionAction::add,
                                           PermissionAction::modify, PermissionAction::remove}));
}

TEST(ImportOmf, fields_keep_their_ids_types_roles_and_defaults) {
  const OmfImport import = import_omf(sample(), known_names());
  const auto read = read_package(import.applications.at(0).files);
  ASSERT_TRUE(read.package);
  const form::FormDefinition& form = read.package->forms.at(0).form;
  ASSERT_EQ(form.fields.size(), 9U);  // eight of the form and one of a node
  const auto type = [&](std::string_view id) { return name(form.find(id)->type); };
  EXPECT_EQ(form.find_role(form::FieldRole::title)->id, "FORMITM_1");
  EXPECT_TRUE(form.find("FORMITM_1")->required);
  EXPECT_EQ(type("FORMITM_2"), "select");
  EXPECT_EQ(form.find("FORMITM_2")->options.size(), 2U);
  EXPECT_EQ(form.find("FORMITM_3")->default_value, FieldValue{Decimal::parse("0.5").value()});
  EXPECT_EQ(form.find("FORMITM_4")->default_value,
            (FieldValue{FieldValue::List{FieldValue::text("am"), FieldValue::text("pm")}}));
  EXPECT_TRUE(form.find("FORMITM_5")->read_only);
  EXPECT_EQ(form.find_role(form::FieldRole::status)->id, "FORMITM_6");
  EXPECT_EQ(type("FORMITM_7"), "assignee");
  EXPECT_EQ(form.find("FORMITM_7")->title, "受派部門");
  EXPECT_EQ(form.find("FORMITM_8")->default_value, FieldValue{CalendarDate{"2026-01-31"}});
  EXPECT_EQ(type("FORMITM_9"), "long_text");
  EXPECT_TRUE(form.find("FORMITM_9")->hidden);
  EXPECT_FALSE(form.find("FORMITM_9")->required);
}

TEST(ImportOmf, the_last_rule_that_holds_wins_so_the_order_is_reversed) {
  const std::string bpmn = file_of(import_omf(sample(), known_names()), "processes/請假核准.bpmn");
  const auto first = bpmn.find("FORMITM_3 &lt; 0");
  const auto second = bpmn.find("FORMITM_5 != null");
  const auto third = bpmn.find("FORMITM_5 = &quot;核准&quot;");
  const auto fourth = bpmn.find("FORMITM_3 &gt; 0");
  ASSERT_NE(fourth, std::string::npos) << bpmn;
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, fourth);
  // Three rules lead along one line, and each is a sequence flow.
  expect_contains(bpmn, "id=\"FLINE_4\"");
  expect_contains(bpmn, "id=\"FLINE_4_2\"");
  expect_contains(bpmn, "id=\"FLINE_4_3\"");
}

TEST(ImportOmf, tasks_keep_people_actions_settings_and_rules_of_fields) {
  const std::string bpmn = file_of(import_omf(sample(), known_names()), "processes/請假核准.bpmn");
  expect_contains(bpmn, "<c:participants groups=\"資訊服務組\"/>");
  expect_contains(bpmn, "<c:participants users=\"alice\"/>");
  expect_contains(bpmn, "<c:quickAction key=\"action1\" label=\"核准\" outcome=\"submitted\">");
  expect_contains(bpmn, "&quot;駁回 &lt;\\&quot;再議\\&quot;&gt;&quot;");
  // The field node in front became a part of the task.
  EXPECT_EQ(bpmn.find("FITEM_2"), std::string::npos);
  expect_contains(bpmn, "sourceRef=\"FITEM_1\" targetRef=\"FITEM_3\"");
  expect_contains(bpmn, "<c:set field=\"FORMITM_6\" value=\"&quot;1&quot;\"/>");
  expect_contains(bpmn, "<c:set field=\"FORMITM_5\" value=\"null\"/>");
  expect_contains(bpmn, "<c:set field=\"FORMITM_4\" value=\"[&quot;am&quot;]\"/>");
  expect_contains(bpmn, "<c:field id=\"FORMITM_1\" required=\"false\"/>");
  expect_contains(bpmn, "<c:field id=\"FORMITM_2\" required=\"true\"/>");
  expect_contains(bpmn, "<c:field id=\"FORMITM_3\" hidden=\"true\"/>");
  expect_contains(bpmn, "<c:field id=\"FORMITM_9\" required=\"true\" hidden=\"false\"/>");
}

TEST(ImportOmf, people_of_the_other_server_must_be_named) {
  const OmfImport import = import_omf(sample());
  EXPECT_EQ(told(import.applications.at(0).report),
            "participants FITEM_3\n" + std::string{kUsual} + "participants FITEM_5\n");
}

TEST(ImportOmf, an_assignment_that_a_later_task_relies_on_is_told) {
  const std::string own =
      R"x({"name": "#G1(FORMITM_7)", "value": "4"}, {"name": "#G2(FORMITM_7)", "value": "12"},)x";
  EXPECT_EQ(told_with(own, ""), std::string{kUsual} + "participants FITEM_5\n");
  const OmfImport import = import_omf(replaced(sample(), own, ""), known_names());
  expect_contains(to_string(import.applications.at(0).report.back()),
                  "goes on with the assignment");
}

TEST(ImportOmf, nodes_without_counterpart_are_errors_that_name_them) {
  for (const std::string_view type :
       {"python", "subflow", "inflow", "outflow", "sleep", "org1", "org2", "magic"}) {
    const std::string told_of =
        told_with(R"("id": "FITEM_5", "type": "form")",
                  R"("id": "FITEM_5", "type": ")" + std::string{type} + '"');
    expect_contains(told_of, "node_type FITEM_5");
  }
}

TEST(ImportOmf, what_would_change_the_process_is_an_error) {
  expect_contains(told_with(R"("form_object": null, "subflow_id": "")",
                            R"("form_object": null, "subflow_id": "7")"),
                  "validation_flow FITEM_3");
  expect_contains(told_with(R"("calculate": [])", R"("calculate": [{"type": "add"}])"),
                  "calculation FITEM_3");
  expect_contains(told_with(R"x("value1": "#(FORMITM_5)")x", R"x("value1": "$(result)")x"),
                  "condition FITEM_4");
  expect_contains(told_with(R"("target": "FITEM_5")", R"("target": "FITEM_99")"),
                  "rule_target FITEM_4");
  expect_contains(told_with(R"("value": "核准")", R"x("value": "$(who)")x"), "assignment FITEM_3");
  expect_contains(told_with(R"x("#(FORMITM_6)")x", R"x("#(FORMITM_66)")x"), "assignment FITEM_2");
  expect_contains(told_with(R"("target_item": "FITEM_3")", R"("target_item": "FITEM_4")"),
                  "node_type FITEM_2");
  expect_contains(told_with(R"("type": "date")", R"("type": "subtable")"), "field_type FORMITM_8");
  expect_contains(told_with(R"("value": "0.5")", R"("value": "half")"), "field_default FORMITM_3");
  expect_contains(told_with(R"("user_title": "受派人", "value": "")",
                            R"("user_title": "受派人", "value": "4,12")"),
                  "field_default FORMITM_7");
  expect_contains(told_with(R"("name": "result", "value": "success"}], "subflow_id")",
                            R"("name": "who", "require": true}], "subflow_id")"),
                  "variable FITEM_1");
}

TEST(ImportOmf, branches_become_parallel_gateways_and_the_first_end_ends_all) {
  const OmfImport import = import_omf(R"([{"app_name": "a", "flow_list": [{"flow_name": "f",
    "config": "{\"api\": \"false\"}", "flowobject": {"form_object": {"items": []}, "items": [
      {"id": "FITEM_1", "type": "start", "text": "s", "config": {}},
      {"id": "FITEM_2", "type": "async", "text": "split", "config": {}},
      {"id": "FITEM_3", "type": "form", "text": "x", "config": {}},
      {"id": "FITEM_4", "type": "form", "text": "y", "config": {}},
      {"id": "FITEM_5", "type": "collection", "text": "join", "config": {"main": ""}},
      {"id": "FITEM_6", "type": "end", "text": "e", "config": {}},
      {"id": "FLINE_1", "type": "line", "config": {"source_item": "FITEM_1", "target_item": "FITEM_2"}},
      {"id": "FLINE_2", "type": "line", "config": {"source_item": "FITEM_2", "target_item": "FITEM_3"}},
      {"id": "FLINE_3", "type": "line", "config": {"source_item": "FITEM_2", "target_item": "FITEM_4"}},
      {"id": "FLINE_4", "type": "line", "config": {"source_item": "FITEM_3", "target_item": "FITEM_5"}},
      {"id": "FLINE_5", "type": "line", "config": {"source_item": "FITEM_4", "target_item": "FITEM_5"}},
      {"id": "FLINE_6", "type": "line", "config": {"source_item": "FITEM_5", "target_item": "FITEM_6"}}
    ]}}]}])");
  ASSERT_EQ(import.applications.size(), 1U);
  EXPECT_EQ(told(import.applications[0].report),
            "(participants FITEM_3)\n(participants FITEM_4)\n");
  const auto read = read_package(import.applications[0].files);
  ASSERT_TRUE(read.package) << told(read.findings);
  EXPECT_FALSE(read.package->processes.at(0).api_enabled);
  const std::string& bpmn = read.package->processes[0].bpmn;
  expect_contains(bpmn, "<parallelGateway id=\"FITEM_2\"");
  expect_contains(bpmn, "<parallelGateway id=\"FITEM_5\"");
  expect_contains(bpmn, "<terminateEventDefinition/>");
}

TEST(ImportOmf, anything_else_than_an_export_is_refused) {
  for (const std::string_view text : {"", "{", "{}", "[]", "3"}) {
    const OmfImport import = import_omf(text);
    EXPECT_TRUE(import.applications.empty());
    EXPECT_EQ(told(import.report), "export_malformed \n") << text;
  }
  const OmfImport odd =
      import_omf(R"([5, {"app_name": 7, "flow_list": [null, {"flowobject": []}]}])");
  ASSERT_EQ(odd.applications.size(), 2U);
  EXPECT_EQ(told(odd.applications[0].report), "flow_list flow_list\n");
  EXPECT_EQ(told(odd.applications[1].report), "flow_malformed flow\nflow_malformed flow-2\n");
}

TEST(ImportOmf, damaged_exports_never_crash) {
  const std::string text = sample();
  SeededRandom random{11};
  for (int round = 0; round < 300; ++round) {
    std::string damaged = text;
    for (int change = 0; change < 3; ++change) {
      // A copied stretch keeps the document plausible more often than a random byte does.
      const std::size_t from = random.below(damaged.size() - 40);
      const std::size_t to = random.below(damaged.size() - 40);
      const std::size_t size = 1 + random.below(30);
      damaged.replace(to, size, damaged.substr(from, size));
    }
    for (const OmfApplication& application : import_omf(damaged, known_names()).applications) {
      const auto read = read_package(application.files);
      EXPECT_EQ(read.package.has_value(),
                std::none_of(read.findings.begin(), read.findings.end(),
                             [](const PackageFinding& finding) { return finding.is_error; }));
    }
  }
}

}  // namespace
}  // namespace cinnabar::omflow
