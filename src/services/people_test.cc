#include "services/people.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

// Departments "house" > "sales"; alice works in sales and, less, in "stock"; bob is her manager,
// carol his; carol leads sales, dave the house.
void import_organisation(World& world, const std::function<void(DirectoryPackage&)>& change = {}) {
  DirectoryPackage package;
  const auto department = [&](const char* key, const char* parent, const char* head) {
    PackageGroup group{GroupKind::department, key, key, "", parent};
    if (head != nullptr) group.heads = {head};
    package.groups.push_back(std::move(group));
  };
  department("house", "", "dave");
  department("stock", "house", nullptr);
  department("sales", "house", "carol");
  const auto person = [&](const char* name, const char* manager) {
    PackageUser user;
    user.name = name;
    user.display_name = name;
    user.administrator = std::string_view(name) == "admin";
    if (manager != nullptr) user.manager = manager;
    package.users.push_back(std::move(user));
  };
  person("alice", "bob");
  person("bob", "carol");
  person("carol", nullptr);
  person("dave", nullptr);
  package.users[0].groups = {{GroupKind::department, "sales"}, {GroupKind::department, "stock"}};
  if (change) change(package);
  const Status imported = world.admin.import_directory(package);
  ASSERT_TRUE(imported) << to_string(imported.error());
}

// Who is asked when alice starts a process with that rule; with the person somebody acts for.
std::string asked(World& world, const std::string& rule) {
  const std::string body =
      R"(<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
      <userTask id="a" name="A"><extensionElements><c:participants )" +
      rule + R"(/></extensionElements></userTask>
      <sequenceFlow id="f2" sourceRef="a" targetRef="end"/><endEvent id="end"/>)";
  const ProcessId process = world.deploy(body);
  const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
  if (!started) return to_string(started.error());
  std::string names;
  for (const char* name : {"admin", "alice", "bob", "carol", "dave"}) {
    if (!world.inbox(name).empty()) names += std::string(names.empty() ? "" : " ") + name;
  }
  return names;
}

TEST(People, the_manager_of_the_initiator_is_asked) {
  World world;
  import_organisation(world);
  EXPECT_EQ(asked(world, R"(manager="1")"), "bob");
}

TEST(People, the_manager_two_levels_up_is_asked) {
  World world;
  import_organisation(world);
  EXPECT_EQ(asked(world, R"(manager="2")"), "carol");
}

TEST(People, the_head_of_the_main_department_is_asked) {
  World world;
  import_organisation(world);
  EXPECT_EQ(asked(world, R"(head="initiator")"), "carol");
}

TEST(People, the_head_of_the_department_above_is_asked) {
  World world;
  import_organisation(world);
  EXPECT_EQ(asked(world, R"(head="initiator" above="1")"), "dave");
}

TEST(People, a_head_who_has_left_stands_behind_one_who_has_not) {
  World world;
  import_organisation(world, [](DirectoryPackage& package) {
    package.groups[2].heads = {"bob", "carol"};
    package.users[1].enabled = false;
  });
  EXPECT_EQ(asked(world, R"(head="initiator")"), "carol");
}

TEST(People, a_substitute_acts_while_somebody_is_absent) {
  World world;
  import_organisation(world, [&](DirectoryPackage& package) {
    package.users[1].substitute = "dave";
    package.users[1].absent_from = world.clock.now() - hours(1);
    package.users[1].absent_until = world.clock.now() + hours(1);
  });
  EXPECT_EQ(asked(world, R"(manager="1")"), "dave");
  ASSERT_TRUE(world.start("alice", world.catalog.current()->processes().begin()->first,
                          values({{"TITLE", "second"}})));
  EXPECT_EQ(world.inbox("dave").size(), 2U);
  world.clock.advance(hours(1));
  ASSERT_TRUE(world.start("alice", world.catalog.current()->processes().begin()->first,
                          values({{"TITLE", "third"}})));
  EXPECT_EQ(world.inbox("dave").size(), 2U) << "the absence is over";
  EXPECT_EQ(world.inbox("bob").size(), 1U);
}

TEST(People, what_an_import_does_not_tell_stays) {
  World world;
  import_organisation(world, [](DirectoryPackage& package) {
    package.users[1].substitute = "dave";
    package.users[1].absent_from = Instant{5};
  });
  DirectoryPackage again;
  again.groups.push_back({GroupKind::department, "sales", "Sales", "", ""});
  again.users.push_back({});
  again.users[0].name = again.users[0].display_name = "bob";
  ASSERT_TRUE(world.admin.import_directory(again));
  const auto people = world.people.current();
  const User* bob = people->user_by_name("bob");
  EXPECT_EQ(bob->manager, people->find_user("carol"));
  EXPECT_EQ(bob->substitute, people->find_user("dave"));
  EXPECT_EQ(bob->absent_from, Instant{5});
  const auto sales = people->find_group(GroupKind::department, "sales");
  EXPECT_EQ(people->head_of(*sales), people->find_user("carol"));
  EXPECT_EQ(people->group(*sales)->display_name, "Sales");
  // What it tells is so now.
  again.groups[0].heads = std::vector<std::string>();
  again.users[0].manager = "";
  ASSERT_TRUE(world.admin.import_directory(again));
  EXPECT_EQ(world.people.current()->head_of(*sales), std::nullopt);
  EXPECT_EQ(world.people.current()->manager_of(bob->id), std::nullopt);
}

TEST(People, nobody_is_a_manager_of_himself_over_steps) {
  World world;
  import_organisation(world);
  DirectoryPackage circle;
  circle.users.push_back({});
  circle.users[0].name = circle.users[0].display_name = "carol";
  circle.users[0].manager = "alice";
  const Status refused = world.admin.import_directory(circle);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, reasons::kManagerCycle);
  EXPECT_EQ(world.people.current()->manager_of(*world.people.current()->find_user("carol")),
            std::nullopt);
}

}  // namespace
}  // namespace cinnabar::services
