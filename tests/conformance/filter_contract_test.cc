// Filters, order and limits: the statements of vocab/filter.h, one test each.
#include "ports/checks.h"

#include "conformance/store_fixture.h"

namespace cinnabar::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Table& kUsers = schema::user_account::kTable;
constexpr std::uint16_t kId = schema::user_account::id;
constexpr std::uint16_t kName = schema::user_account::name;
constexpr std::uint16_t kEmail = schema::user_account::email;
constexpr std::uint16_t kCreated = schema::user_account::created_at;

CellValue text(const char* value) {
  return std::string(value);
}
CellValue number(std::int64_t value) {
  return value;
}

class FilterContractTest : public StoreContract {
 protected:
  // Users 1, 2, ... with these e-mails.
  void fill(const std::vector<CellValue>& emails) {
    ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
                for (std::size_t i = 0; i < emails.size(); ++i) {
                  tx.insert(kUsers, user_with_email(static_cast<std::int64_t>(i) + 1, emails[i]));
                }
                return {};
              })),
              "ok");
  }
  std::vector<std::int64_t> by_email(FilterOp op, CellValue value) {
    return ids(kUsers, where(kEmail, op, std::move(value)));
  }
  std::vector<std::int64_t> selected(const Select& select) {
    const auto rows = read()->select(select);
    EXPECT_TRUE(rows.has_value()) << to_string(rows.error());
    std::vector<std::int64_t> found;
    for (const Row& row : *rows) found.push_back(std::get<std::int64_t>(row[kId]));
    return found;
  }
  std::string select_reason(FilterNode filter) {
    Select select;
    select.table = &kUsers;
    select.filter = std::move(filter);
    const auto rows = read()->select(select);
    const auto count = read()->count(kUsers, select.filter);
    EXPECT_EQ(rows.has_value(), count.has_value());
    if (rows.has_value()) return "ok";
    EXPECT_EQ(rows.error().code, Code::invalid_argument);
    EXPECT_EQ(rows.error().reason, count.error().reason);
    return std::string(rows.error().reason.name);
  }
};

TEST_P(FilterContractTest, equal_and_not_equal_are_null_safe) {
  fill({text("a"), text("b"), CellValue{}});
  EXPECT_THAT(by_email(FilterOp::equal, text("a")), ElementsAre(1));
  EXPECT_THAT(by_email(FilterOp::equal, CellValue{}), ElementsAre(3));
  EXPECT_THAT(by_email(FilterOp::not_equal, text("a")), ElementsAre(2, 3));
  EXPECT_THAT(by_email(FilterOp::not_equal, CellValue{}), ElementsAre(1, 2));
}

TEST_P(FilterContractTest, order_operators_are_false_for_null_on_either_side) {
  fill({text("a"), text("b"), CellValue{}, text("c")});
  EXPECT_THAT(by_email(FilterOp::less, text("b")), ElementsAre(1));
  EXPECT_THAT(by_email(FilterOp::less_equal, text("b")), ElementsAre(1, 2));
  EXPECT_THAT(by_email(FilterOp::greater, text("b")), ElementsAre(4));
  EXPECT_THAT(by_email(FilterOp::greater_equal, text("b")), ElementsAre(2, 4));
  for (const FilterOp op : {FilterOp::less, FilterOp::less_equal, FilterOp::greater,
                            FilterOp::greater_equal, FilterOp::contains}) {
    EXPECT_THAT(by_email(op, CellValue{}), IsEmpty());
  }
}

TEST_P(FilterContractTest, text_compares_by_bytes) {
  fill({text("a"), text("B"), text("ä"), text("中"), text("")});
  EXPECT_THAT(by_email(FilterOp::less, text("a")), ElementsAre(2, 5));
  EXPECT_THAT(by_email(FilterOp::greater, text("z")), ElementsAre(3, 4));
  EXPECT_THAT(by_email(FilterOp::equal, text("A")), IsEmpty());
}

