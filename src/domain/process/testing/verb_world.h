// A small process, its people and one instance, for tests of the verbs: builds definitions in a few
// words and checks after every command that the instance is in order.
//
// Thread: one.
#pragma once

#include "domain/process/decide.h"
#include "domain/process/testing/people.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::process::testing {

// Nodes by id; flows in the order in which they are added. Expressions are FEEL.
class ProcessBuilder {
 public:
  ProcessBuilder() { definition_.key = "p"; }

  // Into which scope nodes go from now on: a sub-process that was added, or "" for the process.
  ProcessBuilder& in(const std::string& sub_process);
  ProcessBuilder& node(const std::string& id, NodeKind kind, NodeSettings settings = {});
  ProcessBuilder& start(const std::string& id);
  ProcessBuilder& end(const std::string& id);
  ProcessBuilder& task(const std::string& id, std::vector<ParticipantRule> people,
                       CompletionRule completion = Any{});
  ProcessBuilder& sub(const std::string& id, Loop loop = {}, bool is_triggered_by_event = false);
  ProcessBuilder& boundary(const std::string& id, const std::string& host, Trigger trigger,
                           bool is_interrupting = true);
  ProcessBuilder& flow(const std::string& from, const std::string& to,
                       const std::string& condition = {});
  // A flow that is its source's default.
  ProcessBuilder& otherwise(const std::string& from, const std::string& to);
  // One flow after the other.
  ProcessBuilder& path(const std::vector<std::string>& ids);
  Node& at(const std::string& id);

  [[nodiscard]] std::shared_ptr<const ProcessDefinition> build();

 private:
  NodeIndex index(const std::string& id) const;

  ProcessDefinition definition_;
  ScopeIndex scope_ = 0;
};

expr::Expression feel(const std::string& text);

// What is wrong with an instance by itself; empty when all is well.
std::vector<std::string> disorder_of(const ProcessDefinition& definition, const Instance& instance);

class VerbWorld {
 public:
  VerbWorld();

  void deploy(std::shared_ptr<const ProcessDefinition> definition);
  // The reason of the refusal, or "" after applying the events.
  std::string apply(const Command& command);
  std::string start(std::vector<UserId> chosen = {});

  // Goes on from an earlier state; ids go on counting.
  void restore(const Instance& earlier) { instance_ = earlier; }

  // ---- what one finds ----
  [[nodiscard]] const Instance& instance() const { return instance_; }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }  // of the last command
  // Alive plain activities and loops by node, in order, for example "A B".
  [[nodiscard]] std::string stands_at() const;
  // The first alive activity at the node that is no loop body; unassigned: none.
  [[nodiscard]] ActivityInstanceId activity(const std::string& node) const;
  // The open work item of the person, at the node if one is named; unassigned: none.
  [[nodiscard]] WorkItemId item(UserId user, const std::string& node = {}) const;
  // Open work items at the node: "ann bob(waits) -g1", in their order.
  [[nodiscard]] std::string asked(const std::string& node) const;
  template <typename E>
  [[nodiscard]] const E* event() const {
    for (const Event& each : events_) {
      if (const auto* found = std::get_if<E>(&each)) return found;
    }
    return nullptr;
  }

  // ---- shorthands ----
  std::string decide_as(UserId user, Outcome outcome = Outcome::approved,
                        const std::string& node = {});
  std::string send_back(UserId user, const std::string& to, bool straight_back = false);
  std::string add(UserId by, AddedAs position, std::vector<UserId> users);

  People people;
  UserId ann, bob, cat, dan, eve, adm;
  GroupId team;  // bob, cat
  form::FormDefinition form;
  Instant now{1'000'000'000};
  UtcOffset offset{};
  const WorkCalendar* calendar = nullptr;
  // Of every command so far: disorder, and folds that do not give the state. Tests expect it empty.
  std::vector<std::string> findings;

 private:
  class Counter final : public IdSource {
   public:
    [[nodiscard]] std::int64_t next() override { return ++last_; }

   private:
    std::int64_t last_ = 100;
  };

  std::shared_ptr<const ProcessDefinition> definition_;
  Counter ids_;
  Instance instance_;
  std::vector<Event> events_;
};

}  // namespace cinnabar::process::testing
