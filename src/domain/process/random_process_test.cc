// Properties that hold for every process and every order of decisions, over fixed seeds.
#include "domain/process/bpmn/export.h"
#include "domain/process/bpmn/import.h"
#include "domain/process/decide.h"
#include "domain/process/testing/generator.h"
#include "domain/process/testing/history_checker.h"
#include "domain/process/testing/trace.h"

#include <gtest/gtest.h>

namespace cinnabar::process {
namespace {

constexpr std::uint64_t kSeeds = 1'000;
constexpr int kCommandsMax = 2'000;

class Counter final : public IdSource {
 public:
  [[nodiscard]] std::int64_t next() override { return ++last_; }

 private:
  std::int64_t last_ = 10'000;
};

struct WalkResult {
  std::vector<Event> history;
  std::vector<std::string> broken;
  Instance instance;
  int commands = 0;
  int refused = 0;
};

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed), form_(testing::generated_form()) {
    testing::add_generated_people(people_);
    definition_ = testing::generate_process(random_);
  }

  [[nodiscard]] const ProcessDefinition& definition() const { return definition_; }

  WalkResult run() {
    testing::HistoryChecker checker(definition_);
    apply(Start{ProcessInstanceId{1}, ProcessDefinitionId{2}, UserId{1},
                testing::generated_record(random_, people_)},
          checker);
    while (run_.broken.empty() && run_.instance.state == InstanceState::running &&
           ++run_.commands < kCommandsMax) {
      if (random_.below(5) == 0) misuse();
      const auto next = testing::generated_completion(random_, definition_, run_.instance, people_);
      if (!next) {
        run_.broken.emplace_back("nothing can be decided any more");
        break;
      }
      apply(*next, checker);
    }
    if (run_.instance.state == InstanceState::running) run_.broken.emplace_back("never ended");
    if (run_.instance.state != InstanceState::running) misuse();
    return std::move(run_);
  }

 private:
  void apply(const Command& command, testing::HistoryChecker& checker) {
    const Environment environment{Instant{1}, &people_, &ids_};
    auto decision = decide(definition_, form_, run_.instance, command, environment);
    if (!decision) {
      run_.broken.push_back("refused: " + to_string(decision.error()));
      return;
    }
    run_.broken = checker.check(decision->events, decision->after);
    for (const Event& event : decision->events) {
      if (std::holds_alternative<IncidentRaised>(event)) {
        run_.broken.emplace_back("an incident in a sound process");
      }
    }
    std::ranges::move(decision->events, std::back_inserter(run_.history));
    run_.instance = std::move(decision->after);
  }

  // Commands that must be refused, and leave everything as it was.
  void misuse() {
    const Environment environment{Instant{1}, &people_, &ids_};
    const Instance before = run_.instance;
    const Complete command = testing::generated_misuse(random_, run_.instance, people_);
    const auto decision = decide(definition_, form_, run_.instance, command, environment);
    if (decision) run_.broken.emplace_back("a misuse was accepted");
    if (run_.instance != before) run_.broken.emplace_back("a refused command changed the instance");
    ++run_.refused;
  }

  SeededRandom random_;
  form::FormDefinition form_;
  testing::People people_;
  ProcessDefinition definition_;
  Counter ids_;
  WalkResult run_;
};

std::string describe(const WalkResult& run) {
  testing::People people;
  testing::add_generated_people(people);
  testing::Trace trace(people);
  std::string out;
  for (const std::string& line : run.broken) out += line + "\n";
  for (const Event& event : run.history) out += "  " + trace.line(event) + "\n";
  return out;
}

TEST(RandomProcess, every_walk_keeps_the_rules_and_ends) {
  int commands = 0;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Walk walk(seed);
    const WalkResult run = walk.run();
    ASSERT_TRUE(run.broken.empty()) << "seed " << seed << "\n"
                                    << describe(run) << bpmn::to_xml(walk.definition());
    commands += run.commands;
    refused += run.refused;
  }
  EXPECT_GT(commands, 5'000);
  EXPECT_GT(refused, 1'000);
}

TEST(RandomProcess, the_same_seed_gives_the_same_history) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    EXPECT_EQ(Walk(seed).run().history, Walk(seed).run().history) << "seed " << seed;
  }
}

TEST(RandomProcess, documents_of_generated_processes_read_back) {
  const form::FormDefinition form = testing::generated_form();
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Walk walk(seed);
    const std::string document = bpmn::to_xml(walk.definition());
    const bpmn::Imported imported = bpmn::import(document, &form);
    ASSERT_NE(imported.definition, nullptr) << "seed " << seed << "\n" << document;
    for (const Finding& finding : imported.findings) {
      ADD_FAILURE() << finding.rule << " " << finding.element << ": " << finding.message;
    }
    EXPECT_EQ(bpmn::to_xml(*imported.definition), document);
  }
}

}  // namespace
}  // namespace cinnabar::process
