#include "services/codec/package_codec.h"

#include "base/random.h"
#include "services/codec/calendar_codec.h"
#include "services/codec/form_codec.h"

#include <gtest/gtest.h>

namespace cinnabar::services::codec {
namespace {

constexpr std::string_view kApp = R"({
  "key": "leave", "name": "請假", "forms": ["forms/leave.json"],
  "processes": [{
    "key": "leave", "name": "請假核准", "uuid": "67d4cf9a-49cd-4341-90da-b899eb0219b1",
    "form": "leave", "document": "processes/leave.bpmn", "enabled": false, "api": true,
    "settings": {"attachments": false},
    "external_ids": {"acme": {"api_path": ["leave-demo", "leave-old"]}}
  }],
  "permissions": [{"kind": "group", "group": "資訊服務組", "process": "*",
                   "actions": ["view", "add"]}],
  "external_ids": {"acme": {"app": ["59264073a2a60c0c08e20bfb"]}}
})";

constexpr std::string_view kForm = R"({
  "key": "leave", "name": "請假單",
  "fields": [{"id": "title", "type": "text", "title": "標題", "role": "title"}],
  "external_ids": {"acme": {"form": ["59264073a2a60c0c08e20bfd"]}}
})";

constexpr std::string_view kBpmn = R"(<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:c="urn:cinnabar:bpmn:1.0" targetNamespace="urn:test">
  <process id="leave" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="review"/>
    <userTask id="review" name="審核">
      <extensionElements><c:participants groups="資訊服務組"/></extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="review" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>
)";

