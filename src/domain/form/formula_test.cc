#include "domain/form/formula.h"

#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::form {
namespace {

Field field(const char* id, FieldType type, const char* formula = nullptr) {
  Field made;
  made.id = id;
  made.title = id;
  made.type = type;
  if (formula != nullptr) {
    auto parsed = expr::Expression::parse(formula);
    EXPECT_TRUE(parsed) << formula;
    if (parsed) made.formula = std::move(*parsed);
  }
  return made;
}

FieldValue number(std::int64_t value) {
  return FieldValue{Decimal{value}};
}

// Rows of PRICE and COUNT with their COST, the SUM of all, and what the SUM says.
FormDefinition order() {
  FormDefinition form;
  form.key = "order";
  form.name = "Order";
  Field rows = field("ROWS", FieldType::subtable);
  rows.columns = {field("PRICE", FieldType::number), field("COUNT", FieldType::number),
                  field("COST", FieldType::number, "PRICE * COUNT * (1 - DISCOUNT / 100)")};
  form.fields = {rows, field("SUM", FieldType::number, "sum(ROWS.COST)"),
                 field("SIZE", FieldType::text, R"(if SUM > 100 then "large" else "small")"),
                 field("DISCOUNT", FieldType::number)};
  return form;
}

FieldValues filled(std::int64_t price, std::int64_t count, std::int64_t discount) {
  FieldValues row;
  row.emplace("PRICE", number(price));
  row.emplace("COUNT", number(count));
  FieldValues fields;
  fields.emplace("ROWS", FieldValue{FieldValue::Table{row, row}});
  fields.emplace("DISCOUNT", number(discount));
  return fields;
}

std::vector<std::string> troubled(const FormDefinition& form) {
  std::vector<std::string> ids;
  for (const FieldError& error : check(form)) ids.push_back(error.field);
  return ids;
}

TEST(Formula, columns_sums_and_texts_follow_from_each_other) {
  const FormDefinition form = order();
  EXPECT_TRUE(check(form).empty());
  FieldValues fields = filled(30, 2, 10);
  calculate(form, fields);
  EXPECT_EQ(fields.at("SUM"), number(108));
  EXPECT_EQ(fields.at("SIZE"), FieldValue::text("large"));
  const auto* rows = fields.at("ROWS").get<FieldValue::Table>();
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->front().at("COST"), number(54));
  // Once is enough.
  FieldValues again = fields;
  calculate(form, again);
  EXPECT_EQ(again, fields);
}

TEST(Formula, what_is_sent_for_a_calculated_field_does_not_count) {
  const FormDefinition form = order();
  FieldValues stored = filled(30, 2, 0);
  calculate(form, stored);
  FieldValues changes;
  changes.emplace("SUM", number(1));
  changes.emplace("DISCOUNT", number(50));
  const FieldValues all = with_calculated(form, stored, changes);
  EXPECT_EQ(all.at("SUM"), number(60));
  EXPECT_EQ(all.at("SIZE"), FieldValue::text("small"));
}

TEST(Formula, one_that_fails_or_does_not_fit_leaves_its_field_empty) {
  FormDefinition form = order();
  form.fields = {field("A", FieldType::number), field("B", FieldType::number, "1 / A"),
                 field("C", FieldType::date, "A"), field("D", FieldType::datetime, "now()")};
  FieldValues fields;
  fields.emplace("A", number(0));
  fields.emplace("B", number(7));
  calculate(form, fields);
  EXPECT_EQ(fields.size(), 1U);
  const FieldValues changes = with_calculated(form, {{"B", number(7)}}, {{"A", number(0)}});
  EXPECT_TRUE(changes.at("B").is_null());
}

TEST(Formula, a_form_without_formulas_is_left_alone) {
  FormDefinition form = order();
  for (Field& one : form.fields) one.formula.reset();
  form.fields.front().columns.back().formula.reset();
  EXPECT_FALSE(has_formulas(form));
  const FieldValues changes{{"SUM", number(3)}};
  EXPECT_EQ(with_calculated(form, {}, changes), changes);
}

TEST(Formula, reads_only_what_stands_above_or_is_filled_in) {
  FormDefinition form = order();
  form.fields = {field("A", FieldType::number, "B"), field("B", FieldType::number, "C"),
                 field("C", FieldType::number), field("E", FieldType::number, "E + 1"),
                 field("F", FieldType::number, "missing + 1")};
  EXPECT_EQ(troubled(form), (std::vector<std::string>{"A", "E", "F"}));
  // A sum below its table is no field of its rows.
  form = order();
  form.fields.front().columns.push_back(field("SHARE", FieldType::number, "COST / SUM"));
  EXPECT_EQ(troubled(form), std::vector<std::string>{"ROWS.SHARE"});
}

TEST(Formula, stands_on_fields_that_hold_one_value_and_are_not_demanded) {
  FormDefinition form = order();
  Field demanded = field("B", FieldType::number, "1");
  demanded.required = true;
  form.fields = {field("A", FieldType::serial, "1"), demanded};
  EXPECT_EQ(troubled(form), (std::vector<std::string>{"A", "B"}));
}

TEST(Alias, is_a_name_for_programs_that_no_other_field_has) {
  FormDefinition form = order();
  form.fields = {field("A", FieldType::text), field("B", FieldType::text),
                 field("c", FieldType::text)};
  form.fields[0].alias = "amount_1";
  form.fields[1].alias = "b2";
  EXPECT_TRUE(check(form).empty());
  form.fields[1].alias = "amount_1";
  EXPECT_EQ(troubled(form), std::vector<std::string>{"B"});
  form.fields[1].alias = "c";
  EXPECT_EQ(troubled(form), std::vector<std::string>{"B"});
  for (const char* bad : {"Amount", "1a", "a-b", "a b"}) {
    form.fields[1].alias = bad;
    EXPECT_EQ(troubled(form), std::vector<std::string>{"B"}) << bad;
  }
}

}  // namespace
}  // namespace cinnabar::form
