// One command at work: the instance as it changes, the events so far and the tokens that move. Node
// behaviours and the verbs in decide.cc build on it; nobody else does.
//
// Ownership: borrows definition, form and environment; owns the decision. Thread: one.
#pragma once

#include "domain/process/decide.h"
#include "domain/process/scope.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar::process {

class Execution {
 public:
  Execution(const ProcessDefinition& definition, const form::FormDefinition& form,
            const Environment& environment, const Instance& before);

  [[nodiscard]] const ProcessDefinition& definition() const { return definition_; }
  [[nodiscard]] const Node& node(NodeIndex index) const { return definition_.nodes[index]; }
  [[nodiscard]] const Instance& instance() const { return decision_.after; }
  [[nodiscard]] const org::Directory& directory() const { return *environment_.directory; }
  [[nodiscard]] Instant now() const { return environment_.now; }
  [[nodiscard]] std::int64_t fresh_id() const { return environment_.ids->next(); }

  // Folds the event into the instance and records it.
  void emit(Event event);

  // Writes fields and recomputes the headers that depend on them. Values that are the same already
  // are left out.
  void change_fields(const FieldValues& changes);
  // Evaluates all of them against the values as they are now, then writes them. One that fails is
  // an incident at the node and is left out.
  void assign(const std::vector<Assignment>& assignments, const Node& node);
  void raise(IncidentKind kind, const Node& node, std::string detail);

  // For the conditions and assignments that follow.
  void set_outcome(Outcome outcome) { outcome_ = outcome; }

  // Sends a token along a flow.
  void take(FlowIndex flow);
  // True flows of a node without its default: evaluated in document order, at most `count_max`.
  // nullopt when a condition failed; the incidents are raised then and hold the token.
  struct Matches {
    std::vector<FlowIndex> flows;
    bool any_conditional = false;  // one of them has a condition
  };
  std::optional<Matches> matching_flows(const Node& node, std::size_t count_max);
  // The ways on: of a node that is no gateway, of an exclusive and of an inclusive split.
  void leave(const Node& node);
  void leave_exclusively(const Node& node);
  void leave_inclusively(const Node& node);
  void leave_on_all(const Node& node);

  // Ends every activity; the work items still open are superseded.
  void terminate_activities();
  void supersede_open_items(ActivityInstanceId activity);
  // Drops the tokens that move and ends the instance once the current node returns.
  void stop_at(const Node& node);
  void note_end(const Node& node) { last_node_ = &node; }

  // Runs until nothing moves and ends the instance when nothing is alive.
  void run(NodeIndex first);
  void run();
  void resolve_all_incidents();

  Decision finish() && { return std::move(decision_); }

 private:
  void drain();
  bool wake_quiet_nodes();
  [[nodiscard]] bool is_waiting() const;
  // Writes what differs and gives the headers as they follow from it.
  Headers write_fields(const FieldValues& changes);
  void set_headers(Headers headers);
  Headers headers_after(const std::vector<std::string_view>& changed, bool is_new);
  std::optional<std::string> title_of_rule();
  [[nodiscard]] InstanceScope scope() const;
  void hold_moving_tokens();
  void no_flow(const Node& node, std::string detail);

  const ProcessDefinition& definition_;
  const form::FormDefinition& form_;
  const Environment& environment_;
  Decision decision_;
  std::deque<FlowIndex> moving_;
  std::int32_t steps_ = 0;
  Outcome outcome_ = Outcome::none;
  const Node* last_node_ = nullptr;
  bool is_stopped_ = false;
};

// True for incidents that keep a token: the instance is not finished while there is one.
bool holds_token(const Incident& incident);

}  // namespace cinnabar::process
