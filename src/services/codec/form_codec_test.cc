#include "services/codec/form_codec.h"

#include "services/codec/codec_test_support.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services::codec {
namespace {

using form::FieldRole;
using form::FieldType;

std::string problems_of(const Error& error) {
  std::string text;
  for (const FieldError& field : error.fields) {
    text += field.field + " " + std::string{field.reason.name} + "\n";
  }
  return text;
}

std::string problems_of(std::string_view document) {
  const auto parsed = parse_form(document);
  return parsed ? "" : problems_of(parsed.error());
}

form::Field field_of(FieldType type, std::string id, FieldValue value) {
  form::Field field;
  field.id = std::move(id);
  field.type = type;
  field.title = "Title of " + field.id;
  field.default_value = std::move(value);
  return field;
}

form::FormDefinition every_type() {
  form::FormDefinition form;
  form.key = "every";
  form.name = "每種";
  form.fields = {
      field_of(FieldType::text, "a", FieldValue::text("x")),
      field_of(FieldType::long_text, "b", {}),
      field_of(FieldType::number, "c", FieldValue{Decimal::parse("12.50").value()}),
      field_of(FieldType::boolean, "d", FieldValue{true}),
      field_of(FieldType::date, "e", FieldValue{CalendarDate{"2026-01-31"}}),
      field_of(FieldType::datetime, "f", FieldValue{Instant{1'500'000}}),
      field_of(FieldType::select, "g", FieldValue::text("green")),
      field_of(FieldType::multi_select, "h",
               FieldValue{FieldValue::List{FieldValue::text("u"), FieldValue::text("v")}}),
      field_of(FieldType::user, "i", FieldValue{UserRef{UserId{3}}}),
      field_of(FieldType::users, "j", FieldValue{FieldValue::List{FieldValue{UserRef{UserId{3}}}}}),
      field_of(FieldType::group, "k", FieldValue{GroupRef{GroupId{4}}}),
      field_of(FieldType::groups, "l", FieldValue{FieldValue::List{}}),
      field_of(FieldType::assignee, "m", FieldValue{AssigneeRef{GroupId{1}, UserId{2}}}),
      field_of(FieldType::file, "n", {}),
      field_of(FieldType::subtable, "o", {}),
      field_of(FieldType::address, "p", {}),
      field_of(FieldType::serial, "q", {}),
      field_of(FieldType::label, "r", {}),
  };
  form.fields[0].role = FieldRole::title;
  form.fields[0].required = true;
  form.fields[0].unique = true;
  form.fields[0].pattern = "[a-z]+";
  form.fields[0].placeholder = "here";
  form.fields[1].hidden = true;
  form.fields[1].read_only = true;
  form.fields[6].options = {{"green", "綠燈"}, {"red", "紅燈"}};
  form.fields[6].strict_options = true;
  form.fields[14].columns = {field_of(FieldType::number, "x", {}),
                             field_of(FieldType::select, "y", {})};
  form.fields[14].columns[1].options = {{"1", "one"}};
  return form;
}

TEST(FormCodec, every_field_type_and_member_round_trips) {
  const form::FormDefinition form = every_type();
  const auto parsed = parse_form(print_form(form));
  ASSERT_TRUE(parsed) << problems_of(parsed.error());
  EXPECT_EQ(*parsed, form);
}

TEST(FormCodec, what_is_as_usual_is_not_printed) {
  form::FormDefinition form;
  form.key = "k";
  form.name = "n";
  form.fields = {field_of(FieldType::text, "a", {})};
  EXPECT_EQ(print_form(form),
            R"({"key":"k","name":"n","fields":[{"id":"a","type":"text","title":"Title of a"}]})");
}

TEST(FormCodec, every_problem_is_told_with_its_path) {
  EXPECT_EQ(problems_of(R"({"key":"k","name":7,"fields":[
      {"id":"a","type":"txt","title":"A","requird":true},
      {"id":"","type":"text","title":"B","required":1,"role":"chief"},
      {"id":"c","type":"select","title":"C","options":[{"value":"x"}],"options":[]},
      {"id":"d","type":"subtable","title":"D","columns":[
        {"id":"e","type":"text","title":"E","columns":[]},5]}],
      "more":null})"),
            "name member_wrong_type\n"
            "fields[0].type value_unknown\n"
            "fields[0].requird member_unknown\n"
            "fields[1].id value_malformed\n"
            "fields[1].role value_unknown\n"
            "fields[1].required member_wrong_type\n"
            "fields[2].options member_duplicate\n"
            "fields[3].columns[0].columns member_unknown\n"
            "fields[3].columns[1] member_wrong_type\n"
            "more member_unknown\n");
}

TEST(FormCodec, a_default_must_suit_its_type) {
  const auto with = [](std::string_view type, std::string_view value) {
    return problems_of(R"({"key":"k","name":"n","fields":[{"id":"a","title":"","type":")" +
                       std::string{type} + R"(","default":)" + std::string{value} + "}]}");
  };
  EXPECT_EQ(with("date", R"("2026-02-28")"), "");
  EXPECT_EQ(with("datetime", R"("2026-02-28T10:00:00+08:00")"), "");
  const std::string wrong = "fields[0].default member_wrong_type\n";
  EXPECT_EQ(with("date", R"("2026-02-30")"), wrong);
  // Without a zone it would mean another time on another server.
  EXPECT_EQ(with("datetime", R"("2026-02-28T10:00:00")"), wrong);
  EXPECT_EQ(with("text", "1"), wrong);
  EXPECT_EQ(with("number", R"("1")"), wrong);
  EXPECT_EQ(with("number", "1e999"), wrong);
  EXPECT_EQ(with("boolean", "0"), wrong);
  EXPECT_EQ(with("multi_select", R"("a")"), wrong);
  EXPECT_EQ(with("users", R"([{"$group":1}])"), wrong);
  EXPECT_EQ(with("assignee", R"({"$user":1})"), wrong);
  EXPECT_EQ(with("file", "[]"), wrong);
  EXPECT_EQ(with("label", R"("a")"), wrong);
}

TEST(FormCodec, documents_that_are_no_json_are_refused) {
  const auto parsed = parse_form("{");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Code::invalid_argument);
  EXPECT_EQ(problems_of("[]"), " member_wrong_type\n");
}

TEST(FormCodec, damaged_documents_never_crash) {
  const std::string document = print_form(every_type());
  SeededRandom random{9};
  for (int round = 0; round < 500; ++round) {
    std::string damaged = document;
    damaged[random.below(damaged.size())] = static_cast<char>(random.below(128));
    if (const auto parsed = parse_form(damaged)) {
      const auto again = parse_form(print_form(*parsed));
      ASSERT_TRUE(again);
      ASSERT_EQ(*again, *parsed);
    }
  }
}

TEST(FormCodec, settings_round_trip_and_refuse_unknown_members) {
  for (int bits = 0; bits < 16; ++bits) {
    ProcessSettings settings;
    settings.attachments = (bits & 1) != 0;
    settings.comments = (bits & 2) != 0;
    settings.relations = (bits & 4) != 0;
    settings.offer_work = (bits & 8) != 0;
    const auto parsed = parse_settings(print_settings(settings));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, settings);
  }
  const auto defaults = parse_settings("{}");
  ASSERT_TRUE(defaults);
  EXPECT_EQ(*defaults, ProcessSettings{});
  const auto unknown = parse_settings(R"({"attachment":true,"comments":"yes"})");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(problems_of(unknown.error()),
            "comments member_wrong_type\nattachment member_unknown\n");
}

}  // namespace
}  // namespace cinnabar::services::codec
