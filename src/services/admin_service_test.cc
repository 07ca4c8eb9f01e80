#include "services/admin_service.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::kTwoTasks;
using testing::values;
using testing::World;

TEST(AdminService, deploying_the_same_again_changes_nothing) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const auto before = world.catalog.current()->process(process)->current->id;
  EXPECT_EQ(world.deploy(kTwoTasks), process);
  EXPECT_EQ(world.catalog.current()->process(process)->current->id, before);
}

TEST(AdminService, a_new_version_keeps_ids_names_and_running_instances) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const std::string uuid = world.catalog.current()->process(process)->uuid;
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "old"}})));
  const std::string shorter = R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="x"/>
    <userTask id="x" name="X"><extensionElements><c:participants groups="it"/></extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="x" targetRef="end"/><endEvent id="end"/>)";
  EXPECT_EQ(world.deploy(shorter), process);
  EXPECT_EQ(world.catalog.current()->process(process)->uuid, uuid);
  EXPECT_EQ(world.catalog.current()->process(process)->current->version, 2);
  EXPECT_EQ(world.catalog.current()->find_external("door", "path", "path-p"), process.value());
  // The old instance goes on where its own version says.
  const auto open = world.open(process, 1);
  ASSERT_EQ(open.size(), 1u);
  ASSERT_TRUE(world.complete("bob", open[0].activity));
  EXPECT_EQ(world.open(process, 1)[0].node_name, "B");
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "new"}})));
  EXPECT_EQ(world.open(process, 2)[0].node_name, "X");
}

TEST(AdminService, a_name_of_another_package_is_refused_as_a_whole) {
  World world;
  world.deploy(kTwoTasks);
  const auto processes = world.catalog.current()->processes().size();
  Package package;
  package.key = "thief";
  package.name = "Thief";
  package.document = "{}";
  const auto& current = *world.catalog.current()->processes().begin()->second.current;
  PackageForm form;
  form.form = *current.form;
  form.document = "{}";
  package.forms.push_back(form);
  PackageProcess process;
  process.key = "t";
  process.name = "T";
  process.form_key = form.form.key;
  process.external = {{"door", "path", "path-p"}};
  package.processes.push_back(process);
  const auto deployed = world.admin.deploy(package);
  ASSERT_FALSE(deployed);
  EXPECT_EQ(deployed.error().reason, reasons::kNameTaken);
  ASSERT_TRUE(world.catalog.reload(world.store));
  EXPECT_EQ(world.catalog.current()->processes().size(), processes);
}

TEST(AdminService, groups_and_people_number_from_one_and_keep_their_ids) {
  World world;
  const auto people = world.people.current();
  EXPECT_EQ(people->find_group(GroupKind::group, "it"), GroupId{1});
  EXPECT_EQ(people->find_user("ADMIN"), UserId{1});
  DirectoryPackage more;
  PackageUser user;
  user.name = "alice";
  user.display_name = "Alice A.";
  user.email = "alice@example.com";
  more.users.push_back(std::move(user));
  ASSERT_TRUE(world.admin.import_directory(more));
  const User* alice = world.people.current()->user_by_name("alice");
  EXPECT_EQ(alice->id, people->user_by_name("alice")->id);
  EXPECT_EQ(alice->display_name, "Alice A.");
  EXPECT_TRUE(world.sessions.check_password("alice", Secret("alice"))) << "the password is kept";
}

}  // namespace
}  // namespace cinnabar::services
