#include "services/directory_service.h"

#include "ports/schema.h"
#include "services/rows.h"
#include "services/testing/world.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::World;

class DirectoryServiceTest : public ::testing::Test {
 protected:
  DirectoryServiceTest() {
    root = make("1", "House", std::nullopt);
    sales = make("2", "Sales", root);
    stock = make("3", "Stock", root);
  }

  GroupId make(const std::string& key, const std::string& name, std::optional<GroupId> parent) {
    const auto made = world.directory.create_department(admin(), {key, name, parent});
    EXPECT_TRUE(made) << to_string(made.error());
    return made.value_or(GroupId{});
  }
  UserId add(const std::string& name, const MemberDetails& details = {}) {
    const auto made = world.directory.create_member(admin(), name, details);
    EXPECT_TRUE(made) << to_string(made.error());
    return made.value_or(UserId{});
  }
  [[nodiscard]] CallContext admin() const { return world.as("admin"); }
  [[nodiscard]] UserId known(const char* name) const {
    return world.people.current()->find_user(name).value_or(UserId{});
  }
  template <typename T>
  static std::string reason(const Result<T>& result) {
    return result ? "done" : std::string(result.error().reason.name);
  }

  World world;
  GroupId root;
  GroupId sales;
  GroupId stock;
};

TEST_F(DirectoryServiceTest, a_member_has_departments_in_order_and_no_password) {
  const UserId eve = add("eve", {.display_name = "Eve", .departments = {{stock, sales}}});
  const auto people = world.people.current();
  EXPECT_EQ(people->user(eve)->display_name, "Eve");
  EXPECT_TRUE(people->user(eve)->password_hash.empty());
  EXPECT_EQ(people->departments_of(eve), (std::vector<GroupId>{stock, sales}));
  ASSERT_TRUE(world.directory.update_member(admin(), eve, {.departments = {{sales, root, sales}}}));
  EXPECT_EQ(world.people.current()->departments_of(eve), (std::vector<GroupId>{sales, root}));
  EXPECT_EQ(world.people.current()->user(eve)->display_name, "Eve") << "what is not given stays";
}

TEST_F(DirectoryServiceTest, groups_of_other_kinds_stay_when_departments_change) {
  const GroupId it = *world.people.current()->find_group(GroupKind::group, "it");
  ASSERT_TRUE(world.directory.update_member(admin(), known("alice"), {.departments = {{sales}}}));
  EXPECT_TRUE(world.people.current()->is_member(it, known("alice")));
  ASSERT_TRUE(world.directory.update_member(admin(), known("alice"),
                                            {.departments = {std::vector<GroupId>{}}}));
  EXPECT_TRUE(world.people.current()->is_member(it, known("alice")));
  EXPECT_TRUE(world.people.current()->departments_of(known("alice")).empty());
}

TEST_F(DirectoryServiceTest, names_of_members_are_checked) {
  EXPECT_EQ(reason(world.directory.create_member(admin(), "ALICE", {})), "name_taken");
  EXPECT_EQ(reason(world.directory.create_member(admin(), "a:b", {})), "argument_malformed");
  EXPECT_EQ(reason(world.directory.create_member(admin(), "a\nb", {})), "argument_malformed");
  EXPECT_EQ(reason(world.directory.create_member(admin(), std::string(201, 'x'), {})),
            "argument_malformed");
  EXPECT_EQ(reason(world.directory.create_member(admin(), "eve", {.display_name = " "})),
            "argument_malformed");
  EXPECT_EQ(reason(world.directory.create_member(admin(), "eve", {.email = "bob@example.com"})),
            "name_taken");
  EXPECT_EQ(
      reason(world.directory.create_member(admin(), "eve", {.departments = {{GroupId{999}}}})),
      "group_unknown");
  const GroupId it = *world.people.current()->find_group(GroupKind::group, "it");
  EXPECT_EQ(reason(world.directory.create_member(admin(), "eve", {.departments = {{it}}})),
            "group_unknown");
  EXPECT_EQ(world.people.current()->find_user("eve"), std::nullopt);
  const UserId made = add("");
  EXPECT_EQ(world.people.current()->user(made)->name, "u" + std::to_string(made.value()));
}

