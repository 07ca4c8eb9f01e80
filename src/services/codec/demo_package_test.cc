#include "services/codec/package_codec.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace cinnabar::services::codec {
namespace {

namespace fs = std::filesystem;

fs::path demo_folder() {
  return fs::path{CINNABAR_SOURCE_DIR} / "examples" / "demo";
}

std::string read_file(const fs::path& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

PackageFiles read_folder(const fs::path& folder) {
  PackageFiles files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator{folder}) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().lexically_relative(folder).generic_string()] = read_file(entry.path());
  }
  return files;
}

std::map<std::string, ReadPackage> demo_packages() {
  std::map<std::string, ReadPackage> packages;
  for (const fs::directory_entry& entry : fs::directory_iterator{demo_folder() / "apps"}) {
    packages[entry.path().filename().string()] = read_package(read_folder(entry.path()));
  }
  return packages;
}

DirectoryPackage demo_directory() {
  ReadDirectory read = read_directory(read_file(demo_folder() / "directory.json"));
  for (const PackageFinding& finding : read.findings) ADD_FAILURE() << to_string(finding);
  return read.directory.value_or(DirectoryPackage{});
}

TEST(DemoPackages, every_package_is_without_findings) {
  const auto packages = demo_packages();
  ASSERT_GE(packages.size(), 4U);
  for (const auto& [folder, read] : packages) {
    for (const PackageFinding& finding : read.findings) {
      ADD_FAILURE() << folder << ": " << to_string(finding);
    }
    ASSERT_TRUE(read.package) << folder;
    EXPECT_EQ(read.package->key, folder);
  }
}

TEST(DemoPackages, external_names_are_given_once_over_all_packages) {
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  std::set<std::string> paths;
  const auto expect_new = [&](const std::vector<ExternalName>& names) {
    for (const ExternalName& name : names) {
      EXPECT_TRUE(seen.emplace(name.door, name.kind, name.external).second) << name.external;
      if (name.kind == "api_path") paths.insert(name.external);
    }
  };
  for (const auto& [folder, read] : demo_packages()) {
    ASSERT_TRUE(read.package) << folder;
    expect_new(read.package->external);
    for (const PackageForm& form : read.package->forms) expect_new(form.external);
    for (const PackageProcess& process : read.package->processes) expect_new(process.external);
  }
  for (const std::string path : {"problem-management-demo", "quick-ticket-demo",
                                 "change-review-demo", "leave-approval-demo", "validated-demo"}) {
    EXPECT_TRUE(paths.contains(path)) << path;
  }
}

TEST(DemoPackages, groups_that_packages_name_are_in_the_directory) {
  const DirectoryPackage directory = demo_directory();
  ASSERT_FALSE(directory.groups.empty());
  EXPECT_EQ(directory.groups.front().key, "資訊服務組");
  std::set<std::pair<GroupKind, std::string>> groups;
  for (const PackageGroup& group : directory.groups) groups.emplace(group.kind, group.key);
  for (const auto& [folder, read] : demo_packages()) {
    ASSERT_TRUE(read.package) << folder;
    for (const PackagePermission& permission : read.package->permissions) {
      EXPECT_TRUE(groups.contains({permission.kind, permission.group})) << permission.group;
    }
  }
}

TEST(DemoPackages, people_have_their_name_as_password_and_one_is_administrator) {
  const DirectoryPackage directory = demo_directory();
  std::vector<std::string> administrators;
  std::vector<std::string> names;
  for (const PackageUser& user : directory.users) {
    names.push_back(user.name);
    EXPECT_EQ(user.password.reveal(), user.name);
    if (user.administrator) administrators.push_back(user.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"admin", "alice", "bob", "carol", "dave"}));
  EXPECT_EQ(administrators, (std::vector<std::string>{"admin"}));
}

}  // namespace
}  // namespace cinnabar::services::codec