PackageFiles leave_files() {
  return {{"app.json", std::string{kApp}},
          {"forms/leave.json", std::string{kForm}},
          {"processes/leave.bpmn", std::string{kBpmn}}};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// "app.json forms file_missing" for each finding that forbids the deployment.
std::string errors_of(const std::vector<PackageFinding>& findings) {
  std::string text;
  for (const PackageFinding& finding : findings) {
    if (finding.is_error) {
      text += finding.path + " " + finding.element + " " + finding.rule + "\n";
    }
  }
  return text;
}

// The errors of the package with one text of app.json replaced.
std::string errors_with(std::string_view from, std::string_view to) {
  PackageFiles files = leave_files();
  files["app.json"] = replaced(files["app.json"], from, to);
  const ReadPackage read = read_package(files);
  EXPECT_EQ(read.package.has_value(), errors_of(read.findings).empty());
  return errors_of(read.findings);
}

TEST(PackageCodec, a_package_is_read_in_full) {
  const ReadPackage read = read_package(leave_files());
  ASSERT_TRUE(read.package) << errors_of(read.findings);
  EXPECT_TRUE(read.findings.empty()) << to_string(read.findings.front());
  const Package& package = *read.package;
  EXPECT_EQ(package.key, "leave");
  EXPECT_EQ(package.name, "請假");
  EXPECT_EQ(package.external,
            (std::vector<ExternalName>{{"acme", "app", "59264073a2a60c0c08e20bfb"}}));
  ASSERT_EQ(package.forms.size(), 1U);
  EXPECT_EQ(package.forms[0].document, print_form(package.forms[0].form));
  EXPECT_EQ(package.forms[0].external,
            (std::vector<ExternalName>{{"acme", "form", "59264073a2a60c0c08e20bfd"}}));
  ASSERT_EQ(package.processes.size(), 1U);
  const PackageProcess& process = package.processes[0];
  EXPECT_EQ(process.key, "leave");
  EXPECT_EQ(process.name, "請假核准");
  EXPECT_EQ(process.uuid, "67d4cf9a-49cd-4341-90da-b899eb0219b1");
  EXPECT_EQ(process.form_key, "leave");
  EXPECT_FALSE(process.enabled);
  EXPECT_TRUE(process.api_enabled);
  EXPECT_EQ(process.settings, (ProcessSettings{.attachments = false}));
  EXPECT_EQ(process.bpmn, kBpmn);
  EXPECT_EQ(process.external, (std::vector<ExternalName>{{"acme", "api_path", "leave-demo"},
                                                         {"acme", "api_path", "leave-old"}}));
  ASSERT_EQ(package.permissions.size(), 1U);
  EXPECT_EQ(package.permissions[0].group, "資訊服務組");
  EXPECT_EQ(package.permissions[0].process, "*");
  EXPECT_EQ(package.permissions[0].actions,
            (std::vector<PermissionAction>{PermissionAction::view, PermissionAction::add}));
}

TEST(PackageCodec, layout_does_not_change_the_canonical_document) {
  PackageFiles files = leave_files();
  files["app.json"] = replaced(files["app.json"], "\"key\": \"leave\", \"name\"",
                               "\n\n\"key\"   :\"leave\",\t\"name\"");
  EXPECT_EQ(read_package(files).package->document, read_package(leave_files()).package->document);
}

TEST(PackageCodec, unknown_members_and_wrong_types_are_errors) {
  EXPECT_EQ(errors_with("\"forms\":", "\"form\": 1, \"forms\":"), "app.json form member_unknown\n");
  EXPECT_EQ(errors_with("\"enabled\": false", "\"enabled\": \"no\""),
            "app.json processes[0].enabled member_wrong_type\n");
  EXPECT_EQ(errors_with("\"attachments\": false", "\"attachment\": false"),
            "app.json processes[0].settings.attachment member_unknown\n");
  EXPECT_EQ(errors_with("[\"leave-demo\", \"leave-old\"]", "\"leave-demo\""),
            "app.json processes[0].external_ids.acme.api_path member_wrong_type\n");
  EXPECT_EQ(errors_with("\"key\": \"leave\", \"name\": \"請假\"", "\"key\": \"a/b\", \"name\": 1"),
            "app.json key value_malformed\napp.json name member_wrong_type\n");
  EXPECT_EQ(errors_with("67d4cf9a-", "67D4CF9A-"), "app.json processes[0].uuid value_malformed\n");
  EXPECT_EQ(errors_with("\"add\"", "\"write\""), "app.json permissions[0].actions value_unknown\n");
  EXPECT_EQ(errors_with("[\"view\", \"add\"]", "[]"),
            "app.json permissions[0].actions value_malformed\n");
  EXPECT_EQ(errors_with("\"kind\": \"group\"", "\"kind\": \"team\""),
            "app.json permissions[0].kind value_unknown\n");
}

TEST(PackageCodec, dangling_names_are_errors) {
  EXPECT_EQ(errors_with("processes/leave.bpmn", "processes/gone.bpmn"),
            "app.json processes[0] file_missing\n");
  EXPECT_EQ(errors_with("[\"forms/leave.json\"]", "[\"forms/leave.json\", \"../forms/x.json\"]"),
            "app.json forms file_missing\n");
  EXPECT_EQ(errors_with("\"process\": \"*\"", "\"process\": \"other\""),
            "app.json permissions[0].process value_unknown\n");
  EXPECT_EQ(errors_with("\"form\": \"leave\"", "\"form\": \"other\""),
            "app.json processes[0].form value_unknown\n");
}

TEST(PackageCodec, names_given_twice_are_errors) {
  EXPECT_EQ(errors_with("\"leave-old\"", "\"leave-demo\""),
            "app.json processes[0] key_duplicate\n");
  PackageFiles files = leave_files();
  files["forms/again.json"] = std::string{kForm};
  files["app.json"] = replaced(files["app.json"], "[\"forms/leave.json\"]",
                               "[\"forms/leave.json\", \"forms/again.json\"]");
  EXPECT_EQ(errors_of(read_package(files).findings),
            "forms/again.json key key_duplicate\nforms/again.json external_ids key_duplicate\n");
}

TEST(PackageCodec, a_package_without_app_json_or_with_another_document_is_refused) {
  EXPECT_EQ(errors_of(read_package({}).findings), "app.json  file_missing\n");
  EXPECT_EQ(errors_of(read_package({{"app.json", "{"}}).findings), "app.json  json_malformed\n");
  EXPECT_EQ(errors_of(read_package({{"app.json", "3"}}).findings), "app.json  member_wrong_type\n");
}

TEST(PackageCodec, what_the_domain_refuses_is_told_with_the_file) {
  PackageFiles files = leave_files();
  files["forms/leave.json"] = replaced(files["forms/leave.json"], "\"role\": \"title\"}",
                                       "\"role\": \"title\"},"
                                       "{\"id\": \"TITLE\", \"type\": \"text\", \"title\": \"\"}");
  const ReadPackage doubled = read_package(files);
  EXPECT_FALSE(doubled.package);
  EXPECT_NE(errors_of(doubled.findings).find("forms/leave.json "), std::string::npos);

  files = leave_files();
  files["processes/leave.bpmn"] =
      replaced(files["processes/leave.bpmn"], "targetRef=\"end\"", "targetRef=\"nowhere\"");
  const ReadPackage dangling = read_package(files);
  EXPECT_FALSE(dangling.package);
  EXPECT_NE(errors_of(dangling.findings).find("processes/leave.bpmn "), std::string::npos);
}

TEST(PackageCodec, files_that_nobody_names_are_worth_a_warning) {
  PackageFiles files = leave_files();
  files["forms/forgotten.json"] = "{}";
  files["README.md"] = "words";
  const ReadPackage read = read_package(files);
  EXPECT_TRUE(read.package);
  ASSERT_EQ(read.findings.size(), 1U);
  EXPECT_EQ(to_string(read.findings[0]),
            "warning forms/forgotten.json file_unused: app.json does not name this file");
}

TEST(PackageCodec, findings_print_file_line_rule_and_element) {
  PackageFinding finding;
  finding.path = "processes/leave.bpmn";
  finding.line = 12;
  finding.rule = "flow_target_missing";
  finding.element = "Flow_3";
  finding.message = "no node of that id";
  EXPECT_EQ(to_string(finding),
            "error processes/leave.bpmn:12 flow_target_missing (Flow_3): no node of that id");
}

TEST(PackageCodec, damaged_packages_never_crash) {
  SeededRandom random{10};
  for (int round = 0; round < 300; ++round) {
    PackageFiles files = leave_files();
    for (auto& [path, bytes] : files) {
      if (random.below(2) == 0)
        bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    const ReadPackage read = read_package(files);
    EXPECT_EQ(read.package.has_value(), errors_of(read.findings).empty());
  }
}

TEST(DirectoryCodec, groups_and_people_are_read_in_order) {
  const ReadDirectory read = read_directory(R"({
    "groups": [{"key": "資訊服務組", "name": "IT", "description": "d"},
               {"kind": "department", "key": "1"},
               {"kind": "department", "key": "2", "parent": "1"}],
    "users": [{"name": "alice", "display_name": "Alice", "email": "a@example.com",
               "password": "secret", "administrator": true, "enabled": false,
               "groups": [{"key": "資訊服務組"}, {"kind": "department", "key": "2"}]},
              {"name": "bob"}]})");
  ASSERT_TRUE(read.directory) << errors_of(read.findings);
  const DirectoryPackage& directory = *read.directory;
  ASSERT_EQ(directory.groups.size(), 3U);
  EXPECT_EQ(directory.groups[0].kind, GroupKind::group);
  EXPECT_EQ(directory.groups[0].display_name, "IT");
  EXPECT_EQ(directory.groups[1].display_name, "1");
  EXPECT_EQ(directory.groups[2].parent, "1");
  ASSERT_EQ(directory.users.size(), 2U);
  EXPECT_EQ(directory.users[0].password.reveal(), "secret");
  EXPECT_TRUE(directory.users[0].administrator);
  EXPECT_FALSE(directory.users[0].enabled);
  EXPECT_EQ(directory.users[0].groups,
            (std::vector<std::pair<GroupKind, std::string>>{{GroupKind::group, "資訊服務組"},
                                                            {GroupKind::department, "2"}}));
  EXPECT_EQ(directory.users[1].display_name, "bob");
  EXPECT_TRUE(directory.users[1].password.is_empty());
}

TEST(DirectoryCodec, a_calendar_is_read_and_printed_again) {
  const std::string document =
      R"({"utc_offset":"-03:30","week":{"monday":["00:00-24:00"],"tuesday":["09:05-12:00","13:00-18:00"],)"
      R"("wednesday":[],"thursday":[],"friday":[],"saturday":[],"sunday":["10:00-11:00"]},)"
      R"("special_days":[{"date":"2026-10-01","hours":[],"name":"國慶"},{"date":"2026-10-10","hours":["09:00-18:00"]}]})";
  const ReadDirectory read = read_directory(R"({"calendar": )" + document + "}");
  ASSERT_TRUE(read.directory && read.directory->calendar) << errors_of(read.findings);
  EXPECT_EQ(print_calendar(*read.directory->calendar), document);
  EXPECT_TRUE(load_calendar(document));
  EXPECT_FALSE(load_calendar("{}"));
  EXPECT_EQ(
      errors_of(read_directory(R"({"calendar": {"week": {"monday": ["18:00-09:00"]}}})").findings),
      "directory.json calendar.utc_offset member_missing\n"
      "directory.json calendar.week.monday[0] value_malformed\n");
}

TEST(DirectoryCodec, problems_have_paths_and_never_repeat_a_password) {
  const ReadDirectory read = read_directory(R"({
    "groups": [{"key": "a", "parent": "b"}, {"key": "b"}, {"key": "b"}],
    "users": [{"name": "alice", "password": ["hunter2"]},
              {"name": "Alice", "pasword": "hunter2", "groups": [{"key": "c"}, {"kind": "x"}]}],
    "people": []})");
  EXPECT_FALSE(read.directory);
  EXPECT_EQ(errors_of(read.findings),
            "directory.json people member_unknown\n"
            "directory.json groups[0].parent value_unknown\n"
            "directory.json groups[2].key key_duplicate\n"
            "directory.json users[0].password member_wrong_type\n"
            "directory.json users[1].groups[0].key value_unknown\n"
            "directory.json users[1].groups[1].kind value_unknown\n"
            "directory.json users[1].groups[1].key member_missing\n"
            "directory.json users[1].pasword member_unknown\n"
            "directory.json users[1].name key_duplicate\n");
  for (const PackageFinding& finding : read.findings) {
    EXPECT_EQ(to_string(finding).find("hunter2"), std::string::npos);
  }
}