TEST_F(DirectoryServiceTest, who_leaves_cannot_sign_in_and_comes_back_as_the_same) {
  const UserId bob = known("bob");
  ASSERT_TRUE(world.sessions.check_password("bob", Secret("bob")));
  ASSERT_TRUE(world.directory.disable_members(admin(), {bob}));
  EXPECT_FALSE(world.sessions.check_password("bob", Secret("bob")));
  EXPECT_EQ(world.people.current()->user(bob)->left_at, world.clock.now());
  EXPECT_EQ(reason(world.directory.disable_members(admin(), {bob, UserId{999}})), "user_unknown");
  EXPECT_EQ(add("bob", {.display_name = "Bob again"}), bob);
  EXPECT_TRUE(world.people.current()->user(bob)->enabled);
  EXPECT_EQ(world.people.current()->user(bob)->left_at, std::nullopt);
}

TEST_F(DirectoryServiceTest, one_administrator_stays) {
  EXPECT_EQ(reason(world.directory.disable_members(admin(), {known("bob"), known("admin")})),
            "last_administrator");
  EXPECT_TRUE(world.people.current()->user(known("bob"))->enabled) << "all of them or none";
}

TEST_F(DirectoryServiceTest, a_deleted_member_is_nobody_any_more_and_frees_the_name) {
  const UserId bob = known("bob");
  ASSERT_TRUE(world.directory.set_heads(admin(), sales, {bob}));
  EXPECT_EQ(reason(world.directory.delete_member(admin(), bob)), "not_permitted");
  ASSERT_TRUE(world.directory.disable_members(admin(), {bob}));
  ASSERT_TRUE(world.directory.delete_member(admin(), bob));
  const auto people = world.people.current();
  EXPECT_EQ(people->find_user("bob"), std::nullopt);
  EXPECT_TRUE(people->user(bob)->email.empty());
  EXPECT_TRUE(people->user(bob)->password_hash.empty());
  EXPECT_TRUE(people->groups_of(bob).empty());
  EXPECT_TRUE(people->heads_of(sales).empty());
  EXPECT_NE(add("bob"), bob);
}

TEST_F(DirectoryServiceTest, managers_form_no_circle) {
  const auto set = [&](const char* user, const char* manager) {
    return reason(
        world.directory.update_member(admin(), known(user), {.manager = {known(manager)}}));
  };
  EXPECT_EQ(set("alice", "bob"), "done");
  EXPECT_EQ(set("bob", "carol"), "done");
  EXPECT_EQ(set("carol", "alice"), "manager_cycle");
  EXPECT_EQ(set("dave", "dave"), "manager_cycle");
  EXPECT_EQ(reason(world.directory.update_member(admin(), known("bob"),
                                                 {.manager = std::optional<UserId>()})),
            "done");
  EXPECT_EQ(set("carol", "alice"), "done");
}

TEST_F(DirectoryServiceTest, only_administrators_change_it_and_everybody_his_absence) {
  const CallContext alice = world.as("alice");
  EXPECT_EQ(reason(world.directory.create_member(alice, "eve", {})), "not_permitted");
  EXPECT_EQ(reason(world.directory.create_department(alice, {"9", "Nine", root})), "not_permitted");
  EXPECT_EQ(reason(world.directory.create_role_group(alice, "Group")), "not_permitted");
  const Absence away{world.clock.now(), std::nullopt, known("bob")};
  EXPECT_EQ(reason(world.directory.set_absence(alice, known("carol"), away)), "not_permitted");
  EXPECT_EQ(reason(world.directory.set_absence(alice, known("alice"), away)), "done");
  EXPECT_EQ(world.people.current()->delegate_of(known("alice"), world.clock.now(), "p"),
            known("bob"));
  EXPECT_EQ(reason(world.directory.set_absence(alice, known("alice"), std::nullopt)), "done");
  EXPECT_EQ(world.people.current()->delegate_of(known("alice"), world.clock.now(), "p"),
            std::nullopt);
  const Absence own{world.clock.now(), std::nullopt, known("alice")};
  EXPECT_EQ(reason(world.directory.set_absence(alice, known("alice"), own)), "argument_malformed");
  const Absence over{world.clock.now(), world.clock.now(), std::nullopt};
  EXPECT_EQ(reason(world.directory.set_absence(alice, known("alice"), over)), "argument_malformed");
}

