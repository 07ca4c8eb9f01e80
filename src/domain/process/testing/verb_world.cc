#include "domain/process/testing/verb_world.h"

#include "base/assert.h"
#include "domain/process/votes.h"

#include <algorithm>
#include <set>

namespace cinnabar::process::testing {

expr::Expression feel(const std::string& text) {
  auto parsed = expr::Expression::parse(text);
  CINNABAR_ASSERT(parsed.has_value());
  return *std::move(parsed);
}

NodeIndex ProcessBuilder::index(const std::string& id) const {
  const auto it = std::ranges::find(definition_.nodes, id, &Node::id);
  CINNABAR_ASSERT(it != definition_.nodes.end());
  return static_cast<NodeIndex>(it - definition_.nodes.begin());
}

Node& ProcessBuilder::at(const std::string& id) {
  return definition_.nodes[index(id)];
}

ProcessBuilder& ProcessBuilder::in(const std::string& sub_process) {
  if (sub_process.empty()) {
    scope_ = 0;
    return *this;
  }
  const auto* inner = at(sub_process).get<SubProcess>();
  CINNABAR_ASSERT(inner != nullptr);
  scope_ = inner->body;
  return *this;
}

ProcessBuilder& ProcessBuilder::node(const std::string& id, NodeKind kind, NodeSettings settings) {
  Node node;
  node.id = id;
  node.name = id;
  node.kind = kind;
  node.scope = scope_;
  node.settings = std::move(settings);
  definition_.nodes.push_back(std::move(node));
  return *this;
}

ProcessBuilder& ProcessBuilder::start(const std::string& id) {
  return node(id, NodeKind::start_event, EventNode{});
}

ProcessBuilder& ProcessBuilder::end(const std::string& id) {
  return node(id, NodeKind::end_event, EventNode{});
}

ProcessBuilder& ProcessBuilder::task(const std::string& id, std::vector<ParticipantRule> people,
                                     CompletionRule completion) {
  UserTask task;
  task.participants = std::move(people);
  task.completion = std::move(completion);
  return node(id, NodeKind::user_task, std::move(task));
}

ProcessBuilder& ProcessBuilder::sub(const std::string& id, Loop loop, bool is_triggered_by_event) {
  SubProcess inner;
  inner.body = static_cast<ScopeIndex>(definition_.scopes.size());
  inner.is_triggered_by_event = is_triggered_by_event;
  node(id, NodeKind::sub_process, inner);
  at(id).loop = std::move(loop);
  ScopeDefinition scope;
  scope.owner = index(id);
  definition_.scopes.push_back(std::move(scope));
  return *this;
}

ProcessBuilder& ProcessBuilder::boundary(const std::string& id, const std::string& host,
                                         Trigger trigger, bool is_interrupting) {
  EventNode event;
  event.trigger = std::move(trigger);
  event.is_interrupting = is_interrupting;
  event.attached_to = index(host);
  return node(id, NodeKind::boundary_event, std::move(event));
}

ProcessBuilder& ProcessBuilder::flow(const std::string& from, const std::string& to,
                                     const std::string& condition) {
  SequenceFlow flow;
  flow.id = from + "->" + to;
  while (std::ranges::find(definition_.flows, flow.id, &SequenceFlow::id) !=
         definition_.flows.end()) {
    flow.id += "'";
  }
  flow.source = index(from);
  flow.target = index(to);
  if (!condition.empty()) flow.condition = feel(condition);
  const auto at = static_cast<FlowIndex>(definition_.flows.size());
  definition_.nodes[flow.source].outgoing.push_back(at);
  definition_.nodes[flow.target].incoming.push_back(at);
  definition_.flows.push_back(std::move(flow));
  return *this;
}

ProcessBuilder& ProcessBuilder::otherwise(const std::string& from, const std::string& to) {
  flow(from, to);
  at(from).default_flow = static_cast<FlowIndex>(definition_.flows.size() - 1);
  return *this;
}

ProcessBuilder& ProcessBuilder::path(const std::vector<std::string>& ids) {
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) flow(ids[i], ids[i + 1]);
  return *this;
}

