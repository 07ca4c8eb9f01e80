// The reference model of one instance: keeps book from the events of its history alone, in the
// plainest way, and says what is wrong with them and with the state that the engine gives. It
// shares no code with the engine.
//
// Findings begin with the number of the invariant that is broken (see README.md). Thread: one.
// Ownership: a value; definitions are borrowed for each call.
#pragma once

#include "base/time.h"
#include "domain/process/definition.h"
#include "domain/process/event.h"
#include "domain/process/instance.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace cinnabar::sim {

// Ids of every instance of the world.
using GivenIds = std::set<std::int64_t>;

class Ledger {
 public:
  // The events of one command, which was at `at`.
  void book(const process::ProcessDefinition& definition, const std::vector<process::Event>& events,
            Instant at, GivenIds& given);
  // The state after it, as it is stored.
  void compare(const process::ProcessDefinition& definition, const process::Instance& stored);
  // What was wrong so far.
  [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }

 private:
  struct Entry;
  struct Alive {
    std::string node_id;
    ActivityInstanceId parent;
  };
  struct Offered {
    ActivityInstanceId activity;
    bool is_waiting = false;
  };
  struct Waiting {
    WaitKind kind = WaitKind::timer;
    std::optional<Instant> due;
    ActivityInstanceId owner;
  };
  enum class Life { none, running, suspended, ended };
  using Place = std::pair<ActivityInstanceId, std::string>;  // scope, node

  void fail(std::string what) { findings_.push_back(std::move(what)); }
  void fresh(std::int64_t id, GivenIds& given);
  void close_item(WorkItemId item, bool by_decision);
  void end_activity(ActivityInstanceId activity);
  void end_instance();
  void fire(const process::ProcessDefinition& definition, const Place& place);
  void check_joins(const process::ProcessDefinition& definition);

  Life life_ = Life::none;
  Instant last_;
  std::map<ActivityInstanceId, Alive> alive_;
  std::map<WorkItemId, Offered> open_;
  std::set<WorkItemId> decided_;
  std::map<WaitId, Waiting> waits_;
  std::map<IncidentId, bool> incidents_;                 // whether it holds a token
  std::map<Place, std::map<std::string, int>> arrived_;  // by flow
  std::set<std::string> stuck_nodes_;                    // with an incident
  std::vector<std::string> findings_;
};

}  // namespace cinnabar::sim