TEST_F(DirectoryServiceTest, an_import_makes_changes_and_revives_or_does_nothing) {
  ASSERT_TRUE(world.directory.disable_members(admin(), {known("bob")}));
  const UserId bob = known("bob");
  EXPECT_EQ(reason(world.directory.import_members(
                admin(), {{"bob", "Bob B.", {sales}}, {"eve", "Eve", {GroupId{999}}}})),
            "group_unknown");
  EXPECT_FALSE(world.people.current()->user(bob)->enabled) << "all of them or none";
  ASSERT_TRUE(world.directory.import_members(
      admin(), {{"bob", "Bob B.", {sales}}, {"eve", "Eve", {stock}}}));
  const auto people = world.people.current();
  EXPECT_TRUE(people->user(bob)->enabled);
  EXPECT_EQ(people->user(bob)->display_name, "Bob B.");
  EXPECT_EQ(people->members(stock), std::vector<UserId>{known("eve")});
  EXPECT_TRUE(people->is_active(known("carol"))) << "nobody is removed";
  EXPECT_EQ(reason(world.directory.import_members(admin(), {{"x", "X", {}}, {"X", "X", {}}})),
            "name_taken");
}

TEST_F(DirectoryServiceTest, departments_form_a_tree_with_names_once_beside_each_other) {
  EXPECT_EQ(reason(world.directory.create_department(admin(), {"2", "Two", root})), "name_taken");
  EXPECT_EQ(reason(world.directory.create_department(admin(), {"9", "Sales", root})),
            "sibling_name_taken");
  EXPECT_EQ(reason(world.directory.create_department(admin(), {"9", "Nine", GroupId{999}})),
            "parent_unknown");
  const GroupId below = make("", "Sales", sales);
  const Group* made = world.people.current()->group(below);
  EXPECT_EQ(made->key, std::to_string(below.value())) << "a number is made up";
  EXPECT_EQ(reason(world.directory.update_department(admin(), sales, {.parent = below})),
            "group_cycle");
  EXPECT_EQ(reason(world.directory.update_department(admin(), sales, {.parent = sales})),
            "group_cycle");
  EXPECT_EQ(reason(world.directory.update_department(admin(), root, {.parent = sales})),
            "group_is_root");
  EXPECT_EQ(reason(world.directory.update_department(admin(), stock, {.display_name = "Sales"})),
            "sibling_name_taken");
  EXPECT_EQ(reason(world.directory.update_department(admin(), below, {.parent = stock})), "done");
  EXPECT_EQ(world.people.current()->parent_of(below), stock);
}

TEST_F(DirectoryServiceTest, departments_are_ordered_by_sequence) {
  EXPECT_EQ(world.people.current()->children_of(root), (std::vector<GroupId>{sales, stock}));
  ASSERT_TRUE(world.directory.update_department(admin(), stock, {.sequence = 0}));
  EXPECT_EQ(world.people.current()->children_of(root), (std::vector<GroupId>{stock, sales}));
}

