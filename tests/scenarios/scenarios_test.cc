// Runs every tests/scenarios/*.bpmn against its .expect file; README.md describes the format.
#include "base/text.h"
#include "domain/process/bpmn/import.h"
#include "domain/process/decide.h"
#include "domain/process/testing/people.h"
#include "domain/process/testing/trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cinnabar::process {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

class Counter final : public IdSource {
 public:
  [[nodiscard]] std::int64_t next() override { return ++last_; }

 private:
  std::int64_t last_ = 100;
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// One instance of one document, driven by the lines of the .expect file.
class Scenario {
 public:
  explicit Scenario(std::string document) : document_(std::move(document)), trace_(people_) {}

  // Lines that set the stage give nothing; commands give their trace.
  std::vector<std::string> run(const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    if (words[0] == "user") {
      people_.add_user(words[1], words.size() < 3);
    } else if (words[0] == "group") {
      add_group(words);
    } else if (words[0] == "field") {
      add_field(words);
    } else if (words[0] == ">") {
      return command({words.begin() + 1, words.end()});
    }
    return {};
  }

  [[nodiscard]] bool folds_to_the_same() const {
    Instance folded;
    for (const Event& event : history_) evolve(folded, event);
    return folded == instance_;
  }

 private:
  void add_group(const std::vector<std::string>& words) {
    std::vector<UserId> members;
    for (std::size_t i = 2; i < words.size(); ++i) {
      members.push_back(people_.find_user(words[i]).value_or(UserId{}));
    }
    people_.add_group(words[1], members);
  }

  void add_field(const std::vector<std::string>& words) {
    form::Field field;
    field.id = words[1];
    field.title = words[1];
    field.type = form::parse_field_type(words[2]).value_or(form::FieldType::label);
    if (words.size() > 3) field.role = *form::parse_field_role(words[3]);
    form_.fields.push_back(std::move(field));
  }

  FieldValue value_of(const form::Field& field, const std::string& text) {
    if (text == "null") return {};
    switch (field.type) {
      case form::FieldType::number:
        return FieldValue{*Decimal::parse(text)};
      case form::FieldType::boolean:
        return FieldValue{text == "true"};
      case form::FieldType::user:
        return FieldValue{UserRef{*people_.find_user(text)}};
      case form::FieldType::users: {
        FieldValue::List list;
        for (const auto part : split(text, ',')) {
          list.emplace_back(UserRef{*people_.find_user(part)});
        }
        return FieldValue{std::move(list)};
      }
      case form::FieldType::group:
        return FieldValue{GroupRef{*people_.find_group(GroupKind::group, text)}};
      case form::FieldType::assignee: {
        const auto parts = split(text, '/');
        AssigneeRef assignee{*people_.find_group(GroupKind::group, parts[0]), UserId{}};
        if (parts.size() > 1) assignee.user = *people_.find_user(parts[1]);
        return FieldValue{assignee};
      }
      default:
        return FieldValue{text};
    }
  }

  FieldValues fields_of(const std::vector<std::string>& words) {
    FieldValues fields;
    for (const std::string& word : words) {
      const std::size_t equals = word.find('=');
      if (equals == std::string::npos) continue;
      const form::Field* field = form_.find(word.substr(0, equals));
      if (field != nullptr) fields.emplace(field->id, value_of(*field, word.substr(equals + 1)));
    }
    return fields;
  }

  UserId user_after(const std::vector<std::string>& words, const std::string& marker) {
    const auto it = std::ranges::find(words, marker);
    if (it == words.end() || it + 1 == words.end()) return {};
    return people_.find_user(*(it + 1)).value_or(UserId{});
  }

  ActivityInstanceId activity_at(const std::string& node) {
    for (const ActivityInstance& activity : instance_.activities) {
      if (activity.node_id == node) return activity.id;
    }
    return ActivityInstanceId{99};  // none of this instance
  }

