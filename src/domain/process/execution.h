// One command at work: the instance as it changes, the events so far and the tokens that move. Node
// behaviours and the verbs (decide.cc, verbs/) build on it; nobody else does.
//
// Ownership: borrows definition, form and environment; owns the decision. Thread: one.
#pragma once

#include "domain/process/decide.h"
#include "domain/process/node_behavior.h"
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

  [[nodiscard]] const ProcessDefinition& definition() const { return *definition_; }
  [[nodiscard]] const Node& node(NodeIndex index) const { return definition_->nodes[index]; }
  [[nodiscard]] const Node& node_of(const ActivityInstance& activity) const;
  [[nodiscard]] NodeIndex index_of(const Node& node) const;
  [[nodiscard]] const Instance& instance() const { return decision_.after; }
  [[nodiscard]] const ActivityInstance& activity(ActivityInstanceId id) const;
  [[nodiscard]] const org::Directory& directory() const { return *environment_.directory; }
  [[nodiscard]] const Environment& environment() const { return environment_; }
  [[nodiscard]] Instant now() const { return environment_.now; }
  [[nodiscard]] std::int64_t fresh_id() const { return environment_.ids->next(); }

  // Folds the event into the instance and records it.
  void emit(Event event);

  // ---- data (execution_data.cc) ----

  // Writes fields and recomputes the headers that depend on them. Values that are the same already
  // are left out.
  void change_fields(const FieldValues& changes);
  // Evaluates all of them as `activity` sees things (unassigned: the process), then writes them.
  // One that fails is an incident at the node and is left out.
  void assign(const std::vector<Assignment>& assignments, const Node& node,
              ActivityInstanceId activity);
  // Sets each variable where it exists, looking outwards from `from`; else a field of the form of
  // that name; else the process. Unchanged values are left out.
  void set_variables(ActivityInstanceId from, const expr::Variables& values);
  // Sets them in exactly this scope or activity.
  void set_local(ActivityInstanceId at, const expr::Variables& values);
  // What an expression evaluated for that activity sees. Borrows the execution: use it before the
  // next event.
  [[nodiscard]] InstanceScope scope_of(ActivityInstanceId activity) const;
  Result<expr::Value> evaluate(const expr::Expression& expression,
                               ActivityInstanceId activity) const;
  // All variables that can be seen from there, inner ones hiding outer ones, without fields.
  [[nodiscard]] expr::Variables visible_variables(ActivityInstanceId activity) const;
  void set_outcome(Outcome outcome) { outcome_ = outcome; }

  // ---- incidents ----

  // A remark that holds nothing up: for example an assignment that failed.
  void note(IncidentKind kind, const Node& node, ActivityInstanceId scope, std::string detail);
  // The activity is stuck until somebody retries or skips.
  // `is_at_end`: its own work is done already.
  void raise(IncidentKind kind, ActivityInstanceId activity, std::string detail,
             bool is_at_end = false);
  // A token is held at the node; `flow`: it was not let in yet.
  void hold_token(IncidentKind kind, const Node& node, ActivityInstanceId scope, std::string detail,
                  std::optional<FlowIndex> flow = std::nullopt);
  void resolve_incidents_of(ActivityInstanceId activity);
  void resolve_all_incidents();

  // ---- tokens (execution_flow.cc) ----

  // Sends a token along a flow.
  void take(FlowIndex flow, ActivityInstanceId scope);
  // Lets a token in at a node, without a flow.
  void arrive(NodeIndex node, const Token& token);
  // True flows of a node without its default: evaluated in document order, at most `count_max`.
  // nullopt when a condition failed; the incidents are raised then and hold the token.
  struct Matches {
    std::vector<FlowIndex> flows;
    bool any_conditional = false;  // one of them has a condition
  };
  std::optional<Matches> matching_flows(const Node& node, ActivityInstanceId scope,
                                        std::size_t count_max);
  // The ways on: of a node that is no gateway, of an exclusive and of an inclusive split.
  void leave(const Node& node, ActivityInstanceId scope);
  void leave_exclusively(const Node& node, ActivityInstanceId scope);
  void leave_inclusively(const Node& node, ActivityInstanceId scope);
  void leave_on_all(const Node& node, ActivityInstanceId scope);
  void note_end(const Node& node) { last_node_ = &node; }

  // ---- activities (execution_activities.cc) ----

  // A token enters an activity: starts its loop, or its one run.
  void enter_activity(NodeIndex node, ActivityInstanceId scope);
  // Makes the activity instance with inputs and boundary events and calls on_activate. Returns it;
  // it may have ended already.
  ActivityInstanceId activate(NodeIndex node, ActivityInstanceId parent, ActivityRole role,
                              std::int32_t iteration = 0, ActivityInstanceId cause = {},
                              const expr::Variables& locals = {});
  // Begins to wait for the boundary events of an activity that can come from outside.
  void await_boundary(const Node& node, ActivityInstanceId host);
  // Its input mappings in their order, so that one may use those before it. False after raising an
  // incident.
  bool write_inputs(const Node& node, ActivityInstanceId activity);
  // Runs on_activate again, for an activity that is stuck.
  void reactivate(ActivityInstanceId activity);
  // An activity that parks a token at a node that is no activity: catching events, event-based
  // gateways, throwing compensation.
  ActivityInstanceId park(NodeIndex node, ActivityInstanceId scope);
  // Outputs, compensation record, end of its waits; then the loop goes on or the token leaves.
  // `brought` are variables that came with the completion, before the outputs.
  void complete_activity(ActivityInstanceId activity, Outcome outcome = Outcome::none,
                         const expr::Variables& brought = {});
  // Completes a stuck activity without its outputs, and whatever still runs inside of it ends;
  // `brought` is written around it.
  void skip_activity(ActivityInstanceId activity, const expr::Variables& brought);
  // Ends a parked activity; the token stays in the caller's hand.
  void unpark(ActivityInstanceId activity);
  // With everything inside of it; the token is gone.
  void terminate_activity(ActivityInstanceId activity);
  // Everything inside of the scope, but not the scope itself; `except` and what it is in stays.
  void terminate_inside(ActivityInstanceId scope, ActivityInstanceId except = {});
  void supersede_open_items(ActivityInstanceId activity);
  // Starts the variables and event sub-processes of a scope that was just made.
  void open_scope(ActivityInstanceId scope, ScopeIndex definition);
  // Begins to wait for what starts its event sub-processes.
  void await_event_subprocesses(ActivityInstanceId scope, ScopeIndex definition);
  // Children, arrivals and incidents that hold a token; nothing: the scope is done.
  [[nodiscard]] bool is_scope_alive(ActivityInstanceId scope) const;
  // The definition of the scope that an alive sub-process, or the process, opened.
  [[nodiscard]] ScopeIndex scope_index_of(ActivityInstanceId scope) const;

  // ---- events (execution_events.cc) ----

  // Begins to wait for the trigger of `node` on behalf of `owner`. False when the timer, name or
  // key can not be computed: then there is an incident, which holds `owner` up when it waits for
  // nothing else.
  bool await(NodeIndex node, const Trigger& trigger, ActivityInstanceId owner);
  // A job or a called process.
  WaitId await_work(WaitKind kind, const Node& node, ActivityInstanceId activity, std::string name,
                    std::int32_t retries);
  // A signal reaches those who wait in this instance at once. True when that ended the token of
  // whoever threw it, which is in `scope`.
  bool signal_own_waits(const std::string& name, const expr::Variables& brought,
                        ActivityInstanceId scope);
  void end_waits_of(ActivityInstanceId owner);
  // Writes what a message, signal or handler brought, as the trigger wants it.
  void set_brought(const Trigger& trigger, ActivityInstanceId at, const expr::Variables& brought);
  // A wait came true: goes to the behaviour of its node, and ends or reschedules the wait.
  void fire(WaitId wait, const expr::Variables& brought);
  // To the nearest handler around the activity (itself included when it is an activity with
  // boundary events); returns false when there is none. `from` unassigned: the process.
  struct Thrown {
    std::string code;
    std::string message;
    expr::Variables variables;
  };
  bool throw_error(ActivityInstanceId from, const Node& node, const Thrown& error);
  // True when whoever threw it was cancelled by the handler.
  bool throw_escalation(ActivityInstanceId from, const Node& node, const Thrown& escalation);
  // An error that nothing handles: an incident, or at the top level the end.
  void fail_unhandled(ActivityInstanceId activity, const Node& node, const Thrown& error);
  // Starts an event sub-process or follows a boundary event that was triggered.
  void trigger_boundary(NodeIndex boundary, ActivityInstanceId host,
                        const expr::Variables& brought);
  void trigger_event_subprocess(NodeIndex start, ActivityInstanceId scope,
                                const expr::Variables& brought);
  // Compensates what completed in the scope (or one activity of it); `thrower` waits for it.
  void start_compensation(ActivityInstanceId thrower, ActivityInstanceId scope,
                          std::optional<NodeIndex> activity);
  void continue_compensation(ActivityInstanceId thrower);

  // ---- running ----

  // Drops the tokens that move inside of the scope (unassigned: all).
  void drop_moving(ActivityInstanceId scope);
  // Ends everything; the instance ends in that state once the present node returns.
  void stop(InstanceState state, const Node& node, std::string code = {});
  // Runs until nothing moves and ends the instance when nothing is alive.
  void run();

  Decision finish() && { return std::move(decision_); }

  // Looks at all conditions again, as if data had changed.
  void look_at_conditions() { data_changed_ = true; }
  // For Migrate: what follows runs on that graph.
  void use_definition(const ProcessDefinition& definition) { definition_ = &definition; }

 private:
  // A token on a flow, or, without a flow, a loop body or a compensation that goes on: they take
  // turns with the tokens, so that a long loop is no deep recursion.
  struct Moving {
    std::optional<FlowIndex> flow;
    ActivityInstanceId at;  // the scope of the token, or who goes on
  };

  // execution.cc
  void drain();
  bool wake_quiet_nodes(bool is_deadlock);
  bool wake_conditions();
  bool close_finished_scopes();
  [[nodiscard]] bool is_waiting() const;
  void hold_moving_tokens();
  void end_instance();

  // execution_data.cc
  Headers write_fields(const FieldValues& changes);
  void set_headers(Headers headers);
  Headers headers_after(const std::vector<std::string_view>& changed, bool is_new);
  std::optional<std::string> title_of_rule();
  void write_assigned(const Assignment& assignment, expr::Value value, const Node& node,
                      ActivityInstanceId activity, FieldValues& fields,
                      std::vector<std::pair<std::string_view, std::string>>& headers,
                      expr::Variables& variables);

  // execution_flow.cc
  void no_flow(const Node& node, ActivityInstanceId scope, std::string detail);

  // execution_activities.cc
  void start_multi_instance(const MultiInstance& loop, NodeIndex node, ActivityInstanceId body);
  void start_iteration(NodeIndex node, ActivityInstanceId body);
  void continue_loop(ActivityInstanceId body);
  void continue_multi_instance(const MultiInstance& loop, NodeIndex node, ActivityInstanceId body);
  void continue_standard_loop(const StandardLoop& loop, NodeIndex node, ActivityInstanceId body);
  void finish_loop(const Node& node, ActivityInstanceId body);
  void begin(NodeIndex node, ActivityInstanceId activity);
  bool write_outputs(const Node& node, ActivityInstanceId activity, const expr::Variables& brought);
  bool write_loop_result(const Node& node, const ActivityInstance& iteration);
  void record_compensation(const Node& node, const ActivityInstance& activity);
  void close_activity(ActivityInstanceId activity, Outcome outcome);
  void leave_completed(const Node& node, const ActivityInstance& gone);

  // execution_events.cc
  struct Handler {
    NodeIndex event = 0;    // boundary event, or start of an event sub-process
    ActivityInstanceId at;  // its host, or the scope
    bool is_boundary = true;
  };
  [[nodiscard]] std::optional<Handler> find_handler(ActivityInstanceId from, const Node& thrower,
                                                    TriggerKind kind, std::string_view code) const;
  void run_handler(const Handler& handler, const Thrown& thrown);
  Status fill_wait(Wait& wait, const Trigger& trigger, ActivityInstanceId seen_by) const;
  template <typename Predicate>
  void end_waits_where(ActivityInstanceId owner, Predicate predicate) {
    std::vector<WaitId> ended;
    for (const Wait& wait : instance().waits) {
      if (wait.owner == owner && predicate(wait)) ended.push_back(wait.id);
    }
    for (const WaitId wait : ended) emit(WaitEnded{wait});
  }
  [[nodiscard]] bool has_compensation_subprocess(NodeIndex node) const;
  void expand_compensation(const CompensationRecord& record, std::vector<std::int64_t>& into) const;
  void run_compensation(ActivityInstanceId thrower, const CompensationRecord& record);

  const ProcessDefinition* definition_;
  const form::FormDefinition& form_;
  const Environment& environment_;
  Decision decision_;
  std::deque<Moving> moving_;
  std::int32_t steps_ = 0;
  Outcome outcome_ = Outcome::none;
  const Node* last_node_ = nullptr;
  bool is_stopped_ = false;
  std::vector<ActivityInstanceId> emptied_;  // scopes whose inside was ended, in order
  InstanceState end_state_ = InstanceState::completed;
  std::string end_code_;
  bool data_changed_ = false;
};

}  // namespace cinnabar::process
