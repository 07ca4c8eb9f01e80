#include "api/dialects/omflow/query.h"

#include <gtest/gtest.h>

#include <array>

namespace cinnabar::omflow {
namespace {

constexpr std::array<Column, 5> kColumns{{{"id", ColumnKind::integer},
                                          {"name", ColumnKind::text},
                                          {"closed", ColumnKind::boolean},
                                          {"at", ColumnKind::time},
                                          {"secret_path", ColumnKind::text, true}}};
constexpr UtcOffset kZone{480};

std::vector<QueryRow> rows() {
  return {{1, "Alpha", false, "2026-11-23T10:00:00.500", "a"},
          {2, "beta", true, "2026-11-23T10:00:01", "b"},
          {3, Json{}, false, "2026-11-24T10:00:00", "c"}};
}

// The ids that a request selects, or the reason and subject of its refusal.
std::string ask(const std::string& body) {
  http::Request request;
  request.body = body;
  const auto query = read_query(Parameters::read(request), kColumns, kZone);
  if (!query) return std::string(query.error().reason.name) + " " + query.error().subject;
  std::string ids;
  const Json result = evaluate(*query, kColumns, rows(), kZone);
  for (const Json& row : *result.as_array()) {
    ids += row.find("id") == nullptr ? "?" : row.find("id")->as_number()->digits;
  }
  return ids;
}

std::string where_is(const std::string& condition) {
  return ask(R"({"search_conditions": [)" + condition + "]}");
}

TEST(OmflowQuery, without_parameters_gives_every_row_by_the_first_column) {
  EXPECT_EQ(ask(""), "123");
}

TEST(OmflowQuery, operators_compare_by_type) {
  EXPECT_EQ(where_is(R"({"column": "id", "condition": "=", "value": "2"})"), "2");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": ">", "value": 1})"), "23");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": "<", "value": 2})"), "1");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": "in", "value": [1, "3", 9]})"), "13");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": "in", "value": []})"), "");
  EXPECT_EQ(where_is(R"({"column": "name", "condition": "=", "value": "alpha"})"), "");
  EXPECT_EQ(where_is(R"({"column": "name", "condition": "contains", "value": "A"})"), "12");
  EXPECT_EQ(where_is(R"({"column": "name", "condition": "contains", "value": "%"})"), "");
  EXPECT_EQ(where_is(R"({"column": "closed", "condition": "=", "value": false})"), "13");
  EXPECT_EQ(where_is(R"({"column": "name", "condition": "=", "value": null})"), "3");
}

TEST(OmflowQuery, times_are_local_and_exact_to_the_millisecond) {
  EXPECT_EQ(where_is(R"({"column": "at", "condition": "=", "value": "2026-11-23T10:00:00.500"})"),
            "1");
  EXPECT_EQ(where_is(R"({"column": "at", "condition": ">", "value": "2026-11-23T10:00:00.500"})"),
            "23");
  EXPECT_EQ(where_is(R"({"column": "at", "condition": "<", "value": "2026-11-23T02:00:01Z"})"),
            "1");
}

TEST(OmflowQuery, exclude_drops_rows_that_meet_all_its_conditions) {
  EXPECT_EQ(ask(R"({"exclude_conditions": [
      {"column": "closed", "condition": "=", "value": false},
      {"column": "id", "condition": ">", "value": 1}]})"),
            "12");
}

TEST(OmflowQuery, order_takes_several_columns_and_minus) {
  EXPECT_EQ(ask(R"({"order_columns": ["-id"]})"), "321");
  EXPECT_EQ(ask(R"({"order_columns": "-id"})"), "321");
  EXPECT_EQ(ask(R"({"order_columns": ["closed", "-id"]})"), "312");
  EXPECT_EQ(ask(R"({"order_columns": ["name"]})"), "312");  // no value comes first
}

TEST(OmflowQuery, limit_is_the_index_behind_the_last_row) {
  EXPECT_EQ(ask(R"({"start": 1, "limit": 2})"), "2");
  EXPECT_EQ(ask(R"({"start": 2, "limit": 2})"), "");
  EXPECT_EQ(ask(R"({"start": 5, "limit": 2})"), "");
  EXPECT_EQ(ask("start=1&limit=2"), "2");
  EXPECT_EQ(ask(R"({"limit": 2.9})"), "12");
  EXPECT_EQ(ask(R"({"limit": 0})"), "123");
  EXPECT_EQ(ask(R"({"limit": 0, "start": 2})"), "3");
}

TEST(OmflowQuery, refuses_what_it_cannot_do_and_names_it) {
  EXPECT_EQ(ask(R"({"limit": -1})"), "argument_malformed limit");
  EXPECT_EQ(ask(R"({"start": -1})"), "argument_malformed start");
  EXPECT_EQ(ask(R"({"limit": "abc"})"), "argument_malformed limit");
  EXPECT_EQ(ask(R"({"limit": null})"), "argument_malformed limit");
  EXPECT_EQ(ask("limit="), "argument_malformed limit");
  EXPECT_EQ(ask(R"({"search_columns": ["nope"]})"), "unknown_column nope");
  EXPECT_EQ(ask(R"({"search_columns": ["create_user__password"]})"),
            "unknown_column create_user__password");
  EXPECT_EQ(ask(R"({"order_columns": ["-nope"]})"), "unknown_column nope");
  EXPECT_EQ(where_is(R"({"column": "id__gte", "condition": "=", "value": 3})"),
            "unknown_column id__gte");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": ">=", "value": 3})"), "unknown_operator >=");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": "="})"),
            "argument_malformed search_conditions");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": "=", "value": "abc"})"),
            "argument_malformed id");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": "in", "value": 3})"),
            "argument_malformed id");
  EXPECT_EQ(where_is(R"({"column": "id", "condition": "=", "value": [3]})"),
            "argument_malformed id");
  EXPECT_EQ(where_is(R"({"column": "closed", "condition": "=", "value": "maybe"})"),
            "argument_malformed closed");
  EXPECT_EQ(where_is(R"("text")"), "argument_malformed search_conditions");
}

TEST(OmflowQuery, one_broken_condition_never_drops_the_others_silently) {
  EXPECT_EQ(ask(R"({"search_conditions": [{"column": "id", "condition": "="},
                                          {"column": "id", "condition": "<", "value": 0}]})"),
            "argument_malformed search_conditions");
}

TEST(OmflowQuery, conditions_work_in_forms) {
  EXPECT_EQ(ask(R"(search_conditions=[{"column":"id","condition":"<","value":2}])"), "1");
}

TEST(OmflowQuery, answers_the_columns_asked_for_in_that_order) {
  http::Request request;
  request.body = R"({"search_columns": ["secret_path", "id", "id"], "limit": 1})";
  const auto query = read_query(Parameters::read(request), kColumns, kZone);
  ASSERT_TRUE(query);
  EXPECT_EQ(print(evaluate(*query, kColumns, rows(), kZone)), R"([{"secret_path":"a","id":1}])");
  request.body = R"({"limit": 1})";
  const auto all = read_query(Parameters::read(request), kColumns, kZone);
  ASSERT_TRUE(all);
  EXPECT_EQ(evaluate(*all, kColumns, rows(), kZone).as_array()->front().find("secret_path"),
            nullptr);
}

}  // namespace
}  // namespace cinnabar::omflow