TEST(DirectoryCodec, what_assignment_rules_ask_about_is_read) {
  const ReadDirectory read = read_directory(R"({
    "groups": [{"kind": "department", "key": "1", "heads": ["bob", "alice"]},
               {"kind": "role_group", "key": "finance"},
               {"kind": "role", "key": "auditor", "parent": "finance"}],
    "users": [{"name": "alice", "manager": "bob", "substitute": "",
               "absent_from": "2026-01-31T09:00:00+08:00", "absent_until": "2026-02-01T09:00:00Z"},
              {"name": "bob"}]})");
  ASSERT_TRUE(read.directory) << errors_of(read.findings);
  const DirectoryPackage& directory = *read.directory;
  EXPECT_EQ(directory.groups[0].heads, (std::vector<std::string>{"bob", "alice"}));
  EXPECT_EQ(directory.groups[2].heads, std::nullopt);
  EXPECT_EQ(directory.groups[2].parent, "finance");
  EXPECT_EQ(directory.users[0].manager, "bob");
  EXPECT_EQ(directory.users[0].substitute, "");
  EXPECT_EQ(directory.users[0].absent_from, parse_instant("2026-01-31T01:00:00Z", UtcOffset{}));
  EXPECT_EQ(directory.users[0].absent_until, parse_instant("2026-02-01T09:00:00Z", UtcOffset{}));
  EXPECT_EQ(directory.users[1].manager, std::nullopt);
}

