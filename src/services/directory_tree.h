// A whole tree of departments that replaces the one below a root: first planned, which needs no
// store, then written. Private to the directory service.
#pragma once

#include "services/directory_service.h"

#include <map>
#include <string>
#include <vector>

namespace cinnabar::services {

class DepartmentTree {
 public:
  // invalid_argument (parent_unknown, argument_malformed), already_exists (name_taken for a key
  // that comes twice, sibling_name_taken), failed_precondition (group_cycle, group_too_deep,
  // group_is_root for a root below something).
  static Result<DepartmentTree> plan(const NewDepartment& root,
                                     const std::vector<DepartmentImport>& departments);
  // Gives the id of the root.
  Result<GroupId> write(DirectoryChange& change) const;

 private:
  struct Node {
    std::string key;
    std::string display_name;
    std::size_t parent = 0;  // index; that of the root is its own
    std::int64_t sequence = 0;
  };

  Status add_all(const std::vector<DepartmentImport>& departments);
  Status check_shape() const;
  Status check_names() const;
  Status remove_others(DirectoryChange& change, const std::vector<GroupId>& ids) const;

  std::vector<Node> nodes_;  // the root first
};

}  // namespace cinnabar::services