TEST_P(FilterContractTest, one_of_takes_null_and_is_false_when_empty) {
  fill({text("a"), text("b"), CellValue{}});
  EXPECT_THAT(ids(kUsers, where_one_of(kEmail, {})), IsEmpty());
  EXPECT_THAT(ids(kUsers, where_one_of(kEmail, {text("b"), text("x")})), ElementsAre(2));
  EXPECT_THAT(ids(kUsers, where_one_of(kEmail, {text("b"), CellValue{}})), ElementsAre(2, 3));
  EXPECT_THAT(ids(kUsers, where_one_of(kEmail, {CellValue{}})), ElementsAre(3));
  EXPECT_THAT(ids(kUsers, where_one_of(kEmail, {text("a"), text("b"), text("c")})),
              ElementsAre(1, 2));
}

TEST_P(FilterContractTest, one_of_takes_ten_thousand_values) {
  fill({text("a"), text("b"), CellValue{}});
  std::vector<CellValue> numbers;
  std::vector<CellValue> texts;
  for (std::int64_t i = 0; i < 9'999; ++i) {
    numbers.push_back(number(i * 2));
    texts.push_back(text(("x" + std::to_string(i)).c_str()));
  }
  texts.push_back(text("b"));
  numbers.push_back(number(3));
  EXPECT_THAT(ids(kUsers, where_one_of(kId, numbers)), ElementsAre(2, 3));
  EXPECT_THAT(ids(kUsers, where_one_of(kEmail, texts)), ElementsAre(2));
  EXPECT_THAT(ids(kUsers, none_of({where_one_of(kEmail, texts)})), ElementsAre(1, 3));
}

TEST_P(FilterContractTest, contains_ignores_ascii_case_only) {
  fill({text("Hello World"), text("hELLO"), text("Äpfel"), text("äpfel"), CellValue{}});
  EXPECT_THAT(by_email(FilterOp::contains, text("hello")), ElementsAre(1, 2));
  EXPECT_THAT(by_email(FilterOp::contains, text("O W")), ElementsAre(1));
  EXPECT_THAT(by_email(FilterOp::contains, text("ä")), ElementsAre(4));
  EXPECT_THAT(by_email(FilterOp::contains, text("Ä")), ElementsAre(3));
  EXPECT_THAT(by_email(FilterOp::contains, text("PFEL")), ElementsAre(3, 4));
  EXPECT_THAT(by_email(FilterOp::contains, text("")), ElementsAre(1, 2, 3, 4));
}

TEST_P(FilterContractTest, contains_takes_wildcards_literally) {
  fill({text("100%"), text("100 percent"), text("a_b"), text("axb"), text("back\\slash"),
        text("it's"), text("审批流程")});
  EXPECT_THAT(by_email(FilterOp::contains, text("%")), ElementsAre(1));
  EXPECT_THAT(by_email(FilterOp::contains, text("0%")), ElementsAre(1));
  EXPECT_THAT(by_email(FilterOp::contains, text("_")), ElementsAre(3));
  EXPECT_THAT(by_email(FilterOp::contains, text("\\")), ElementsAre(5));
  EXPECT_THAT(by_email(FilterOp::contains, text("k\\s")), ElementsAre(5));
  EXPECT_THAT(by_email(FilterOp::contains, text("'")), ElementsAre(6));
  EXPECT_THAT(by_email(FilterOp::contains, text("批流")), ElementsAre(7));
  EXPECT_THAT(by_email(FilterOp::contains, text("\\%")), IsEmpty());
}