TEST(DirectoryCodec, people_that_are_named_are_in_the_file_and_times_have_a_zone) {
  const ReadDirectory read = read_directory(R"({
    "groups": [{"kind": "department", "key": "1", "heads": ["bob"]},
               {"kind": "role", "key": "r", "parent": "1"}],
    "users": [{"name": "alice", "manager": "carl", "substitute": "dora", "absent_from": "2026-01-31",
               "groups": [{"kind": "role_group", "key": "g"}]},
              {"name": "eve", "absent_from": "2026-01-31T09:00:00Z",
               "absent_until": "2026-01-31T09:00:00Z"}]})");
  EXPECT_FALSE(read.directory);
  EXPECT_EQ(errors_of(read.findings),
            "directory.json groups[1].parent value_unknown\n"
            "directory.json users[0].groups[0].kind value_unknown\n"
            "directory.json users[0].groups[0].key value_unknown\n"
            "directory.json users[0].absent_from value_malformed\n"
            "directory.json users[1].absent_until value_malformed\n"
            "directory.json groups[0].heads[0] value_unknown\n"
            "directory.json users[0].manager value_unknown\n"
            "directory.json users[0].substitute value_unknown\n");
}

TEST(DirectoryCodec, a_document_that_is_no_json_is_refused) {
  EXPECT_EQ(errors_of(read_directory("{").findings), "directory.json  json_malformed\n");
}

}  // namespace
}  // namespace cinnabar::services::codec
