#include "domain/form/validate.h"

#include "domain/form/value_types.h"
#include "domain/process/testing/people.h"
#include "vocab/limits.h"

#include <gtest/gtest.h>

namespace cinnabar::form {
namespace {

Field field(std::string id, FieldType type) {
  Field out;
  out.title = id;
  out.id = std::move(id);
  out.type = type;
  return out;
}

FieldValue text(std::string value) {
  return FieldValue::text(std::move(value));
}

class Validate : public ::testing::Test {
 protected:
  Validate() {
    ann_ = people_.add_user("ann");
    gone_ = people_.add_user("gone", false);
    team_ = people_.add_group("team", {ann_});
    form_.fields.push_back(field("name", FieldType::text));
    form_.fields.back().required = true;
    form_.fields.back().pattern = "[a-z]+";
    form_.fields.push_back(field("level", FieldType::select));
    form_.fields.back().options = {{"1", "Low"}, {"2", "High"}};
    form_.fields.back().strict_options = true;
    form_.fields.push_back(field("tags", FieldType::multi_select));
    form_.fields.push_back(field("day", FieldType::date));
    form_.fields.push_back(field("owner", FieldType::assignee));
    form_.fields.push_back(field("watchers", FieldType::users));
    form_.fields.push_back(field("lines", FieldType::subtable));
    form_.fields.back().columns = {field("item", FieldType::text),
                                   field("price", FieldType::number)};
    form_.fields.back().columns[0].required = true;
    form_.fields.push_back(field("hint", FieldType::label));
  }

  // "field reason" of every error, in their order.
  std::vector<std::string> errors(const FieldValues& submitted, bool check_required = true) {
    Submission submission;
    submission.stored = &stored_;
    submission.submitted = &submitted;
    submission.access = &access_;
    submission.check_required = check_required;
    std::vector<std::string> out;
    for (const FieldError& error : validate(form_, submission, people_)) {
      out.push_back(error.field + " " + std::string(error.reason.name));
    }
    return out;
  }

  using Errors = std::vector<std::string>;
  FormDefinition form_;
  FieldValues stored_;
  NodeFields access_;
  process::testing::People people_;
  UserId ann_;
  UserId gone_;
  GroupId team_;
};

TEST_F(Validate, a_good_record_has_no_errors) {
  EXPECT_EQ(errors({{"name", text("pen")},
                    {"level", text("2")},
                    {"tags", FieldValue{FieldValue::List{text("x")}}},
                    {"day", FieldValue{CalendarDate{"2024-02-29"}}},
                    {"owner", FieldValue{AssigneeRef{team_, ann_}}}}),
            Errors{});
}

TEST_F(Validate, required_looks_at_stored_and_submitted_values) {
  EXPECT_EQ(errors({}), Errors{"name field_required"});
  EXPECT_EQ(errors({{"name", text("")}}), Errors{"name field_required"});
  EXPECT_EQ(errors({}, false), Errors{});
  stored_.emplace("name", text("pen"));
  EXPECT_EQ(errors({}), Errors{});
  EXPECT_EQ(errors({{"name", FieldValue{}}}), Errors{"name field_required"});
}

TEST_F(Validate, a_node_changes_what_is_required_but_never_demands_hidden_fields) {
  access_["name"].required = false;
  access_["day"].required = true;
  EXPECT_EQ(errors({}), Errors{"day field_required"});
  access_["day"].hidden = true;
  EXPECT_EQ(errors({}), Errors{});
  EXPECT_EQ(errors({{"day", FieldValue{CalendarDate{"2024-01-01"}}}}), Errors{});
  access_["owner"].required = true;
  EXPECT_EQ(errors({{"owner", FieldValue{AssigneeRef{}}}}), Errors{"owner field_required"});
}

TEST_F(Validate, types_patterns_options_and_unknown_fields) {
  EXPECT_EQ(
      errors({{"name", text("Pen1")},
              {"level", text("3")},
              {"tags", FieldValue{FieldValue::List{FieldValue{true}}}},
              {"day", text("2024-01-01")},
              {"hint", text("x")},
              {"other", text("x")}}),
      (Errors{"name field_pattern_mismatch", "level field_option_unknown", "tags field_wrong_type",
              "day field_wrong_type", "hint field_wrong_type", "other field_unknown"}));
  EXPECT_EQ(errors({{"name", text("pen")}, {"day", FieldValue{CalendarDate{"2023-02-29"}}}}),
            Errors{"day field_wrong_type"});
}

TEST_F(Validate, people_and_groups_must_exist_unless_they_were_there_before) {
  const FieldValue both{FieldValue::List{FieldValue{UserRef{ann_}}, FieldValue{UserRef{gone_}}}};
  EXPECT_EQ(errors({{"name", text("pen")}, {"watchers", both}}), Errors{"watchers user_unknown"});
  stored_.emplace("watchers", both);
  EXPECT_EQ(errors({{"name", text("pen")}, {"watchers", both}}), Errors{});
  EXPECT_EQ(
      errors({{"name", text("pen")}, {"owner", FieldValue{AssigneeRef{GroupId{9}, UserId{9}}}}}),
      (Errors{"owner group_unknown", "owner user_unknown"}));
}

TEST_F(Validate, rows_of_a_table_are_checked_by_column) {
  FieldValue::Table rows(2);
  rows[0].emplace("item", text("pen"));
  rows[1].emplace("price", text("cheap"));
  rows[1].emplace("size", text("L"));
  EXPECT_EQ(errors({{"name", text("pen")}, {"lines", FieldValue{rows}}}),
            (Errors{"lines[1].item field_required", "lines[1].price field_wrong_type",
                    "lines[1].size field_unknown"}));
}

TEST_F(Validate, lengths_are_bounded) {
  EXPECT_EQ(errors({{"name", text(std::string(limits::kFieldTextBytesMax + 1, 'a'))}}),
            Errors{"name field_too_long"});
  const FieldValue::Table rows(limits::kSubtableRowsMax + 1);
  EXPECT_EQ(errors({{"name", text("pen")}, {"lines", FieldValue{rows}}}),
            Errors{"lines field_too_long"});
  for (int i = 0; i < 9; ++i) {
    form_.fields.push_back(field("big" + std::to_string(i), FieldType::long_text));
  }
  FieldValues big{{"name", text("pen")}};
  for (int i = 0; i < 9; ++i) {
    big.emplace("big" + std::to_string(i), text(std::string(limits::kFieldTextBytesMax, 'x')));
  }
  EXPECT_EQ(errors(big), Errors{"big7 field_too_long"});
}

TEST(Merge, null_removes_and_defaults_fill_what_was_not_submitted) {
  const FieldValues stored{{"a", text("1")}, {"b", text("2")}};
  EXPECT_EQ(merge(stored, {{"a", FieldValue{}}, {"c", text("3")}}),
            (FieldValues{{"b", text("2")}, {"c", text("3")}}));
  FormDefinition form;
  form.fields = {field("a", FieldType::text), field("b", FieldType::text)};
  form.fields[0].default_value = text("x");
  form.fields[1].default_value = text("y");
  EXPECT_EQ(defaults_for(form, {{"a", FieldValue{}}}), (FieldValues{{"b", text("y")}}));
}

TEST(Check, names_what_forbids_deployment) {
  FormDefinition form;
  form.fields = {field("a", FieldType::text),   field("A", FieldType::text),
                 field("", FieldType::text),    field("p", FieldType::text),
                 field("o", FieldType::number), field("t", FieldType::subtable),
                 field("d", FieldType::number), field("s", FieldType::select)};
  form.fields[0].role = FieldRole::title;
  form.fields[3].role = FieldRole::title;
  form.fields[3].pattern = "(";
  form.fields[4].options = {{"1", "One"}};
  form.fields[5].columns = {field("inner", FieldType::subtable)};
  form.fields[6].default_value = text("x");
  form.fields[7].strict_options = true;
  std::vector<std::string> found;
  for (const FieldError& error : check(form)) {
    found.push_back(error.field + " " + std::string(error.reason.name));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"A name_taken", " argument_malformed", "p name_taken",
                                             "p argument_malformed", "o argument_malformed",
                                             "t.inner argument_malformed", "d field_wrong_type",
                                             "s argument_malformed"}));
  form.fields.resize(1);
  EXPECT_TRUE(check(form).empty());
}

