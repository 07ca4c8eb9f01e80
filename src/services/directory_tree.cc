#include "services/directory_tree.h"

#include "services/directory_change.h"
#include "services/directory_rules.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <set>
#include <unordered_map>

namespace cinnabar::services {

Result<DepartmentTree> DepartmentTree::plan(const NewDepartment& root,
                                            const std::vector<DepartmentImport>& departments) {
  DepartmentTree tree;
  tree.nodes_.push_back({root.key, root.display_name, 0, 1});
  CINNABAR_CHECK_OK(tree.add_all(departments));
  CINNABAR_CHECK_OK(tree.check_shape());
  CINNABAR_CHECK_OK(tree.check_names());
  return tree;
}

Status DepartmentTree::add_all(const std::vector<DepartmentImport>& departments) {
  std::unordered_map<std::string, std::size_t> places{{nodes_.front().key, 0}};
  std::set<std::size_t> given;
  std::vector<std::string> parents{{}};
  for (const DepartmentImport& department : departments) {
    CINNABAR_CHECK_OK(check_display_name(department.key, "key"));
    CINNABAR_CHECK_OK(check_display_name(department.display_name, "display_name"));
    const auto [place, is_new] = places.emplace(department.key, nodes_.size());
    if (!given.insert(place->second).second) {
      return make_error(Code::already_exists, reasons::kNameTaken, "a department is listed twice",
                        department.key);
    }
    if (place->second == 0) {
      if (!department.parent.empty()) {
        return make_error(Code::failed_precondition, reasons::kGroupIsRoot,
                          "the root has nothing above it", department.key);
      }
      nodes_.front().display_name = department.display_name;
      continue;
    }
    nodes_.push_back(
        {department.key, department.display_name, 0, static_cast<std::int64_t>(nodes_.size())});
    parents.push_back(department.parent);
  }
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    if (parents[i].empty()) continue;
    const auto parent = places.find(parents[i]);
    if (parent == places.end()) {
      return make_error(Code::invalid_argument, reasons::kParentUnknown,
                        "no such department to be above", parents[i]);
    }
    nodes_[i].parent = parent->second;
  }
  return {};
}

Status DepartmentTree::check_shape() const {
  std::vector<std::int32_t> levels(nodes_.size(), 0);
  levels.front() = 1;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    std::vector<std::size_t> path;
    std::size_t at = i;
    while (levels[at] == 0 && path.size() <= nodes_.size()) {
      path.push_back(at);
      at = nodes_[at].parent;
    }
    if (levels[at] == 0) {
      return make_error(Code::failed_precondition, reasons::kGroupCycle,
                        "a department cannot be below itself", nodes_[at].key);
    }
    std::int32_t level = levels[at];
    for (auto step = path.rbegin(); step != path.rend(); ++step) levels[*step] = ++level;
    if (level > limits::kDepartmentLevelsMax) {
      return make_error(
          Code::failed_precondition, reasons::kGroupTooDeep,
          "departments have at most " + std::to_string(limits::kDepartmentLevelsMax) + " levels",
          nodes_[i].key);
    }
  }
  return {};
}

Status DepartmentTree::check_names() const {
  std::set<std::pair<std::size_t, std::string>> names;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    if (!names.emplace(nodes_[i].parent, nodes_[i].display_name).second) {
      return make_error(Code::already_exists, reasons::kSiblingNameTaken,
                        "a department beside it has this name", nodes_[i].display_name);
    }
  }
  return {};
}

Result<GroupId> DepartmentTree::write(DirectoryChange& change) const {
  CINNABAR_CHECK_OK(change.check_room(0, nodes_.size()));
  std::vector<GroupId> ids;
  ids.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    auto known = change.people->find_group(GroupKind::department, node.key);
    if (!known) {
      CINNABAR_TRY(known, change.new_group_id());
    }
    ids.push_back(*known);
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    const Group* stored = change.people->group(ids[i]);
    Group group = stored != nullptr ? *stored : Group{};
    if (stored == nullptr) group.created_at = change.now;
    group.id = ids[i];
    group.kind = GroupKind::department;
    group.key = node.key;
    if (i > 0 || !node.display_name.empty()) group.display_name = node.display_name;
    if (group.display_name.empty()) group.display_name = node.key;
    group.parent = i == 0 ? std::nullopt : std::optional(ids[node.parent]);
    group.sequence = node.sequence;
    change.put(group);
  }
  CINNABAR_CHECK_OK(remove_others(change, ids));
  return ids.front();
}

Status DepartmentTree::remove_others(DirectoryChange& change,
                                     const std::vector<GroupId>& ids) const {
  const std::set<GroupId> kept(ids.begin(), ids.end());
  std::set<UserId> moved;
  for (const auto& [id, group] : change.people->groups()) {
    if (group.kind != GroupKind::department || kept.contains(id)) continue;
    for (const UserId member : change.people->all_members(id)) moved.insert(member);
    CINNABAR_CHECK_OK(change.erase(id));
  }
  for (const UserId user : moved) change.add_member(ids.front(), user);
  return {};
}

}  // namespace cinnabar::services