TEST_P(FilterContractTest, groups_combine_and_empty_groups_have_their_meaning) {
  fill({text("a"), text("b"), text("c")});
  const auto is = [](const char* value) { return where_equal(kEmail, text(value)); };
  EXPECT_THAT(ids(kUsers, all_of({})), ElementsAre(1, 2, 3));
  EXPECT_THAT(ids(kUsers, any_of({})), IsEmpty());
  EXPECT_THAT(ids(kUsers, none_of({})), IsEmpty());
  EXPECT_THAT(ids(kUsers, none_of({any_of({})})), ElementsAre(1, 2, 3));
  EXPECT_THAT(ids(kUsers, any_of({is("a"), is("c")})), ElementsAre(1, 3));
  EXPECT_THAT(ids(kUsers, all_of({is("a"), is("c")})), IsEmpty());
  EXPECT_THAT(
      ids(kUsers, all_of({where(kId, FilterOp::greater, number(1)), any_of({is("a"), is("c")})})),
      ElementsAre(3));
  EXPECT_THAT(ids(kUsers, none_of({is("a")})), ElementsAre(2, 3));
  // Not(all of the parts): only a row for which every part holds is left out.
  EXPECT_THAT(ids(kUsers, none_of({is("a"), where(kId, FilterOp::greater, number(0))})),
              ElementsAre(2, 3));
  EXPECT_THAT(ids(kUsers, none_of({is("a"), is("b")})), ElementsAre(1, 2, 3));
}

TEST_P(FilterContractTest, negation_of_a_condition_that_is_false_for_null_is_true) {
  fill({text("a"), CellValue{}, text("z")});
  EXPECT_THAT(ids(kUsers, none_of({where(kEmail, FilterOp::less, text("m"))})), ElementsAre(2, 3));
  EXPECT_THAT(ids(kUsers, none_of({where(kEmail, FilterOp::contains, text("a"))})),
              ElementsAre(2, 3));
  EXPECT_THAT(ids(kUsers, none_of({where_equal(kEmail, text("a"))})), ElementsAre(2, 3));
  EXPECT_THAT(ids(kUsers, none_of({where_one_of(kEmail, {text("a")})})), ElementsAre(2, 3));
  EXPECT_THAT(ids(kUsers, none_of({where(kEmail, FilterOp::not_equal, text("a"))})),
              ElementsAre(1));
  EXPECT_THAT(ids(kUsers, none_of({none_of({where(kEmail, FilterOp::less, text("m"))})})),
              ElementsAre(1));
  EXPECT_THAT(ids(kUsers, none_of({where(kEmail, FilterOp::less, CellValue{})})),
              ElementsAre(1, 2, 3));
}

TEST_P(FilterContractTest, bytes_can_be_compared) {
  const Table& history = schema::history::kTable;
  const std::string bytes("\0\xff\x01", 3);
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              tx.insert(history, make_row(history, {{schema::history::instance_id, number(4)},
                                                    {schema::history::events, bytes}}));
              return {};
            })),
            "ok");
  EXPECT_THAT(ids(history, where_equal(schema::history::events, bytes)), ElementsAre(4));
  EXPECT_THAT(ids(history, where_equal(schema::history::events, text("x"))), IsEmpty());
  EXPECT_THAT(ids(history, where(schema::history::events, FilterOp::less, text("a"))),
              ElementsAre(4));
}

TEST_P(FilterContractTest, rows_are_found_by_rows_of_another_table) {
  fill({text("a"), CellValue{}, text("z")});
  const Table& members = schema::membership::kTable;
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              tx.insert(members, Row{number(7), number(1), number(0), number(1)});
              tx.insert(members, Row{number(7), number(3), number(1), number(1)});
              tx.insert(members, Row{number(8), number(2), number(0), number(1)});
              return {};
            })),
            "ok");
  const auto in_group = [&](int group) {
    return FilterNode{RelatedTo{schema::user_account::id,
                                members.name,
                                schema::membership::user_id,
                                {where_equal(schema::membership::group_id, number(group))}}};
  };
  EXPECT_THAT(ids(kUsers, in_group(7)), ElementsAre(1, 3));
  EXPECT_THAT(ids(kUsers, in_group(9)), IsEmpty());
  EXPECT_THAT(ids(kUsers, none_of({in_group(7)})), ElementsAre(2));
  EXPECT_THAT(ids(kUsers, all_of({in_group(7), where_equal(kEmail, text("z"))})), ElementsAre(3));
  EXPECT_THAT(ids(kUsers, any_of({in_group(8), in_group(7)})), ElementsAre(1, 2, 3));
  const FilterNode everybody{
      RelatedTo{schema::user_account::id, members.name, schema::membership::user_id, {}}};
  EXPECT_THAT(ids(kUsers, everybody), ElementsAre(1, 2, 3));
  // A column that is Null relates to nothing, and its negation is true.
  const FilterNode by_email{
      RelatedTo{kEmail, schema::user_group::kTable.name, schema::user_group::key, {}}};
  EXPECT_THAT(ids(kUsers, none_of({by_email})), ElementsAre(1, 2, 3));
}