TEST(FormDefinition, names_round_trip_and_ids_ignore_case) {
  for (int i = 0; i <= static_cast<int>(FieldType::label); ++i) {
    const auto type = static_cast<FieldType>(i);
    EXPECT_EQ(parse_field_type(name(type)), type);
  }
  for (int i = 0; i <= static_cast<int>(FieldRole::assignee); ++i) {
    const auto role = static_cast<FieldRole>(i);
    EXPECT_EQ(parse_field_role(name(role)), role);
  }
  EXPECT_FALSE(parse_field_type("nothing"));
  FormDefinition form;
  form.fields = {field("Amount", FieldType::number)};
  ASSERT_NE(form.find("aMOUNT"), nullptr);
  EXPECT_EQ(form.find("x"), nullptr);
  EXPECT_EQ(form.find_role(FieldRole::title), nullptr);
}

TEST(Fit, computed_values_take_the_shape_of_their_field) {
  const auto fitted = [](FieldType type, const FieldValue& value) {
    const auto out = fit(field("f", type), value);
    return out ? (out->is_null() ? "null" : to_plain_text(*out)) : std::string("no");
  };
  EXPECT_EQ(fitted(FieldType::text, FieldValue{Decimal{5}}), "5");
  EXPECT_EQ(fitted(FieldType::number, text(" 2.50 ")), "2.5");
  EXPECT_EQ(fitted(FieldType::number, text("two")), "no");
  EXPECT_EQ(fitted(FieldType::number, text("")), "null");
  EXPECT_EQ(fitted(FieldType::date, text("2024-02-30")), "no");
  EXPECT_EQ(fitted(FieldType::users, FieldValue{UserRef{UserId{3}}}), "3");
  EXPECT_EQ(fitted(FieldType::assignee, FieldValue{UserRef{UserId{3}}}), "0,3");
  EXPECT_EQ(fitted(FieldType::user, FieldValue{AssigneeRef{GroupId{1}, UserId{3}}}), "3");
  EXPECT_EQ(fitted(FieldType::boolean, text("true")), "no");
  EXPECT_EQ(fitted(FieldType::label, text("x")), "no");
}

}  // namespace
}  // namespace cinnabar::form