std::shared_ptr<const ProcessDefinition> ProcessBuilder::build() {
  auto built = std::make_shared<ProcessDefinition>(definition_);
  built->finish();
  return built;
}

namespace {

class Order {
 public:
  Order(const ProcessDefinition& definition, const Instance& instance)
      : definition_(definition), instance_(instance) {}

  std::vector<std::string> run() {
    std::set<std::pair<ActivityInstanceId, std::string>> places;
    for (const ActivityInstance& activity : instance_.activities) {
      check_activity(activity);
      const bool is_one =
          activity.role == ActivityRole::plain || activity.role == ActivityRole::loop_body;
      if (is_one && !places.emplace(activity.parent, activity.node_id).second) {
        fail(activity.node_id + " is alive twice in one scope");
      }
    }
    for (const Wait& wait : instance_.waits) {
      if (!is_alive(wait.owner)) fail("the owner of a wait of " + wait.node_id + " is gone");
    }
    for (const Incident& incident : instance_.incidents) {
      if (!is_alive(incident.scope) || !is_alive(incident.activity)) {
        fail("an incident at " + incident.node_id + " outlives what it is about");
      }
    }
    for (const auto& [key, count] : instance_.arrivals) {
      if (!is_alive(std::get<0>(key))) fail("an arrival at " + std::get<1>(key) + " is lost");
      if (count != 1) fail(std::get<1>(key) + " has several arrivals along one flow");
    }
    const bool is_over = has_ended(instance_.state);
    const bool is_empty = instance_.activities.empty() && instance_.arrivals.empty() &&
                          instance_.waits.empty() && instance_.incidents.empty();
    if (is_over && !is_empty) fail("the instance has ended with something alive");
    if (!is_over && instance_.activities.empty() && instance_.arrivals.empty() &&
        instance_.incidents.empty()) {
      fail("the instance goes on with nothing alive");
    }
    return std::move(findings_);
  }

 private:
  void fail(std::string what) { findings_.push_back(std::move(what)); }
  [[nodiscard]] bool is_alive(ActivityInstanceId id) const {
    return !id.is_assigned() || instance_.find_activity(id) != nullptr;
  }

  void check_activity(const ActivityInstance& activity) {
    const auto index = definition_.find_node(activity.node_id);
    if (!index || !is_alive(activity.parent)) {
      fail(activity.node_id + " has no place");
      return;
    }
    const Node& node = definition_.node(*index);
    const ActivityInstanceId scope = instance_.scope_of(activity);
    const ActivityInstance* around = instance_.find_activity(scope);
    const auto owner = definition_.scope(node.scope).owner;
    const bool is_in_place =
        owner ? around != nullptr && around->node_id == definition_.node(*owner).id
              : around == nullptr;
    if (!is_in_place && activity.role != ActivityRole::compensation) {
      fail(activity.node_id + " runs in another scope than its own");
    }
    const UserTask* task = node.user_task();
    if (task == nullptr || activity.role == ActivityRole::loop_body) return;
    const std::vector<bool> held = held_items(task->completion, activity);
    bool is_anybody_asked = activity.work_items.empty();
    for (std::size_t i = 0; i < held.size(); ++i) {
      const WorkItem& item = activity.work_items[i];
      if (item.state != WorkItemState::open) continue;
      if (item.waiting != held[i]) fail(activity.node_id + ": a turn is wrong");
      is_anybody_asked = is_anybody_asked || !item.waiting;
    }
    if (!is_anybody_asked) fail(activity.node_id + ": nobody is asked");
    if (activity_outcome(*task, activity, std::nullopt)) {
      fail(activity.node_id + " is decided and still open");
    }
    const bool is_stuck = std::ranges::any_of(
        instance_.incidents, [&](const Incident& i) { return i.activity == activity.id; });
    if (activity.work_items.empty() && !is_stuck) fail(activity.node_id + " asks nobody");
  }