TEST_F(DirectoryServiceTest, departments_are_at_most_sixteen_levels_deep) {
  GroupId at = root;
  for (std::int32_t level = 2; level <= limits::kDepartmentLevelsMax; ++level) {
    at = make("", "L" + std::to_string(level), at);
  }
  EXPECT_EQ(reason(world.directory.create_department(admin(), {"", "deeper", at})),
            "group_too_deep");
  const GroupId pair = make("", "pair", root);
  make("", "child", pair);
  const GroupId above = *world.people.current()->parent_of(at);
  EXPECT_EQ(reason(world.directory.update_department(admin(), pair, {.parent = above})),
            "group_too_deep");
}

TEST_F(DirectoryServiceTest, only_an_empty_department_goes) {
  const GroupId below = make("4", "Below", sales);
  EXPECT_EQ(reason(world.directory.delete_department(admin(), root)), "group_is_root");
  EXPECT_EQ(reason(world.directory.delete_department(admin(), sales)), "group_has_groups");
  add("eve", {.departments = {{below}}});
  EXPECT_EQ(reason(world.directory.delete_department(admin(), below)), "group_has_members");
  ASSERT_TRUE(world.directory.disable_members(admin(), {known("eve")}));
  ASSERT_TRUE(world.directory.set_heads(admin(), below, {known("bob")}));
  EXPECT_EQ(reason(world.directory.delete_department(admin(), below)), "done");
  EXPECT_EQ(reason(world.directory.delete_department(admin(), below)), "group_unknown");
  EXPECT_TRUE(world.people.current()->heads_of(below).empty());
}

TEST_F(DirectoryServiceTest, heads_are_replaced_in_order) {
  ASSERT_TRUE(world.directory.set_heads(admin(), sales, {known("carol"), known("bob")}));
  EXPECT_EQ(world.people.current()->heads_of(sales),
            (std::vector<UserId>{known("carol"), known("bob")}));
  ASSERT_TRUE(world.directory.set_heads(admin(), sales, {known("bob"), known("dave")}));
  EXPECT_EQ(world.people.current()->head_of(sales), known("bob"));
  EXPECT_EQ(reason(world.directory.set_heads(admin(), sales, {UserId{999}})), "user_unknown");
  EXPECT_EQ(world.people.current()->heads_of(sales).size(), 2U);
  ASSERT_TRUE(world.directory.set_heads(admin(), sales, {}));
  EXPECT_EQ(world.people.current()->head_of(sales), std::nullopt);
}

TEST_F(DirectoryServiceTest, a_tree_is_replaced_whole_and_members_move_to_the_root) {
  add("eve", {.departments = {{sales}}});
  add("finn", {.departments = {{stock}}});
  ASSERT_TRUE(world.directory.replace_departments(admin(), {"1", "", std::nullopt},
                                                  {{"5", "Shop", "3"}, {"3", "Store", ""}}));
  const auto people = world.people.current();
  EXPECT_EQ(people->group(sales), nullptr);
  EXPECT_EQ(people->departments_of(known("eve")), std::vector<GroupId>{root});
  EXPECT_EQ(people->departments_of(known("finn")), std::vector<GroupId>{stock});
  EXPECT_EQ(people->group(root)->display_name, "House") << "the root is not told of";
  EXPECT_EQ(people->group(stock)->display_name, "Store");
  const auto shop = people->find_group(GroupKind::department, "5");
  EXPECT_EQ(people->parent_of(*shop), stock);
}

TEST_F(DirectoryServiceTest, a_tree_that_is_none_is_refused_as_a_whole) {
  const auto replace = [&](const std::vector<DepartmentImport>& departments) {
    return reason(
        world.directory.replace_departments(admin(), {"1", "", std::nullopt}, departments));
  };
  EXPECT_EQ(replace({{"5", "A", ""}, {"5", "B", ""}}), "name_taken");
  EXPECT_EQ(replace({{"5", "A", ""}, {"6", "A", ""}}), "sibling_name_taken");
  EXPECT_EQ(replace({{"5", "A", "7"}}), "parent_unknown");
  EXPECT_EQ(replace({{"5", "A", "6"}, {"6", "B", "7"}, {"7", "C", "5"}}), "group_cycle");
  EXPECT_EQ(replace({{"5", "A", "5"}}), "group_cycle");
  EXPECT_EQ(replace({{"1", "A", "5"}, {"5", "B", ""}}), "group_is_root");
  std::vector<DepartmentImport> deep;
  for (int i = 2; i <= 17; ++i) {
    deep.push_back({std::to_string(i), "D", i == 2 ? "" : std::to_string(i - 1)});
  }
  EXPECT_EQ(replace(deep), "group_too_deep");
  deep.pop_back();
  EXPECT_EQ(replace(deep), "done");
}

