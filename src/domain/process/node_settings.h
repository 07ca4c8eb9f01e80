// What nodes of a definition are told: triggers of events, people of user tasks, scripts, jobs,
// loops, mappings. Plain data, filled by the BPMN importer. Thread: immutable once deployed.
#pragma once

#include "domain/expr/expression.h"
#include "domain/form/validate.h"
#include "domain/process/completion_rule.h"
#include "domain/script/lua.h"
#include "vocab/states.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cinnabar::process {

using NodeIndex = std::uint32_t;
using FlowIndex = std::uint32_t;
using ScopeIndex = std::uint32_t;

// Writes a value when a node is entered or a quick action is chosen. The target is a field id of
// the form, one of the headers "$title", "$status", "$level", or else a variable.
struct Assignment {
  std::string target;
  expr::Expression value;
};
// A variable and how it is computed.
using Mapping = Assignment;

// ---- participants ----

// Who is offered the work. Several rules add up; a person is offered one work item per activity.
struct FixedUsers {
  std::vector<std::string> names;
};
struct Groups {  // groups, departments, roles or positions by key
  GroupKind kind = GroupKind::group;
  std::vector<std::string> keys;
};
struct InitiatorRule {};
struct FieldRule {  // a user, users, group, groups or assignee field of the form
  std::string field;
};
struct ManagerRule {        // of the initiator
  std::int32_t levels = 1;  // 1: the direct manager
  bool is_chain = false;    // everybody up to that level, in that order
};
struct DepartmentHeadRule {  // of the initiator's department, or of the one named
  std::string department;    // key; empty: the initiator's
  std::int32_t levels = 0;   // so many departments above
};
struct PreviousHandlerRule {  // who decided at that node last
  std::string node;           // id; empty: the user task before this one
};
struct ExpressionRule {  // people, groups, or user names as texts; also lists of them
  expr::Expression people;
};
struct ChosenRule {};  // by whoever decided before, or at the start
using ParticipantRule =
    std::variant<FixedUsers, Groups, InitiatorRule, FieldRule, ManagerRule, DepartmentHeadRule,
                 PreviousHandlerRule, ExpressionRule, ChosenRule>;

enum class IfNobody : std::uint8_t { incident, administrator, skip, fixed_user };
enum class IfInitiator : std::uint8_t { ask, pass, manager };  // the initiator is a participant
enum class IfRepeated : std::uint8_t { ask, pass };            // decided at an earlier node already
enum class IfDeparted : std::uint8_t { drop, manager, administrator };
enum class IfAbsent : std::uint8_t { delegate, ask };

struct ParticipantPolicies {
  IfNobody if_nobody = IfNobody::incident;
  std::string fallback_user;  // of IfNobody::fixed_user
  IfInitiator if_initiator = IfInitiator::ask;
  IfRepeated if_repeated = IfRepeated::ask;
  IfDeparted if_departed = IfDeparted::drop;
  IfAbsent if_absent = IfAbsent::delegate;
};

// A button that decides without the form: writes its assignments, skips required fields.
struct QuickAction {
  std::string key;    // for example "action1"
  std::string label;  // shown to people
  Outcome outcome = Outcome::approved;
  std::vector<Assignment> assignments;
};

// What happens when a task is not done in time.
enum class IfLate : std::uint8_t { nothing, notify, escalate, approve, reject, send_back };

struct UserTask {
  std::vector<ParticipantRule> participants;
  ParticipantPolicies policies;
  CompletionRule completion = Any{};
  std::vector<QuickAction> quick_actions;
  std::vector<Assignment> on_activate;
  form::NodeFields fields;
  bool allow_batch = false;  // may be decided in a batch, without opening the form
  bool is_approval = true;   // false: something is filled in or handled, nothing approved
  bool comment_required = false;
  bool signature_required = false;
  // A date, a date-time or a duration from its activation; business time when the tenant has a
  // calendar.
  std::optional<expr::Expression> due;
  std::optional<expr::Expression> remind;  // a duration before `due`
  IfLate if_late = IfLate::notify;
  std::optional<expr::Expression> priority;
  std::string form_key;  // another form to show; empty: the process's own
};

