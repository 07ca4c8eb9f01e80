// What members do with their tasks, and administrators with instances. Each call is one write:
// what it leads to is there as a whole, or not at all.
#include "api/dialects/jodoo/contacts.h"
#include "api/dialects/jodoo/workflow.h"
#include "api/dialects/jodoo/workflow_codes.h"
#include "api/dialects/jodoo/workflow_target.h"
#include "base/text.h"
#include "services/engine_service.h"

#include <algorithm>
#include <array>

namespace cinnabar::jodoo {
namespace {

using api::Lane;
using Change = Status (*)(const Entry&, ports::WriteTransaction&);

// A task of the body, with whoever acts.
struct Task {
  Workflow workflow;
  UserId member;
  services::CallContext acting;
  WorkItemId item;
  ActivityInstanceId activity;
  std::string node_id;
  std::string comment;
};

// Errors about the key, the limits and the body's form stay as they are anywhere else.
http::Response refuse_action(const Error& error) {
  constexpr std::array kOfTheCall{codes::kNoPermission, codes::kInvalidPlatformParameter,
                                  codes::kAppRefused,   codes::kInvalidRequest,
                                  codes::kTaskRefused,  codes::kInvalidParameter};
  const bool is_of_the_call = std::ranges::find(kOfTheCall, number_of(error)) != kOfTheCall.end();
  return is_of_the_call ? refuse(error) : action_refused(error);
}

constexpr std::size_t kActionsPerSecond = 20;

template <Change kChange>
api::Answer acting(const api::Call& call) {
  auto entry = enter(call, kActionsPerSecond);
  if (!entry) return refuse(entry.error());
  const auto shared = std::make_shared<const Entry>(std::move(*entry));
  return api::WriteStep{[shared](ports::WriteTransaction& transaction) -> Result<http::Response> {
                          CINNABAR_CHECK_OK(kChange(*shared, transaction));
                          return success(done());
                        },
                        refuse_action};
}

// Why there is no such open task: it never was, is done, or is somebody else's now.
Error missing_task(const Entry& entry, const Workflow& workflow, WorkItemId item, UserId member,
                   ports::WriteTransaction& transaction) {
  const auto history = entry.services->instances.history(transaction, workflow.summary.id);
  if (!history) return history.error();
  const auto log = services::work_item_log(*workflow.definition->graph, *history);
  const auto is_item = [&](const services::WorkItemStage& stage) { return stage.item == item; };
  if (std::ranges::none_of(log, is_item)) return fail(codes::kTaskUnknown);
  const bool was_theirs = std::ranges::any_of(log, [&](const services::WorkItemStage& stage) {
    return is_item(stage) && (stage.assignee == member || stage.ended_by == member);
  });
  if (!was_theirs) return fail(codes::kNotApprover);
  return fail(has_ended(workflow.summary.state) ? codes::kWorkflowClosed : codes::kTaskDone);
}

// The open task of the body that is the member's.
Result<Task> find_task(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const std::string username, required_text(entry, "username"));
  CINNABAR_TRY(const std::string text, required_text(entry, "task_id"));
  Task task;
  CINNABAR_TRY(task.comment, optional_text(entry, "comment"));
  CINNABAR_TRY(task.workflow, find_workflow(entry, transaction));
  CINNABAR_TRY(task.member, find_member(*entry.people, username));
  CINNABAR_TRY(task.acting, acting_as(entry, task.workflow.summary.process, task.member));
  CINNABAR_TRY(const auto item, read_task(task.workflow, text));
  if (!item) return fail(codes::kTaskDone);
  task.item = *item;
  CINNABAR_TRY(const process::Instance instance,
               entry.services->instances.load(transaction, task.workflow.summary.id));
  const process::WorkItem* found = instance.find_item(task.item);
  const bool is_open = found != nullptr && found->state == WorkItemState::open;
  const bool is_theirs =
      is_open &&
      (found->assignee == task.member ||
       (!found->assignee.is_assigned() && entry.people->is_member(found->group, task.member)));
  if (!is_theirs) return missing_task(entry, task.workflow, task.item, task.member, transaction);
  if (found->waiting) return fail(codes::kWaitsForAdded);
  const process::ActivityInstance* activity = instance.find_activity_of(task.item);
  task.activity = activity->id;
  task.node_id = activity->node_id;
  return task;
}

Status decide(const Entry& entry, ports::WriteTransaction& transaction, const Task& task,
              Outcome outcome, std::vector<UserId> ask_after = {}) {
  services::CompleteRequest request;
  request.activity = task.activity;
  request.item = task.item;
  request.outcome = outcome;
  // A rejection ends the workflow, whoever else was asked.
  request.if_rejected = process::IfRejected::end;
  request.comment = task.comment;
  request.ask_after = std::move(ask_after);
  const auto done =
      entry.services->instances.complete(transaction, task.acting, std::move(request));
  if (!done) return add_error(done.error());
  return {};
}

Status approve(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Task task, find_task(entry, transaction));
  return decide(entry, transaction, task, Outcome::approved);
}