TEST_P(FilterContractTest, a_relation_that_cannot_be_is_refused) {
  for (const RelatedTo& wrong :
       {RelatedTo{schema::user_account::id, "no_such_table", 0, {}},
        RelatedTo{schema::user_account::id, schema::user_group::kTable.name, 99, {}},
        RelatedTo{schema::user_account::id,
                  schema::user_group::kTable.name,
                  schema::user_group::key,
                  {}}}) {
    EXPECT_FALSE(ports::check_filter(kUsers, FilterNode{wrong}).has_value());
  }
}

TEST_P(FilterContractTest, rows_come_in_key_order_without_a_sort) {
  const Table& members = schema::membership::kTable;
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              for (const auto& [group, member] :
                   std::vector<std::pair<int, int>>{{2, 1}, {1, 9}, {1, -3}, {10, 0}}) {
                tx.insert(members, Row{number(group), number(member), number(0), number(1)});
              }
              return {};
            })),
            "ok");
  std::vector<std::pair<std::int64_t, std::int64_t>> keys;
  for (const Row& row : all_rows(members)) {
    keys.emplace_back(std::get<std::int64_t>(row[0]), std::get<std::int64_t>(row[1]));
  }
  EXPECT_THAT(keys,
              ElementsAre(std::pair(1, -3), std::pair(1, 9), std::pair(2, 1), std::pair(10, 0)));
}

TEST_P(FilterContractTest, null_sorts_first_ascending_and_last_descending) {
  fill({text("b"), CellValue{}, text("a"), CellValue{}, text("b")});
  Select select;
  select.table = &kUsers;
  select.order = {{kEmail, false}};
  EXPECT_THAT(selected(select), ElementsAre(2, 4, 3, 1, 5));
  select.order = {{kEmail, true}};
  EXPECT_THAT(selected(select), ElementsAre(1, 5, 3, 2, 4));
  select.order = {{kEmail, false}, {kId, true}};
  EXPECT_THAT(selected(select), ElementsAre(4, 2, 3, 5, 1));
  select.order = {{kId, true}, {kEmail, false}};
  EXPECT_THAT(selected(select), ElementsAre(5, 4, 3, 2, 1));
}

TEST_P(FilterContractTest, offset_and_limit_cut_a_page) {
  fill({text("a"), text("b"), text("c"), text("d"), text("e")});
  Select select;
  select.table = &kUsers;
  select.limit = 2;
  EXPECT_THAT(selected(select), ElementsAre(1, 2));
  select.offset = 3;
  EXPECT_THAT(selected(select), ElementsAre(4, 5));
  select.limit = -1;
  EXPECT_THAT(selected(select), ElementsAre(4, 5));
  select.offset = 5;
  EXPECT_THAT(selected(select), IsEmpty());
  select.offset = INT64_MAX;
  EXPECT_THAT(selected(select), IsEmpty());
  select.offset = 0;
  select.limit = 0;
  EXPECT_THAT(selected(select), IsEmpty());
  select.limit = INT64_MAX;
  EXPECT_THAT(selected(select), ElementsAre(1, 2, 3, 4, 5));
  select.offset = -1;
  EXPECT_FALSE(read()->select(select).has_value());
}

