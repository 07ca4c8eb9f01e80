#include "api/dialects/dadayun/actions.h"

#include "api/common/utc_text.h"
#include "api/dialects/dadayun/body.h"
#include "api/dialects/dadayun/instances.h"
#include "api/dialects/dadayun/record_fields.h"
#include "api/dialects/dadayun/workflow_data.h"
#include "base/text.h"
#include "services/current_position.h"
#include "services/decision_log.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <optional>

namespace cinnabar::dadayun {
namespace {

// The numbers of updateStatus, which the log shows again.
enum class Action : std::uint8_t {
  approve = 1,
  oppose = 2,
  veto = 3,
  withdraw = 4,
  resume = 10,
  suspend = 11,
  terminate = 12,
};

struct ActionRequest {
  Target target;
  Action action = Action::approve;
  std::string node;  // 32 digits; empty only where the action needs none
  std::string memo;
  std::optional<FieldValues> changes;
  std::vector<UserId> chosen;
};

std::optional<Action> parse_action(std::string_view text) {
  const auto number = parse_int(trim(text));
  for (const Action known : {Action::approve, Action::oppose, Action::veto, Action::withdraw,
                             Action::resume, Action::suspend, Action::terminate}) {
    if (number == static_cast<std::int64_t>(known)) return known;
  }
  return std::nullopt;
}

bool is_decision(Action action) {
  return action == Action::approve || action == Action::oppose || action == Action::veto;
}

Error node_left() {
  return make_error(Code::failed_precondition, reasons::kActivityNotOpen,
                    "the position is no longer open");
}

Result<ActionRequest> read_request(const Entry& entry) {
  ActionRequest request;
  CINNABAR_TRY(request.target, find_target(entry));
  CINNABAR_TRY(const Body body, Body::read(*entry.call.request, entry.query));
  CINNABAR_TRY(const std::string action, body.text("actionResultType"));
  const auto known = parse_action(action);
  if (!known) return invalid("actionResultType", "必须是1、2、3、4、10、11或12");
  request.action = *known;
  CINNABAR_TRY(const std::string node, body.text("nodeId"));
  const auto digits = plain_guid(trim(node));
  if (is_decision(*known) && trim(node).empty()) return invalid("nodeId", "不能为空");
  request.node = digits.value_or(node);
  CINNABAR_TRY(request.memo, body.text("actionMemo"));
  CINNABAR_TRY(const WorkflowData data, read_workflow_data(entry, *request.target.process, body));
  if (data.has_fields) request.changes = data.fields;
  request.chosen = data.actors;
  return request;
}

// The activity of that node that this person would act in; of several the one that is theirs.
Result<ActivityInstanceId> find_activity(const Entry& entry, const process::Instance& instance,
                                         const ActionRequest& request) {
  const services::People& people = *entry.people;
  const UserId user = entry.context.principal.user;
  std::optional<ActivityInstanceId> found;
  for (const process::ActivityInstance& activity : instance.activities) {
    const std::string guid =
        node_guid(*entry.call.services, *request.target.process, activity.node_id);
    if (plain_guid(guid) != request.node) continue;
    for (const process::WorkItem& item : activity.work_items) {
      if (item.state != WorkItemState::open || item.waiting) continue;
      const bool is_mine = item.assignee == user ||
                           (!item.assignee.is_assigned() && people.is_member(item.group, user));
      if (is_mine) return activity.id;
      if (!found) found = activity.id;
    }
  }
  if (found) return *found;
  return node_left();
}

// Back to the initiator's task, or to the one before, of a task that one person decides and whose
// outcome nothing asks for; nullopt: there is nothing behind.
Result<std::optional<http::Response>> try_return(const Entry& entry, const ActionRequest& request,
                                                 const process::Instance& instance,
                                                 ActivityInstanceId activity,
                                                 ports::WriteTransaction& transaction) {
  const auto definition = entry.catalog->definition(instance.definition);
  const process::ActivityInstance* at = instance.find_activity(activity);
  if (definition == nullptr || at == nullptr || at->work_items.size() != 1) {
    return std::optional<http::Response>{};
  }
  const auto node = definition->graph->find_node(at->node_id);
  if (!node || process::asks_for_outcome(*definition->graph, *node)) {
    return std::optional<http::Response>{};
  }
  for (const std::string_view target : {"$initiator", ""}) {
    process::Return back;
    back.item = at->work_items.front().id;
    back.to = target;
    back.comment = request.memo;
    const auto done = entry.call.services->engine.apply(transaction, entry.context, instance.id,
                                                        std::move(back), "return");
    if (done) return std::optional(answer_empty(entry.call, 200));
    const Reason why = done.error().reason;
    const bool has_no_task = why == reasons::kTargetUnknown || why == reasons::kTargetNotPossible ||
                             why == reasons::kTargetNotDecided || why == reasons::kTargetNotBefore;
    if (!has_no_task) return done.error();
  }
  return std::optional<http::Response>{};
}

Result<http::Response> decide(const Entry& entry, const ActionRequest& request,
                              ports::WriteTransaction& transaction) {
  services::Services& services = *entry.call.services;
  CINNABAR_TRY(const process::Instance instance,
               services.instances.load(transaction, request.target.instance));
  if (instance.state != InstanceState::running) {
    return make_error(Code::failed_precondition, reasons::kInstanceNotRunning, "not running");
  }
  CINNABAR_TRY(const ActivityInstanceId activity, find_activity(entry, instance, request));
  if (request.action == Action::oppose) {
    CINNABAR_TRY(auto returned, try_return(entry, request, instance, activity, transaction));
    if (returned) return std::move(*returned);
  }
  services::CompleteRequest complete;
  complete.activity = activity;
  complete.process = request.target.process->id;
  complete.outcome = request.action == Action::approve ? Outcome::approved : Outcome::rejected;
  // An approval may be the last vote of a task that others decided against.
  complete.if_rejected = request.action == Action::veto ? process::IfRejected::end
                                                        : process::IfRejected::end_unless_asked;
  complete.comment = request.memo;
  complete.chosen = request.chosen;
  if (request.changes) complete.changes = *request.changes;
  CINNABAR_CHECK_OK(services.instances.complete(transaction, entry.context, std::move(complete)));
  return answer_empty(entry.call, 200);
}

Result<process::Command> command_of(const Entry& entry, const ActionRequest& request,
                                    UserId initiator) {
  const UserId user = entry.context.principal.user;
  switch (request.action) {
    case Action::withdraw:
      if (initiator == user) return process::Command{process::Withdraw{user, false, request.memo}};
      return process::Command{process::TakeBack{user, std::nullopt, request.memo}};
    case Action::resume:
      return process::Command{process::Resume{user, request.memo}};
    case Action::suspend:
      return process::Command{process::Suspend{user, request.memo}};
    case Action::terminate:
      return process::Command{process::Terminate{user, request.memo}};
    case Action::approve:
    case Action::oppose:
    case Action::veto:
      break;
  }
  CINNABAR_UNREACHABLE();
}

std::string_view audit_name(Action action) {
  switch (action) {
    case Action::withdraw:
      return "withdraw";
    case Action::resume:
      return "resume";
    case Action::suspend:
      return "suspend";
    case Action::terminate:
      return "terminate";
    default:
      return "complete";
  }
}

// ---- the log ----

std::optional<Action> action_of(const services::LogEntry& entry) {
  using services::LoggedAction;
  switch (entry.action) {
    case LoggedAction::decided:
      if (entry.outcome == Outcome::rejected || entry.outcome == Outcome::returned) {
        return Action::oppose;
      }
      return Action::approve;
    case LoggedAction::withdrawn:
    case LoggedAction::taken_back:
      return Action::withdraw;
    case LoggedAction::suspended:
      return Action::suspend;
    case LoggedAction::resumed:
    case LoggedAction::reactivated:
      return Action::resume;
    case LoggedAction::terminated:
      return Action::terminate;
    case LoggedAction::started:
    case LoggedAction::returned:  // the decision before it says so
    case LoggedAction::transferred:
    case LoggedAction::added:
    case LoggedAction::removed:
      return std::nullopt;
  }
  CINNABAR_UNREACHABLE();
}

// "department-position-name", without what the person does not have.
std::string actor_label(const services::People& people, UserId user) {
  std::string label = services::person_label(people, user);
  for (const GroupId id : people.groups_of(user)) {
    const services::Group* group = people.group(id);
    if (group != nullptr && group->kind == GroupKind::department) {
      return group->display_name + "-" + label;
    }
  }
  return label;
}

// Rejections that ended the instance in the same command were vetoes.
bool is_veto(const std::vector<services::LogEntry>& log, std::size_t at) {
  if (log[at].outcome != Outcome::rejected) return false;
  for (std::size_t i = at + 1; i < log.size() && log[i].sequence == log[at].sequence; ++i) {
    if (log[i].action == services::LoggedAction::terminated) return true;
  }
  return false;
}

// That end is told by the veto.
bool is_end_of_veto(const std::vector<services::LogEntry>& log, std::size_t at) {
  if (log[at].action != services::LoggedAction::terminated) return false;
  for (std::size_t i = at; i-- > 0 && log[i].sequence == log[at].sequence;) {
    if (log[i].outcome == Outcome::rejected) return true;
  }
  return false;
}

}  // namespace

Result<Write> update_status(std::shared_ptr<Entry> entry) {
  CINNABAR_TRY(ActionRequest request, read_request(*entry));
  return Write{[entry, request = std::move(request)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
    services::Services& services = *entry->call.services;
    CINNABAR_TRY(const services::ListedInstance listed,
                 services.instance_lists.find(transaction, entry->context,
                                              request.target.process->id, request.target.instance));
    if (is_decision(request.action)) return decide(*entry, request, transaction);
    CINNABAR_TRY(process::Command command, command_of(*entry, request, listed.initiator));
    CINNABAR_CHECK_OK(services.engine.apply(transaction, entry->context, request.target.instance,
                                            std::move(command), audit_name(request.action)));
    return answer_empty(entry->call, 200);
  }};
}

Result<http::Response> list_results(Entry& entry) {
  services::Services& services = *entry.call.services;
  ports::ReadTransaction& snapshot = *entry.call.snapshot;
  CINNABAR_TRY(const Target target, find_target(entry));
  CINNABAR_TRY(
      const services::ListedInstance listed,
      services.instance_lists.find(snapshot, entry.context, target.process->id, target.instance));
  CINNABAR_TRY(const auto history, services.instances.history(snapshot, target.instance));
  const auto definition = entry.catalog->definition(listed.definition);
  if (definition == nullptr) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt, "the definition is missing");
  }
  const std::vector<services::LogEntry> log = services::decision_log(*definition->graph, history);
  const auto node_id = [&](const std::string& id) {
    return id.empty() ? Json() : Json(node_guid(services, *target.process, id));
  };
  Json rows = Json::array();
  for (std::size_t i = 0; i < log.size(); ++i) {
    const services::LogEntry& one = log[i];
    auto action = action_of(one);
    if (!action || is_end_of_veto(log, i)) continue;
    if (is_veto(log, i)) action = Action::veto;
    const GroupId position = services::position_of(*entry.people, one.by);
    // No node has an id like this.
    const std::string number = "#" + std::to_string(target.instance.value()) + "/" +
                               std::to_string(one.sequence) + "/" + std::to_string(one.position);
    rows.push(std::move(
        Json::object()
            .set("Id", derived_guid(services, *target.process, number))
            .set("WFInstanceId", to_guid(IdKind::instance, target.instance.value()))
            .set("NodeId", node_id(one.node_id))
            .set("ActionorPositionId", position.is_assigned()
                                           ? Json(to_guid(IdKind::position, position.value()))
                                           : Json())
            .set("Actionor",
                 one.by.is_assigned() ? Json(to_guid(IdKind::user, one.by.value())) : Json())
            .set("ActionTime", api::to_utc_millis(one.at))
            .set("ActionResult", static_cast<int>(*action))
            .set("ActionMemo", one.comment)
            .set("ComefromNode", node_id(one.from_node))
            .set("Status", 1)
            .set("NodeName", one.node_name)
            .set("ActorName", actor_label(*entry.people, one.by))));
  }
  return answer(entry.call, 200, rows);
}

}  // namespace cinnabar::dadayun