Status reject(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Task task, find_task(entry, transaction));
  return decide(entry, transaction, task, Outcome::rejected);
}

// nullopt when absent.
Result<std::optional<std::int64_t>> optional_number(const Entry& entry, std::string_view name) {
  CINNABAR_TRY(const std::string text, optional_text(entry, name));
  if (text.empty()) return std::optional<std::int64_t>();
  const auto number = parse_int(text);
  if (!number) {
    return fail(codes::kInvalidPlatformParameter, std::string(name) + " must be a number.");
  }
  return number;
}

Status rollback(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const auto flow, optional_number(entry, "flow_id"));
  CINNABAR_TRY(const auto type, optional_number(entry, "back_type"));
  constexpr std::int64_t kStraightBack = 2;
  if (type && *type != 1 && *type != kStraightBack) {
    return fail(codes::kInvalidPlatformParameter, "back_type is 1 or 2.");
  }
  CINNABAR_TRY(const Task task, find_task(entry, transaction));
  process::Return command;
  command.item = task.item;
  command.comment = task.comment;
  command.straight_back = type == kStraightBack;
  if (flow) {
    const auto node = FlowNumbers(*task.workflow.definition->graph).node_of(*flow);
    if (!node) return fail(codes::kNodeUnknown);
    if (*node == task.node_id) return fail(codes::kReturnToItself);
    command.to = node->empty() ? "$initiator" : *node;
  }
  const auto done = entry.services->engine.apply(transaction, task.acting, task.workflow.summary.id,
                                                 std::move(command), "return");
  if (!done) return return_error(done.error());
  return {};
}

Status transfer(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const std::string to, required_text(entry, "transfer_username"));
  CINNABAR_TRY(const Task task, find_task(entry, transaction));
  CINNABAR_TRY(const UserId heir, find_member(*entry.people, to));
  if (heir == task.member) return fail(codes::kTransferToSelf);
  process::Transfer command;
  command.item = task.item;
  command.to = heir;
  command.comment = task.comment;
  const auto done = entry.services->engine.apply(transaction, task.acting, task.workflow.summary.id,
                                                 std::move(command), "transfer");
  if (!done) return transfer_error(done.error());
  return {};
}

// A list since version 2, one text before; either is taken on every version.
Result<std::vector<UserId>> people_to_add(const Entry& entry) {
  std::vector<std::string> names;
  const Json* list = member(entry, "add_sign_usernames");
  if (list != nullptr) {
    const Json::Array* array = list->as_array();
    if (array == nullptr) {
      return fail(codes::kInvalidPlatformParameter, "add_sign_usernames must be a list.");
    }
    for (const Json& one : *array) {
      const std::string* name = one.as_string();
      if (name == nullptr) {
        return fail(codes::kInvalidPlatformParameter, "add_sign_usernames must be texts.");
      }
      names.push_back(*name);
    }
  }
  CINNABAR_TRY(std::string single, optional_text(entry, "add_sign_username"));
  if (!single.empty()) names.push_back(std::move(single));
  if (names.empty()) {
    return fail(codes::kInvalidPlatformParameter, "add_sign_usernames is missing.");
  }
  std::vector<UserId> people;
  for (const std::string& name : names) {
    CINNABAR_TRY(const UserId user, find_member(*entry.people, name));
    people.push_back(user);
  }
  return people;
}

Status add_sign(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const auto type, optional_number(entry, "add_sign_type"));
  constexpr std::array kPositions{AddedAs::before, AddedAs::after, AddedAs::parallel};
  if (!type || *type < 0 || *type >= std::ssize(kPositions)) {
    return fail(codes::kInvalidPlatformParameter, "add_sign_type is 0, 1 or 2.");
  }
  CINNABAR_TRY(const Task task, find_task(entry, transaction));
  CINNABAR_TRY(std::vector<UserId> people, people_to_add(entry));
  const AddedAs position = kPositions[static_cast<std::size_t>(*type)];
  // Asking somebody after oneself is consent.
  if (position == AddedAs::after) {
    return decide(entry, transaction, task, Outcome::approved, std::move(people));
  }
  process::AddParticipants command;
  command.item = task.item;
  command.position = position;
  command.users = std::move(people);
  command.comment = task.comment;
  const auto done = entry.services->engine.apply(transaction, task.acting, task.workflow.summary.id,
                                                 std::move(command), "add");
  if (!done) return add_error(done.error());
  return {};
}

