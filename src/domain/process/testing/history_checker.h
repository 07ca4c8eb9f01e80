// Watches the history of one instance and says what is wrong with it, independently of the engine:
// it plays the token game with the events alone and compares with the state that the engine gives.
//
// Thread: one. Ownership: borrows the definition.
#pragma once

#include "domain/process/decide.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::process::testing {

class HistoryChecker {
 public:
  explicit HistoryChecker(const ProcessDefinition& definition) : definition_(definition) {}

  // The events of one command and the state after them. Empty when all holds, else one sentence per
  // broken rule.
  std::vector<std::string> check(const std::vector<Event>& events, const Instance& after);

 private:
  struct Player;

  void fail(std::string what) { findings_.push_back(std::move(what)); }
  const Node* node_of(const std::string& id);
  void take_token(const Node& node);
  void fresh(std::int64_t id);
  void close(WorkItemId item);
  void fire(const Node& node);
  void check_quiet(const Instance& after);
  void check_state(const Instance& after);

  const ProcessDefinition& definition_;
  Instance folded_;
  std::vector<std::string> findings_;
  std::map<std::string, int> tokens_;                           // flow id -> tokens on it
  std::map<std::pair<std::string, std::string>, int> arrived_;  // as Instance::arrivals
  std::map<ActivityInstanceId, std::string> alive_;
  std::map<WorkItemId, ActivityInstanceId> open_;
  std::set<std::int64_t> ids_;
  bool is_finished_ = false;
};

}  // namespace cinnabar::process::testing
