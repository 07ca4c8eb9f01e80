#include "services/current_position.h"

#include <algorithm>
#include <vector>

namespace cinnabar::services {
namespace {

using process::ActivityInstance;

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ',';
    out += name;
  }
  return out;
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
}

bool is_offered(const process::WorkItem& item) {
  return item.state == WorkItemState::open && !item.waiting;
}

// Somebody has it, or the instance waits there: not what only holds other activities.
bool is_standing(const process::ProcessDefinition& graph, const ActivityInstance& activity,
                 bool by_people) {
  if (activity.role == process::ActivityRole::loop_body) return false;
  const auto node = graph.find_node(activity.node_id);
  if (!node || graph.node(*node).kind == process::NodeKind::sub_process) return false;
  return !by_people || std::ranges::any_of(activity.work_items, is_offered);
}

std::string assignee_of(const People& people, const process::WorkItem& item) {
  if (item.assignee.is_assigned()) return person_label(people, item.assignee);
  const Group* group = people.group(item.group);
  return group == nullptr ? std::string() : group->display_name;
}

}  // namespace

CurrentPosition current_position(const process::Instance& instance,
                                 const process::ProcessDefinition& graph, const People& people) {
  CurrentPosition out;
  if (has_ended(instance.state)) return out;
  std::vector<std::string> nodes;
  std::vector<std::string> assignees;
  const auto look = [&](bool by_people) {
    for (const ActivityInstance& activity : instance.activities) {
      if (!is_standing(graph, activity, by_people)) continue;
      if (out.node_id.empty()) out.node_id = activity.node_id;
      add_once(nodes, graph.node(*graph.find_node(activity.node_id)).name);
      for (const process::WorkItem& item : activity.work_items) {
        if (is_offered(item) && assignees.size() < kAssigneesShown) {
          add_once(assignees, assignee_of(people, item));
        }
      }
    }
  };
  look(true);
  if (out.node_id.empty()) look(false);
  out.node_names = join(nodes);
  out.assignees = join(assignees);
  return out;
}

GroupId position_of(const People& people, UserId user) {
  for (const GroupId id : people.groups_of(user)) {
    const Group* group = people.group(id);
    if (group != nullptr && group->kind == GroupKind::position) return id;
  }
  return {};
}

std::string person_label(const People& people, UserId user) {
  const User* person = people.user(user);
  if (person == nullptr) return {};
  const Group* position = people.group(position_of(people, user));
  if (position == nullptr) return person->display_name;
  return position->display_name + "-" + person->display_name;
}

}  // namespace cinnabar::services
