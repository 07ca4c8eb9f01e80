// The departments of the directory service.
#include "ports/schema.h"
#include "services/directory_change.h"
#include "services/directory_rules.h"
#include "services/directory_service.h"
#include "services/directory_tree.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <set>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

Error parent_unknown(const std::string& subject) {
  return make_error(Code::invalid_argument, reasons::kParentUnknown,
                    "no such department to be above", subject);
}

Error too_deep() {
  return make_error(
      Code::failed_precondition, reasons::kGroupTooDeep,
      "departments have at most " + std::to_string(limits::kDepartmentLevelsMax) + " levels");
}

// Levels from the top to the department, itself counted.
std::int32_t level_of(const People& people, std::optional<GroupId> department) {
  std::int32_t level = 0;
  while (department && level <= limits::kDepartmentLevelsMax) {
    ++level;
    department = people.parent_of(*department);
  }
  return level;
}

// Levels of the tree that begins with the department; more than the limit are not counted.
std::int32_t height_of(const People& people, GroupId department) {
  std::vector<GroupId> row{department};
  std::int32_t height = 0;
  while (!row.empty() && height <= limits::kDepartmentLevelsMax) {
    ++height;
    std::vector<GroupId> below;
    for (const GroupId each : row) {
      const auto& children = people.children_of(each);
      below.insert(below.end(), children.begin(), children.end());
    }
    row = std::move(below);
  }
  return height;
}

bool is_below(const People& people, GroupId department, GroupId above) {
  std::optional<GroupId> at = department;
  for (std::int32_t i = 0; at && i <= limits::kDepartmentLevelsMax; ++i) {
    if (*at == above) return true;
    at = people.parent_of(*at);
  }
  return false;
}

Status check_sibling_names(const DirectoryChange& change, const Group& department) {
  for (const GroupId id : change.people->children_of(department.parent)) {
    const Group* sibling = change.people->group(id);
    const bool is_same = sibling != nullptr && id != department.id &&
                         sibling->kind == GroupKind::department &&
                         sibling->display_name == department.display_name;
    if (is_same) {
      return make_error(Code::already_exists, reasons::kSiblingNameTaken,
                        "a department beside it has this name", department.display_name);
    }
  }
  return {};
}

std::int64_t sequence_at_end(const People& people, std::optional<GroupId> parent) {
  const auto& siblings = people.children_of(parent);
  const Group* last = siblings.empty() ? nullptr : people.group(siblings.back());
  return last == nullptr ? 1 : last->sequence + 1;
}

Status move_below(const DirectoryChange& change, Group& department, GroupId parent) {
  if (!change.check_named(parent, GroupKind::department)) {
    return parent_unknown(std::to_string(parent.value()));
  }
  if (!department.parent) {
    return make_error(Code::failed_precondition, reasons::kGroupIsRoot,
                      "the root has nothing above it", department.key);
  }
  if (is_below(*change.people, parent, department.id)) {
    return make_error(Code::failed_precondition, reasons::kGroupCycle,
                      "a department cannot be below itself", department.key);
  }
  if (level_of(*change.people, parent) + height_of(*change.people, department.id) >
      limits::kDepartmentLevelsMax) {
    return too_deep();
  }
  if (department.parent != parent) department.sequence = sequence_at_end(*change.people, parent);
  department.parent = parent;
  return {};
}

}  // namespace

Result<GroupId> DirectoryService::create_department(const CallContext& context,
                                                    const NewDepartment& wanted) {
  CINNABAR_TRY(
      const std::int64_t id,
      change(context, {"create", "department"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_CHECK_OK(check_display_name(wanted.display_name, "display_name"));
               CINNABAR_CHECK_OK(change.check_room(0, 1));
               if (wanted.parent && !change.check_named(*wanted.parent, GroupKind::department)) {
                 return parent_unknown(std::to_string(wanted.parent->value()));
               }
               if (level_of(*change.people, wanted.parent) >= limits::kDepartmentLevelsMax) {
                 return too_deep();
               }
               Group made;
               CINNABAR_TRY(made.id, change.new_group_id());
               made.kind = GroupKind::department;
               CINNABAR_TRY(made.key, change.group_key(made.kind, wanted.key, made.id));
               made.display_name = wanted.display_name;
               made.parent = wanted.parent;
               made.sequence = sequence_at_end(*change.people, wanted.parent);
               made.created_at = change.now;
               CINNABAR_CHECK_OK(check_sibling_names(change, made));
               change.put(made);
               return made.id.value();
             }));
  return GroupId{id};
}

Status DirectoryService::update_department(const CallContext& context, GroupId id,
                                           const DepartmentDetails& details) {
  return run(context, {"update", "department"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_TRY(Group department, change.group(id, GroupKind::department));
               if (details.display_name) {
                 CINNABAR_CHECK_OK(check_display_name(*details.display_name, "display_name"));
                 department.display_name = *details.display_name;
               }
               if (details.parent && details.parent != department.parent) {
                 CINNABAR_CHECK_OK(move_below(change, department, *details.parent));
               }
               if (details.sequence) department.sequence = *details.sequence;
               CINNABAR_CHECK_OK(check_sibling_names(change, department));
               change.put(department);
               return id.value();
             });
}

Status DirectoryService::delete_department(const CallContext& context, GroupId id) {
  return run(context, {"delete", "department"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_TRY(const Group department, change.group(id, GroupKind::department));
               if (!department.parent) {
                 return make_error(Code::failed_precondition, reasons::kGroupIsRoot,
                                   "the root stays", department.key);
               }
               if (!change.people->children_of(id).empty()) {
                 return make_error(Code::failed_precondition, reasons::kGroupHasGroups,
                                   "there are departments below it", department.key);
               }
               if (!change.people->members(id).empty()) {
                 return make_error(Code::failed_precondition, reasons::kGroupHasMembers,
                                   "it has members", department.key);
               }
               CINNABAR_CHECK_OK(change.erase(id));
               return id.value();
             });
}

Status DirectoryService::set_heads(const CallContext& context, GroupId id,
                                   const std::vector<UserId>& heads) {
  if (heads.size() > limits::kGroupHeadsMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many heads", "heads");
  }
  return run(context, {"set_heads", "department"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_TRY(const Group department, change.group(id, GroupKind::department));
               const std::set<UserId> kept(heads.begin(), heads.end());
               for (const UserId old : change.people->heads_of(id)) {
                 if (kept.contains(old)) continue;
                 change.transaction.erase(schema::group_head::kTable, {cell(id), cell(old)});
               }
               std::set<UserId> placed;
               std::int64_t sequence = 0;
               for (const UserId head : heads) {
                 CINNABAR_CHECK_OK(change.check_named(head));
                 if (!placed.insert(head).second) continue;
                 change.transaction.put(schema::group_head::kTable,
                                        {cell(id), cell(head), cell(++sequence)});
               }
               return id.value();
             });
}

Status DirectoryService::replace_departments(const CallContext& context, const NewDepartment& root,
                                             const std::vector<DepartmentImport>& departments) {
  if (departments.size() > limits::kImportGroupsMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many departments",
                      "departments");
  }
  CINNABAR_TRY(const DepartmentTree tree, DepartmentTree::plan(root, departments));
  return run(context, {"import", "departments"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_TRY(const GroupId id, tree.write(change));
               return id.value();
             });
}

}  // namespace cinnabar::services