  const ProcessDefinition& definition_;
  const Instance& instance_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> disorder_of(const ProcessDefinition& definition,
                                     const Instance& instance) {
  return Order(definition, instance).run();
}

VerbWorld::VerbWorld()
    : ann(people.add_user("ann")),
      bob(people.add_user("bob")),
      cat(people.add_user("cat")),
      dan(people.add_user("dan")),
      eve(people.add_user("eve")),
      adm(people.add_user("adm")),
      team(people.add_group("team", {bob, cat})) {
  people.add_administrator(adm);
  form.key = "f";
  form::Field title;
  title.id = "title";
  title.type = form::FieldType::text;
  form.fields.push_back(title);
}

void VerbWorld::deploy(std::shared_ptr<const ProcessDefinition> definition) {
  definition_ = std::move(definition);
  instance_ = {};
  events_.clear();
}

std::string VerbWorld::apply(const Command& command) {
  Environment environment;
  environment.now = now;
  environment.directory = &people;
  environment.ids = &ids_;
  environment.utc_offset = offset;
  environment.calendar = calendar;
  auto decision = decide(*definition_, form, instance_, command, environment);
  if (!decision) return std::string(decision.error().reason.name);
  Instance folded = instance_;
  for (const Event& event : decision->events) evolve(folded, event);
  if (!(folded == decision->after))
    findings.emplace_back("the fold of the events is not the state");
  events_ = std::move(decision->events);
  instance_ = std::move(decision->after);
  // Of a migration, the caller deploys the target.
  if (const auto* migrate = std::get_if<Migrate>(&command)) {
    definition_ = std::make_shared<ProcessDefinition>(*migrate->target);
  }
  for (std::string& what : disorder_of(*definition_, instance_))
    findings.push_back(std::move(what));
  return {};
}

std::string VerbWorld::start(std::vector<UserId> chosen) {
  Start command;
  command.instance = ProcessInstanceId{1};
  command.definition = ProcessDefinitionId{2};
  command.initiator = ann;
  command.chosen = std::move(chosen);
  return apply(command);
}

std::string VerbWorld::stands_at() const {
  std::string out;
  for (const ActivityInstance& at : instance_.activities) {
    if (at.role != ActivityRole::plain && at.role != ActivityRole::loop_body) continue;
    out += (out.empty() ? "" : " ") + at.node_id;
  }
  return out;
}

ActivityInstanceId VerbWorld::activity(const std::string& node) const {
  for (const ActivityInstance& at : instance_.activities) {
    if (at.node_id == node && at.role != ActivityRole::loop_body) return at.id;
  }
  return {};
}

WorkItemId VerbWorld::item(UserId user, const std::string& node) const {
  for (const ActivityInstance& at : instance_.activities) {
    if (!node.empty() && at.node_id != node) continue;
    for (const WorkItem& item : at.work_items) {
      if (item.state == WorkItemState::open && item.assignee == user) return item.id;
    }
  }
  return {};
}

std::string VerbWorld::asked(const std::string& node) const {
  std::string out;
  for (const ActivityInstance& at : instance_.activities) {
    if (at.node_id != node) continue;
    for (const WorkItem& item : at.work_items) {
      if (item.state != WorkItemState::open) continue;
      out += out.empty() ? "" : " ";
      out += item.assignee.is_assigned() ? people.user_name(item.assignee)
                                         : "-" + people.group_key(item.group);
      if (item.waiting) out += "(waits)";
    }
  }
  return out;
}

std::string VerbWorld::decide_as(UserId user, Outcome outcome, const std::string& node) {
  Complete command;
  command.by = user;
  command.outcome = outcome;
  const WorkItemId own = item(user, node);
  const ActivityInstance* at = instance_.find_activity_of(own);
  if (own.is_assigned() && at != nullptr) {
    command.item = own;
    command.activity = at->id;
  } else if (!node.empty()) {
    command.activity = activity(node);
  } else if (!instance_.activities.empty()) {
    command.activity = instance_.activities.back().id;
  }
  return apply(command);
}

std::string VerbWorld::send_back(UserId user, const std::string& to, bool straight_back) {
  Return command;
  command.item = item(user);
  command.by = user;
  command.to = to;
  command.straight_back = straight_back;
  return apply(command);
}

std::string VerbWorld::add(UserId by, AddedAs position, std::vector<UserId> users) {
  AddParticipants command;
  command.item = item(by);
  command.by = by;
  command.position = position;
  command.users = std::move(users);
  return apply(command);
}

}  // namespace cinnabar::process::testing