// ---- events ----

enum class TriggerKind : std::uint8_t {
  none,
  message,
  timer,
  signal,
  error,
  escalation,
  condition,
  link,
  compensation,
  terminate,
};
std::string_view name(TriggerKind kind);

struct TimerRule {
  enum class Form : std::uint8_t { date, duration, cycle };
  Form form = Form::duration;
  expr::Expression value;  // ISO 8601 text, or a date-time or duration
};

struct Trigger {
  TriggerKind kind = TriggerKind::none;
  // Of the message, signal or link; the code of the error or escalation, where empty catches all.
  std::string name;
  std::optional<expr::Expression> name_rule;        // computes `name` instead
  std::optional<expr::Expression> correlation_key;  // messages
  std::optional<TimerRule> timer;
  std::optional<expr::Expression> condition;
  std::optional<NodeIndex> activity;  // compensation of one activity; none: of the whole scope
  bool waits_for_completion = true;   // compensation
  std::string code_variable;          // catching an error or escalation: receives the code
  std::string message_variable;       // catching an error: receives its text
  std::string result_variable;  // catching a message or signal: receives its data as a context
};

// A rule a submission must meet before anything exists.
struct StartCheck {
  expr::Expression condition;
  std::string message;  // for people
};

struct EventNode {
  Trigger trigger;
  bool is_interrupting = true;              // boundary events and starts of event sub-processes
  std::optional<NodeIndex> attached_to;     // boundary events
  std::optional<NodeIndex> compensated_by;  // compensation boundary: the activity associated
  std::vector<StartCheck> checks;           // none start event of the process
};

// ---- automatic activities ----

struct ScriptTask {
  // One of the two; neither: nothing happens.
  std::shared_ptr<const script::Script> lua;
  std::optional<expr::Expression> feel;
  std::string result_variable;  // receives the value; empty: it is dropped
};

// A service task, and a send task without a message.
struct ServiceTask {
  std::string job_type;
  std::optional<expr::Expression> job_type_rule;
  std::int32_t retries = 3;
  std::vector<std::pair<std::string, std::string>> headers;  // constants for the worker
  std::string result_variable;  // receives the job's variables as a context; empty: one by one
};

// A send task with a message throws it, a receive task catches it.
struct MessageTask {
  Trigger trigger;
  bool is_instantiating = false;
};

struct CallActivity {
  std::string called;  // key of a process
  std::optional<expr::Expression> called_rule;
  bool all_in = false;   // every variable goes in besides the inputs
  bool all_out = false;  // and comes out besides the outputs
};

struct SubProcess {
  ScopeIndex body = 0;
  bool is_triggered_by_event = false;
};

struct EventGateway {
  bool is_instantiating = false;
};

using NodeSettings = std::variant<std::monostate, EventNode, UserTask, ScriptTask, ServiceTask,
                                  MessageTask, CallActivity, SubProcess, EventGateway>;

// ---- loops ----

struct StandardLoop {
  bool test_before = false;
  std::optional<std::int32_t> maximum;
  std::optional<expr::Expression> condition;  // none: true
};
struct MultiInstance {
  bool is_sequential = false;
  std::optional<expr::Expression> cardinality;
  std::optional<expr::Expression> collection;
  std::string element_variable;                // receives the item of the collection
  std::optional<expr::Expression> completion;  // true: the rest is cancelled
  std::string output_collection;  // a variable that collects, in the order of the iterations
  std::optional<expr::Expression> output_element;
  std::string output_variable;  // local to each iteration, so that they do not share it
};
using Loop = std::variant<std::monostate, StandardLoop, MultiInstance>;

}  // namespace cinnabar::process