TEST_F(DirectoryServiceTest, roles_lie_in_groups_and_have_members) {
  const auto group = world.directory.create_role_group(admin(), "Finance");
  ASSERT_TRUE(group);
  const auto role = world.directory.create_role(admin(), "Auditor", *group);
  ASSERT_TRUE(role);
  EXPECT_EQ(reason(world.directory.create_role(admin(), "Auditor", sales)), "group_unknown");
  EXPECT_EQ(reason(world.directory.delete_role_group(admin(), *group)), "group_has_groups");
  ASSERT_TRUE(world.directory.add_role_members(admin(), *role, {known("bob"), known("carol")}));
  ASSERT_TRUE(world.directory.remove_role_members(admin(), *role, {known("bob")}));
  EXPECT_EQ(world.people.current()->members(*role), std::vector<UserId>{known("carol")});
  EXPECT_EQ(reason(world.directory.add_role_members(admin(), sales, {known("bob")})),
            "group_unknown");
  ASSERT_TRUE(world.directory.update_role(admin(), *role, "Checker", std::nullopt));
  EXPECT_EQ(world.people.current()->group(*role)->display_name, "Checker");
  EXPECT_EQ(world.people.current()->parent_of(*role), *group);
  ASSERT_TRUE(world.directory.delete_role(admin(), *role));
  EXPECT_EQ(world.people.current()->group(*role), nullptr);
  EXPECT_EQ(reason(world.directory.delete_role_group(admin(), *group)), "done");
}

TEST_F(DirectoryServiceTest, permissions_go_with_their_group) {
  const auto group = world.directory.create_role_group(admin(), "Finance");
  const auto role = world.directory.create_role(admin(), "Auditor", *group);
  namespace columns = ports::schema::permission;
  ASSERT_TRUE(ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
    transaction.put(columns::kTable, {cell(*role), cell(std::int64_t{7}),
                                      cell(PermissionAction::view), cell(world.clock.now())});
    return Status();
  }));
  ASSERT_TRUE(world.directory.delete_role(admin(), *role));
  auto snapshot = world.store.read();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(
      (*snapshot)->count(columns::kTable, where_equal(columns::group_id, cell(*role))).value_or(-1),
      0);
}

TEST_F(DirectoryServiceTest, a_stale_snapshot_is_no_ground_to_decide_on) {
  // Somebody else's commit that is not published: another process, or a call that is just ending.
  PeopleSource stale;
  ASSERT_TRUE(stale.reload(world.store));
  DirectoryService late(world.store, world.clock, stale, world.sessions);
  ASSERT_TRUE(world.directory.delete_department(admin(), sales));
  EXPECT_EQ(reason(late.create_department(admin(), {"", "Below", sales})), "parent_unknown");
}

TEST_F(DirectoryServiceTest, every_call_leaves_one_audit_row) {
  const auto count = [&] {
    auto snapshot = world.store.read();
    return (*snapshot)->count(ports::schema::audit::kTable, FilterNode{AllOf{}}).value_or(-1);
  };
  const std::int64_t before = count();
  add("eve", {.departments = {{sales}}});
  EXPECT_EQ(count(), before + 1);
  EXPECT_FALSE(world.directory.create_member(admin(), "eve", {}));
  EXPECT_EQ(count(), before + 1);
}

}  // namespace
}  // namespace cinnabar::services
