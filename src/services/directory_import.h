// Writes a directory package: groups and people are made, or updated by kind and key or by name;
// nobody is removed. Used by AdminService::import_directory only.
//
// Thread: inside one write command. Errors: invalid_argument with group_unknown, user_unknown or
// manager_cycle; already_exists (name_taken) for an e-mail address of somebody else.
#pragma once

#include "ports/store.h"
#include "services/package.h"
#include "services/people.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::services {

class DirectoryImport {
 public:
  DirectoryImport(ports::WriteTransaction& transaction, const People& people, Instant now);

  // `password_hashes` has one for each user, empty: the stored one stays.
  Status run(const DirectoryPackage& directory, const std::vector<std::string>& password_hashes);
  // Sees the people of the package as well.
  [[nodiscard]] std::optional<UserId> find_user(std::string_view name) const;

 private:
  Status place(const PackageGroup& group);
  Status place_heads(const PackageGroup& group);
  // People get their ids first: a manager may come later in the file.
  Status number(const PackageUser& user);
  Status place(const PackageUser& user, const std::string& password_hash);
  Status place_memberships(const PackageUser& user, UserId id);
  Status check_managers(const DirectoryPackage& directory) const;
  [[nodiscard]] std::optional<GroupId> find(GroupKind kind, const std::string& key) const;
  // The user named, or what is stored when there is no name; an empty name is nobody.
  [[nodiscard]] Result<std::optional<UserId>> person(const std::optional<std::string>& name,
                                                     std::optional<UserId> stored) const;

  ports::WriteTransaction& transaction_;
  const People& people_;
  Instant now_;
  std::map<std::pair<GroupKind, std::string>, GroupId> groups_;
  std::map<std::string, UserId> users_;  // by name in lower case
};

}  // namespace cinnabar::services
