#include "sim/actor.h"

#include "sim/process_maker.h"

#include <algorithm>
#include <charconv>

namespace cinnabar::sim {

namespace {

bool is_alive(const process::Instance& instance) {
  return instance.state == InstanceState::running || instance.state == InstanceState::suspended;
}

std::string at(const process::Instance& instance) {
  return " of " + std::to_string(instance.id.value());
}

std::vector<std::int64_t> numbers_of(const std::string& text) {
  std::vector<std::int64_t> out;
  const char* from = text.data();
  const char* end = from + text.size();
  while (from < end) {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(from, end, number);
    if (parsed.ec != std::errc{}) break;
    out.push_back(number);
    from = parsed.ptr + 1;
  }
  return out;
}

}  // namespace

Actor::Actor(World& world) : world_(world), instances_(world.instances()) {}

std::vector<OpenItem> Actor::open_items() const {
  std::vector<OpenItem> out;
  for (const process::Instance& instance : instances_) {
    for (const process::ActivityInstance& activity : instance.activities) {
      for (const process::WorkItem& item : activity.work_items) {
        if (item.state != WorkItemState::open || item.waiting) continue;
        out.push_back({&instance, &activity, &item});
      }
    }
  }
  return out;
}

const process::Instance* Actor::any(bool only_alive) {
  std::vector<const process::Instance*> found;
  for (const process::Instance& instance : instances_) {
    if (!only_alive || is_alive(instance)) found.push_back(&instance);
  }
  return found.empty() ? nullptr : found[world_.below(found.size())];
}

UserId Actor::any_user() {
  return world_.user("u" + std::to_string(1 + world_.below(8)));
}

UserId Actor::who_decides(const process::WorkItem& item) {
  if (item.assignee.is_assigned()) return item.assignee;
  const auto members = world_.server->people.current()->members(item.group);
  return members.empty() ? any_user() : members[world_.below(members.size())];
}

std::string Actor::any_node(const process::Instance& instance, bool only_tasks) {
  std::vector<std::string> ids;
  for (const process::Node& node : world_.graph_of(instance).nodes) {
    if (!only_tasks || node.user_task() != nullptr) ids.push_back(node.id);
  }
  return ids.empty() ? "" : ids[world_.below(ids.size())];
}

FieldValues Actor::changes() {
  constexpr const char* kDecisions[] = {"yes", "no", "again"};
  FieldValues out;
  if (world_.chance(2)) out.emplace("decision", FieldValue::text(kDecisions[world_.below(3)]));
  if (world_.chance(2)) {
    out.emplace("amount", FieldValue{Decimal{static_cast<std::int64_t>(world_.below(1000))}});
  }
  return out;
}

FieldValues Actor::record() {
  FieldValues out = changes();
  out.emplace("title", FieldValue::text("t" + std::to_string(1 + world_.below(kTitles))));
  out.emplace("amount", FieldValue{Decimal{std::int64_t{5}}});
  out.emplace("owner", FieldValue{UserRef{any_user()}});
  const auto group =
      world_.server->people.current()->find_group(GroupKind::group, world_.chance(2) ? "g1" : "g2");
  out.emplace("team", FieldValue{GroupRef{*group}});
  return out;
}

expr::Variables Actor::variables() {
  expr::Variables out;
  out.emplace("v", expr::Value{static_cast<std::int64_t>(world_.below(5))});
  return out;
}

void Actor::start() {
  services::StartRequest request;
  request.process = world_.chance(8) ? world_.child : world_.main;
  request.fields = record();
  request.variables = variables();
  if (world_.chance(8)) request.chosen = {any_user(), any_user()};
  const UserId by = world_.user("u" + std::to_string(1 + world_.below(5)));
  world_.send(
      "start by " + std::to_string(by.value()), world_.as(by),
      [&world = world_, request](ports::WriteTransaction& transaction,
                                 const services::CallContext& context) -> Result<std::string> {
        CINNABAR_TRY(const services::Started started,
                     world.server->instances.start(transaction, context, request));
        return std::to_string(started.instance.value()) + " #" + std::to_string(started.number);
      });
}

void Actor::complete() {
  const auto open = open_items();
  if (open.empty()) return;
  const OpenItem& chosen = open[world_.below(open.size())];
  const UserId by = world_.chance(6) ? any_user() : who_decides(*chosen.item);
  const Outcome outcome = world_.chance(3) ? Outcome::rejected : Outcome::approved;
  complete(chosen, world_.as(by), outcome);
}

void Actor::complete(const OpenItem& open, const services::CallContext& caller, Outcome outcome) {
  services::CompleteRequest request;
  request.activity = open.activity->id;
  if (world_.chance(2)) request.item = open.item->id;
  request.outcome = outcome;
  request.changes = changes();
  if (world_.chance(3)) request.variables = variables();
  if (world_.chance(10)) request.chosen = {any_user()};
  const auto& graph = world_.graph_of(*open.instance);
  const auto node = graph.find_node(open.activity->node_id);
  const process::UserTask* task = node ? graph.node(*node).user_task() : nullptr;
  if (task != nullptr && !task->quick_actions.empty() && world_.chance(3)) {
    const auto& actions = task->quick_actions;
    request.quick_action = actions[world_.below(actions.size())].key;
  }
  send_completion(open, caller, request);
}

void Actor::decide_well(const OpenItem& open) {
  services::CompleteRequest request;
  request.activity = open.activity->id;
  request.item = open.item->id;
  request.outcome = Outcome::approved;
  request.changes.emplace("decision", FieldValue::text("yes"));
  send_completion(open, world_.as(world_.user("admin")), request);
}

void Actor::send_completion(const OpenItem& open, const services::CallContext& caller,
                            const services::CompleteRequest& request) {
  world_.send(
      "complete " + open.activity->node_id + " item " + std::to_string(open.item->id.value()) +
          " by " + std::to_string(caller.principal.user.value()) + " " +
          std::string(name(request.outcome)) + at(*open.instance),
      caller,
      [&world = world_, request](ports::WriteTransaction& transaction,
                                 const services::CallContext& context) -> Result<std::string> {
        CINNABAR_TRY(const services::Completed completed,
                     world.server->instances.complete(transaction, context, request));
        return std::to_string(completed.instance.value()) + " " +
               std::string(name(completed.state));
      });
}

void Actor::hand_over() {
  const auto open = open_items();
  if (open.empty()) return;
  const OpenItem& chosen = open[world_.below(open.size())];
  const WorkItemId item = chosen.item->id;
  const UserId by = who_decides(*chosen.item);
  const UserId to = any_user();
  const ProcessInstanceId id = chosen.instance->id;
  const std::string about = " item " + std::to_string(item.value()) + at(*chosen.instance);
  switch (world_.below(5)) {
    case 0:
      world_.apply("claim" + about, world_.as(by), id, process::Claim{item, {}});
      return;
    case 1:
      world_.apply("unclaim" + about, world_.as(by), id, process::Unclaim{item, {}});
      return;
    case 2:
      world_.apply("transfer" + about, world_.as(by), id,
                   process::Transfer{item, {}, to, false, "", Handover::transfer});
      return;
    case 3:
      world_.apply("delegate" + about, world_.as(by), id,
                   process::Delegate{item, {}, to, false, ""});
      return;
    default:
      world_.apply("resolve" + about, world_.as(by), id, process::Resolve{item, {}, ""});
  }
}

void Actor::change_participants() {
  const auto open = open_items();
  if (open.empty()) return;
  const OpenItem& chosen = open[world_.below(open.size())];
  const process::Instance& instance = *chosen.instance;
  const WorkItemId item = chosen.item->id;
  const services::CallContext by = world_.as(who_decides(*chosen.item));
  const std::string about = " item " + std::to_string(item.value()) + at(instance);
  switch (world_.below(8)) {
    case 0:
    case 1: {
      process::AddParticipants add;
      add.item = item;
      add.position = static_cast<AddedAs>(1 + world_.below(3));
      add.users = {any_user()};
      if (world_.chance(3)) add.users.push_back(any_user());
      world_.apply("add " + std::string(name(add.position)) + about, by, instance.id, add);
      return;
    }
    case 2:
      world_.apply("remove" + about, by, instance.id,
                   process::RemoveParticipant{item, {}, false, ""});
      return;
    case 3:
    case 4: {
      process::Return back;
      back.item = item;
      const std::uint64_t where = world_.below(4);
      back.to = where == 0 ? "" : where == 1 ? "$initiator" : any_node(instance, true);
      back.straight_back = world_.chance(3);
      world_.apply("return to '" + back.to + "'" + about, by, instance.id, back);
      return;
    }
    case 5:
      world_.apply("take back" + at(instance), world_.as(any_user()), instance.id,
                   process::TakeBack{});
      return;
    case 6:
      world_.apply("urge" + at(instance), by, instance.id, process::Urge{});
      return;
    default:
      world_.apply("notice" + at(instance), by, instance.id,
                   process::SendNotice{{}, {any_user(), any_user()}, "look"});
  }
}

void Actor::administrate() {
  const process::Instance* instance = any(!world_.chance(6));
  if (instance == nullptr) return;
  const services::CallContext admin = world_.as(world_.user("admin"));
  const ProcessInstanceId id = instance->id;
  const auto act = [&](const char* what, process::Command command, bool is_disturbing) {
    const Reply reply = world_.apply(what + at(*instance), admin, id, std::move(command));
    if (is_disturbing && reply.kind != Reply::Kind::refused) world_.is_disturbed.insert(id);
  };
  switch (world_.below(12)) {
    case 0:
    case 1:
      return act("suspend", process::Suspend{}, false);
    case 2:
    case 3:
      return act("resume", process::Resume{}, false);
    case 4: {
      process::Jump jump;
      jump.to = any_node(*instance, world_.chance(2));
      if (!instance->activities.empty() && world_.chance(2)) {
        jump.from = instance->activities[world_.below(instance->activities.size())].id;
      }
      return act("jump", jump, true);
    }
    case 5: {
      process::Reactivate again;
      again.to = any_node(*instance, true);
      return act("reactivate", again, true);
    }
    case 6:
      if (world_.chance(3)) act("terminate", process::Terminate{}, true);
      return;
    case 7:
      world_.apply("withdraw" + at(*instance), world_.as(instance->initiator), id,
                   process::Withdraw{});
      return;
    case 8: {
      if (!world_.chance(2)) return;
      const auto version = world_.deploy_again();
      if (!version || world_.has_failed()) return;
      process::Migrate migrate;
      migrate.definition = *version;
      return act("migrate", migrate, false);
    }
    default: {
      process::ChangeData change;
      change.fields = changes();
      change.variables = variables();
      return act("change data", change, false);
    }
  }
}

void Actor::handle_incident(const process::Instance& instance, const process::Incident& incident,
                            bool skip) {
  const services::CallContext admin = world_.as(world_.user("admin"));
  const std::string about = " incident at " + incident.node_id + at(instance);
  if (skip) {
    world_.apply("skip" + about, admin, instance.id,
                 process::SkipIncident{incident.id, {}, "", {}});
  } else {
    world_.apply("retry" + about, admin, instance.id, process::RetryIncident{incident.id, {}, 1});
  }
}

// ---- the world outside ----

std::vector<std::int64_t> Actor::lock_jobs(int count, Duration lock_for) {
  services::JobService::LockRequest request;
  request.types = {"work", "print"};
  request.worker = "w1";
  request.jobs_max = count;
  request.lock_for = lock_for;
  const Reply reply = world_.send(
      "lock jobs", world_.as(world_.user("admin")),
      [&world = world_, request](ports::WriteTransaction& transaction,
                                 const services::CallContext& context) -> Result<std::string> {
        CINNABAR_TRY(const auto jobs, world.server->jobs.lock(transaction, context, request));
        std::string text;
        for (const services::Job& job : jobs) text += std::to_string(job.id.value()) + ",";
        return text;
      });
  return numbers_of(reply.text);
}

void Actor::finish_job(std::int64_t job, int kind) {
  process::Command command;
  const WaitId wait{job};
  if (kind == 0) command = process::CompleteJob{wait, variables()};
  if (kind == 1) command = process::FailJob{wait, "no paper", std::nullopt, minutes(1)};
  if (kind == 2) command = process::ThrowJobError{wait, world_.chance(3) ? "E9" : "E1", "", {}};
  world_.send(
      "job " + std::to_string(job) + " " + std::to_string(kind), world_.as(world_.user("admin")),
      [&world = world_, wait, kind, command](
          ports::WriteTransaction& transaction,
          const services::CallContext& context) -> Result<std::string> {
        if (kind == 3) {
          CINNABAR_TRY(const Instant until,
                       world.server->jobs.extend(transaction, context, wait, "w1", hours(1)));
          return std::to_string(until.micros());
        }
        CINNABAR_TRY(const services::Applied applied,
                     world.server->jobs.finish(transaction, context, wait, "w1", command, "job"));
        return std::to_string(applied.instance.value());
      });
}

void Actor::work_on_jobs() {
  const auto jobs = lock_jobs(static_cast<int>(1 + world_.below(3)), minutes(5));
  for (const std::int64_t job : jobs) {
    const std::uint64_t dice = world_.below(8);
    // Now and then the worker is gone, and the lock ends by itself.
    if (dice == 7) world_.advance(minutes(6));
    finish_job(job, dice < 4 ? 0 : static_cast<int>(dice) - 4);
  }
}

void Actor::send_message(const std::string& name, const std::string& key) {
  services::EngineService::Message message{name, key, variables()};
  world_.send(
      "message " + name + "/" + key, world_.as(world_.user("admin")),
      [&world = world_, message](ports::WriteTransaction& transaction,
                                 const services::CallContext& context) -> Result<std::string> {
        CINNABAR_TRY(const services::Applied applied,
                     world.server->engine.correlate(transaction, context, message));
        return std::to_string(applied.instance.value());
      });
}

void Actor::send_signal(const std::string& name) {
  services::EngineService::Message signal{name, "", variables()};
  world_.send(
      "signal " + name, world_.as(world_.user("admin")),
      [&world = world_, signal](ports::WriteTransaction& transaction,
                                const services::CallContext& context) -> Result<std::string> {
        CINNABAR_CHECK_OK(world.server->engine.broadcast(transaction, context, signal));
        return std::string("sent");
      });
}

// ---- the adversary ----

void Actor::must_be_refused(const Reply& reply, const char* what) {
  if (reply.is_done()) world_.fail(what);
}

void Actor::misbehave() {
  switch (world_.below(4)) {
    case 0:
      return by_stranger();
    case 1:
      return of_the_past();
    case 2:
      return malformed();
    default:
      return world_.repeat(world_.below(20));
  }
}

// Somebody who has nothing to do with it.
void Actor::by_stranger() {
  const process::Instance* instance = any(false);
  if (instance == nullptr) return;
  const services::CallContext stranger = world_.as(world_.user("stranger"));
  WorkItemId item{1};
  const auto open = open_items();
  if (!open.empty()) item = open[world_.below(open.size())].item->id;
  const UserId to = world_.user("stranger");
  const process::Command commands[] = {
      process::Terminate{},
      process::Claim{item, {}},
      process::Transfer{item, {}, to, true, "", Handover::transfer},
      process::Delegate{item, {}, to, true, ""},
      process::AddParticipants{item, {}, AddedAs::before, {to}, "", true},
      process::Return{item, {}, "", false, true, "", {}},
      process::Withdraw{{}, true, ""},
      process::TakeBack{},
      process::Urge{},
      process::Suspend{},
      process::Resume{},
      process::Jump{{}, std::nullopt, any_node(*instance, true), ""},
      process::ChangeData{{}, changes(), variables()},
      process::SendNotice{{}, {to}, ""},
      process::FireTimer{WaitId{1}},
      process::CompleteCall{WaitId{1}, {}},
      process::Complete{},
      process::Start{},
  };
  const std::size_t which = world_.below(std::size(commands));
  must_be_refused(world_.apply("stranger " + std::to_string(which) + at(*instance), stranger,
                               instance->id, commands[which]),
                  "I10: a stranger was obeyed");
}

// Work items that were open once.
void Actor::of_the_past() {
  if (world_.seen_items.empty()) return;
  const auto [id, item] = world_.seen_items[world_.below(world_.seen_items.size())];
  for (const OpenItem& open : open_items()) {
    if (open.item->id == item) return;
  }
  const auto instance = world_.instance(id);
  if (!instance || instance->find_item(item) != nullptr) return;
  const services::CallContext admin = world_.as(world_.user("admin"));
  const process::Command commands[] = {
      process::Claim{item, {}},
      process::Transfer{item, {}, any_user(), false, "", Handover::transfer},
      process::Delegate{item, {}, any_user(), false, ""},
      process::AddParticipants{item, {}, AddedAs::parallel, {any_user()}, "", false},
      process::Return{item, {}, "", false, false, "", {}},
      process::RemoveParticipant{item, {}, false, ""},
  };
  const std::size_t which = world_.below(std::size(commands));
  must_be_refused(world_.apply("stale " + std::to_string(which), admin, id, commands[which]),
                  "I3: a closed work item was acted on");
}

void Actor::malformed() {
  const process::Instance* instance = any(true);
  if (instance == nullptr) return;
  const services::CallContext admin = world_.as(world_.user("admin"));
  const auto open = open_items();
  const WorkItemId item = open.empty() ? WorkItemId{} : open.front().item->id;
  const ProcessInstanceId mine = open.empty() ? instance->id : open.front().instance->id;
  const UserId nobody{kIdMax};
  const process::Command commands[] = {
      process::Jump{{}, std::nullopt, "no such node", ""},
      process::Jump{{}, ActivityInstanceId{kIdMax}, "n1", ""},
      process::Return{item, {}, "no such node", false, false, "", {}},
      process::Transfer{item, {}, nobody, false, "", Handover::transfer},
      process::AddParticipants{item, {}, AddedAs::before, {}, "", false},
      process::AddParticipants{item, {}, AddedAs::before, {nobody}, "", false},
      process::RetryIncident{IncidentId{kIdMax}, {}, 1},
      process::SkipIncident{IncidentId{kIdMax}, {}, "", {}},
      process::CompleteJob{WaitId{kIdMax}, {}},
      process::Migrate{{}, ProcessDefinitionId{kIdMax}, nullptr, {}},
      process::ReadNotice{NoticeId{kIdMax}, {}},
      process::Claim{WorkItemId{kIdMax}, {}},
  };
  const std::size_t which = world_.below(std::size(commands));
  must_be_refused(world_.apply("malformed " + std::to_string(which), admin, mine, commands[which]),
                  "I0: nonsense was accepted");
}

}  // namespace cinnabar::sim