TEST_P(FilterContractTest, unknown_columns_and_wrong_types_are_refused) {
  EXPECT_EQ(select_reason(where_equal(99, number(1))), "unknown_column");
  EXPECT_EQ(select_reason(where_equal(kId, text("1"))), "argument_malformed");
  EXPECT_EQ(select_reason(where_equal(kName, number(1))), "argument_malformed");
  EXPECT_EQ(select_reason(where(kCreated, FilterOp::contains, text("1"))), "argument_malformed");
  EXPECT_EQ(select_reason(FilterNode{Condition{kId, FilterOp::equal, {}}}), "argument_malformed");
  EXPECT_EQ(select_reason(FilterNode{Condition{kId, FilterOp::less, {number(1), number(2)}}}),
            "argument_malformed");
  Select select;
  select.table = &kUsers;
  select.order = {{99, false}};
  EXPECT_EQ(read()->select(select).error().reason.name, "unknown_column");
}

TEST_P(FilterContractTest, limits_of_the_tree_are_enforced) {
  const auto nested = [](int depth) {
    FilterNode node = all_of({});
    for (int i = 1; i < depth; ++i) node = all_of({std::move(node)});
    return node;
  };
  EXPECT_EQ(select_reason(nested(kFilterDepthMax)), "ok");
  EXPECT_EQ(select_reason(nested(kFilterDepthMax + 1)), "limit_exceeded");
  const std::vector<FilterNode> parts(kFilterNodesMax - 1, where_equal(kId, number(1)));
  EXPECT_EQ(select_reason(any_of(parts)), "ok");
  std::vector<FilterNode> more = parts;
  more.push_back(where_equal(kId, number(2)));
  EXPECT_EQ(select_reason(all_of(more)), "limit_exceeded");
  EXPECT_EQ(select_reason(where_one_of(kId, std::vector<CellValue>(kFilterValuesMax, number(1)))),
            "ok");
  EXPECT_EQ(
      select_reason(where_one_of(kId, std::vector<CellValue>(kFilterValuesMax + 1, number(1)))),
      "limit_exceeded");
  EXPECT_EQ(select_reason(where(kName, FilterOp::contains, std::string(4'096, 'x'))), "ok");
  EXPECT_EQ(select_reason(where(kName, FilterOp::contains, std::string(4'097, 'x'))),
            "limit_exceeded");
}

TEST_P(FilterContractTest, the_open_work_of_a_person_and_of_groups_comes_in_order) {
  const Table& items = schema::work_item::kTable;
  using namespace schema::work_item;  // NOLINT: the columns of one table
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              const auto add = [&](std::int64_t item, CellValue person, CellValue team,
                                   std::int64_t item_state) {
                tx.insert(items, make_row(items, {{id, item},
                                                  {assignee_id, std::move(person)},
                                                  {group_id, std::move(team)},
                                                  {state, item_state}}));
              };
              add(1, number(7), {}, 1);
              add(2, number(7), {}, 2);
              add(3, {}, number(20), 1);
              add(4, number(8), number(20), 1);
              add(5, number(7), number(20), 1);
              add(6, {}, number(30), 1);
              return {};
            })),
            "ok");
  const FilterNode is_open = where_equal(state, number(1));
  EXPECT_THAT(ids(items, all_of({where_equal(assignee_id, number(7)), is_open})),
              ElementsAre(1, 5));
  EXPECT_THAT(ids(items, all_of({where_one_of(group_id, {number(20), number(30)}),
                                 where_equal(assignee_id, CellValue{}), is_open})),
              ElementsAre(3, 6));
}

INSTANTIATE_TEST_SUITE_P(Drivers, FilterContractTest, testing::Values("memory", "sqlite", "faulty"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace cinnabar::conformance