  std::vector<std::string> command(const std::vector<std::string>& words) {
    if (words[0] == "deploy") return deploy();
    if (definition_ == nullptr) deploy();
    if (definition_ == nullptr) return {"error: the document was refused"};
    if (words[0] == "start") {
      return apply(Start{ProcessInstanceId{1}, ProcessDefinitionId{2}, user_after(words, "by"),
                         fields_of(words)});
    }
    if (words[0] == "terminate") return apply(Terminate{user_after(words, "by"), ""});
    Complete complete;
    complete.activity = activity_at(words[1]);
    complete.by = user_after(words, "by");
    complete.for_others = words[0] == "finish";
    complete.changes = fields_of(words);
    for (const std::string& word : words) {
      if (const auto outcome = parse_outcome(word)) complete.outcome = *outcome;
    }
    const auto quick = std::ranges::find(words, "with");
    if (quick != words.end()) complete.quick_action = *(quick + 1);
    return apply(complete);
  }

  std::vector<std::string> deploy() {
    const bpmn::Imported imported =
        bpmn::import(document_, form_.fields.empty() ? nullptr : &form_);
    definition_ = imported.definition;
    std::vector<std::string> lines;
    for (const Finding& finding : imported.findings) {
      lines.push_back((finding.is_error ? "error " : "warning ") + finding.rule + " " +
                      finding.element + " line " + std::to_string(finding.line));
    }
    lines.push_back(definition_ != nullptr ? "deployed " + definition_->key : "refused");
    return lines;
  }

  std::vector<std::string> apply(const Command& command) {
    const Environment environment{Instant{1}, &people_, &ids_};
    const auto decision = decide(*definition_, form_, instance_, command, environment);
    if (!decision) {
      const Error& error = decision.error();
      return {"error " + std::string(error.reason.name) + ": " + error.detail};
    }
    std::vector<std::string> lines;
    for (const Event& event : decision->events) {
      history_.push_back(event);
      lines.push_back(trace_.line(event));
    }
    instance_ = decision->after;
    lines.push_back("= " + std::string(name(instance_.state)));
    return lines;
  }

  std::string document_;
  testing::People people_;
  testing::Trace trace_;
  form::FormDefinition form_;
  std::shared_ptr<const ProcessDefinition> definition_;
  Counter ids_;
  Instance instance_;
  std::vector<Event> history_;
};

bool is_expectation(std::string_view line) {
  return line.starts_with("  ");
}

class Scenarios : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenarios, behaves_as_expected) {
  const std::filesystem::path folder(CINNABAR_SCENARIOS);
  Scenario scenario(read_file(folder / (GetParam() + ".bpmn")));
  const std::string script = read_file(folder / (GetParam() + ".expect"));
  ASSERT_FALSE(script.empty());
  std::string expected;
  std::string actual;
  std::size_t commands = 0;
  for (const std::string_view view : split(script, '\n')) {
    const std::string line(view);
    expected += line + "\n";
    if (is_expectation(line)) continue;
    actual += line + "\n";
    if (trim(line).empty() || line.starts_with('#')) continue;
    if (line.starts_with('>')) ++commands;
    for (const std::string& event : scenario.run(line)) actual += "  " + event + "\n";
  }
  EXPECT_GT(commands, 0U);
  EXPECT_EQ(actual, expected);
  EXPECT_TRUE(scenario.folds_to_the_same());
  if (const char* folder_for_actual = std::getenv("CINNABAR_SCENARIOS_ACTUAL")) {
    std::ofstream(std::filesystem::path(folder_for_actual) / (GetParam() + ".expect"))
        << actual.substr(0, actual.size() - 1);
  }
}

TEST(Reference, the_example_can_be_deployed) {
  const std::filesystem::path folder(CINNABAR_SCENARIOS);
  const std::string page = read_file(folder / "../../docs/reference/bpmn.md");
  const std::string fence = "```xml\n";
  const std::size_t start = page.find(fence);
  ASSERT_NE(start, std::string::npos);
  const std::size_t end = page.find("```", start + fence.size());
  const bpmn::Imported imported =
      bpmn::import(page.substr(start + fence.size(), end - start - fence.size()), nullptr);
  EXPECT_NE(imported.definition, nullptr);
  EXPECT_TRUE(imported.findings.empty());
}

std::vector<std::string> names_of_scenarios() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(CINNABAR_SCENARIOS)) {
    if (entry.path().extension() == ".bpmn") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(documents, Scenarios, ::testing::ValuesIn(names_of_scenarios()),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace cinnabar::process