Status revoke(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const std::string username, required_text(entry, "username"));
  CINNABAR_TRY(const std::string text, optional_text(entry, "task_id"));
  CINNABAR_TRY(const std::string comment, optional_text(entry, "comment"));
  CINNABAR_TRY(const Workflow workflow, find_workflow(entry, transaction));
  CINNABAR_TRY(const UserId user, find_member(*entry.people, username));
  CINNABAR_TRY(const auto context, acting_as(entry, workflow.summary.process, user));
  std::optional<WorkItemId> item;
  if (!text.empty()) {
    CINNABAR_TRY(item, read_task(workflow, text));
  }
  process::Command command = process::Withdraw{user, false, comment};
  if (item) {
    command = process::TakeBack{user, item, comment};
    if (has_ended(workflow.summary.state)) return fail(codes::kHandledAlready);
  }
  const auto done =
      entry.services->engine.apply(transaction, context, workflow.summary.id, std::move(command),
                                   item ? "take_back" : "withdraw");
  if (!done) return withdraw_error(done.error());
  return {};
}

Status close(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Workflow workflow, find_workflow(entry, transaction));
  const auto done = entry.services->engine.apply(
      transaction, entry.context, workflow.summary.id,
      process::Terminate{entry.context.principal.user, {}}, "terminate");
  if (!done) return close_error(done.error());
  return {};
}

Status activate(const Entry& entry, ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const auto flow, optional_number(entry, "flow_id"));
  if (!flow) return fail(codes::kInvalidPlatformParameter, "flow_id is missing.");
  CINNABAR_TRY(const Workflow workflow, find_workflow(entry, transaction));
  if (!has_ended(workflow.summary.state)) return fail(codes::kStillRunning);
  const auto node = FlowNumbers(*workflow.definition->graph).node_of(*flow);
  if (!node) return fail(codes::kTargetNodeUnknown);
  // The start is nobody's task.
  if (node->empty()) return fail(codes::kNodeNotActivated);
  const auto done = entry.services->engine.apply(
      transaction, entry.context, workflow.summary.id,
      process::Reactivate{entry.context.principal.user, *node, {}}, "reactivate");
  if (!done) return activate_error(done.error());
  return {};
}

constexpr std::string_view kDone = R"({"status": "success"})";
constexpr std::string_view kTask =
    R"({"username": "bob", "instance_id": "5f0c1e000000000000000a01", "task_id": "5f0c1e000000000000000a07", "comment": "fine"})";

constexpr api::Route kRoutes[] = {
    {"POST",
     "/api/{version}/workflow/task/approve",
     Lane::cpu,
     acting<approve>,
     {"Approve a member's task", kTask, kDone}},
    {"POST",
     "/api/{version}/workflow/task/reject",
     Lane::cpu,
     acting<reject>,
     {"Reject a member's task, which ends the workflow", kTask, kDone}},
    {"POST",
     "/api/{version}/workflow/task/rollback",
     Lane::cpu,
     acting<rollback>,
     {"Return to an earlier node",
      R"({"username": "bob", "instance_id": "5f0c1e000000000000000a01", "task_id": "5f0c1e000000000000000a07", "flow_id": 1, "back_type": 1})",
      kDone}},
    {"POST",
     "/api/{version}/workflow/task/transfer",
     Lane::cpu,
     acting<transfer>,
     {"Give a task to another member",
      R"({"username": "bob", "instance_id": "5f0c1e000000000000000a01", "task_id": "5f0c1e000000000000000a07", "transfer_username": "carol"})",
      kDone}},
    {"POST",
     "/api/{version}/workflow/task/add_sign",
     Lane::cpu,
     acting<add_sign>,
     {"Have other members decide before (0), after (1) or beside (2) this one",
      R"({"username": "bob", "instance_id": "5f0c1e000000000000000a01", "task_id": "5f0c1e000000000000000a07", "add_sign_type": 0, "add_sign_usernames": ["carol"]})",
      kDone}},
    {"POST",
     "/api/{version}/workflow/task/revoke",
     Lane::cpu,
     acting<revoke>,
     {"Take one's decision back, or, without a task, the whole workflow", kTask, kDone}},
    {"POST",
     "/api/{version}/workflow/instance/close",
     Lane::cpu,
     acting<close>,
     {"End a workflow", R"({"instance_id": "5f0c1e000000000000000a01"})", kDone}},
    {"POST",
     "/api/{version}/workflow/instance/activate",
     Lane::cpu,
     acting<activate>,
     {"Let an ended workflow go on at a node",
      R"({"instance_id": "5f0c1e000000000000000a01", "flow_id": 1})", kDone}},
};

}  // namespace

std::span<const api::Route> workflow_action_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
