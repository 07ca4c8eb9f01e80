#include "api/dialects/omflow/fields.h"

#include "services/testing/world.h"

#include <gtest/gtest.h>

namespace cinnabar::omflow {
namespace {

using form::FieldType;

class OmflowFields : public ::testing::Test {
 protected:
  OmflowFields() : people_(world_.people.current()), context_{people_.get(), UtcOffset{480}} {
    const std::pair<const char*, FieldType> fields[] = {
        {"FORMITM_1", FieldType::text},         {"FORMITM_2", FieldType::number},
        {"FORMITM_3", FieldType::boolean},      {"FORMITM_4", FieldType::date},
        {"FORMITM_5", FieldType::datetime},     {"FORMITM_6", FieldType::select},
        {"FORMITM_7", FieldType::multi_select}, {"FORMITM_8", FieldType::user},
        {"FORMITM_9", FieldType::users},        {"FORMITM_10", FieldType::group},
        {"FORMITM_11", FieldType::groups},      {"FORMITM_12", FieldType::assignee},
        {"FORMITM_13", FieldType::file},        {"FORMITM_14", FieldType::subtable},
        {"FORMITM_15", FieldType::serial},      {"FORMITM_16", FieldType::label}};
    for (const auto& [id, type] : fields) {
      form::Field field;
      field.id = id;
      field.type = type;
      if (type == FieldType::subtable) {
        form::Field column;
        column.id = "COUNT";
        column.type = FieldType::number;
        field.columns.push_back(column);
      }
      form_.fields.push_back(std::move(field));
    }
  }

  Result<FieldValues> read(const std::string& items) {
    return read_fields(*Json::parse(items)->as_array(), form_, context_);
  }

  // Reads one value and tells how a row shows it; "null" when cleared, the reason when refused.
  std::string round(const std::string& id, const std::string& value) {
    const auto values = read(R"([{"id": ")" + id + R"(", "value": )" + value + "}]");
    if (!values) return std::string(values.error().fields.front().reason.name);
    const auto found = values->find(id);
    if (found == values->end()) return "absent";
    const Json text = wire_text(found->second, context_);
    return text.is_null() ? "null" : *text.as_string();
  }

  services::testing::World world_;
  std::shared_ptr<const services::People> people_;
  FieldContext context_;
  form::FormDefinition form_;
};

TEST_F(OmflowFields, text_keeps_numbers_lists_and_objects_as_text) {
  EXPECT_EQ(round("FORMITM_1", R"("a")"), "a");
  EXPECT_EQ(round("FORMITM_1", "1.50"), "1.50");
  EXPECT_EQ(round("FORMITM_1", R"(["a", "b"])"), R"(["a", "b"])");
  EXPECT_EQ(round("FORMITM_1", R"({"k": 1})"), R"({"k": 1})");
  EXPECT_EQ(round("FORMITM_1", R"("")"), "");
  EXPECT_EQ(round("FORMITM_1", "null"), "null");
}

TEST_F(OmflowFields, scalars_come_as_themselves_or_as_text) {
  EXPECT_EQ(round("FORMITM_2", "12"), "12");
  EXPECT_EQ(round("FORMITM_2", R"(" 12.50 ")"), "12.5");
  EXPECT_EQ(round("FORMITM_2", R"("")"), "null");
  EXPECT_EQ(round("FORMITM_2", R"("many")"), "field_wrong_type");
  EXPECT_EQ(round("FORMITM_3", "true"), "true");
  EXPECT_EQ(round("FORMITM_3", R"("0")"), "false");
  EXPECT_EQ(round("FORMITM_3", R"("maybe")"), "field_wrong_type");
  EXPECT_EQ(round("FORMITM_4", R"("2026-11-23")"), "2026-11-23");
  EXPECT_EQ(round("FORMITM_4", R"("2026-11-23 10:00:00")"), "2026-11-23");
  EXPECT_EQ(round("FORMITM_4", R"("2026-02-30")"), "field_wrong_type");
  EXPECT_EQ(round("FORMITM_5", R"("2026-11-23 10:00:00")"), "2026-11-23 10:00:00");
  EXPECT_EQ(round("FORMITM_5", "5"), "field_wrong_type");
}

TEST_F(OmflowFields, choices_come_alone_or_in_lists) {
  EXPECT_EQ(round("FORMITM_6", R"("hw")"), "hw");
  EXPECT_EQ(round("FORMITM_6", R"(["hw"])"), "hw");
  EXPECT_EQ(round("FORMITM_6", R"(["hw", "sw"])"), "field_wrong_type");
  EXPECT_EQ(round("FORMITM_7", R"(["a", "b"])"), R"(["a", "b"])");
  EXPECT_EQ(round("FORMITM_7", R"("[\"a\"]")"), R"(["a"])");
  EXPECT_EQ(round("FORMITM_7", R"("a")"), R"(["a"])");
  EXPECT_EQ(round("FORMITM_7", "[]"), "null");
}

TEST_F(OmflowFields, people_and_groups_come_as_ids_or_names) {
  const auto alice = std::to_string(people_->find_user("alice")->value());
  const auto group = std::to_string(people_->find_group(GroupKind::group, "it")->value());
  EXPECT_EQ(round("FORMITM_8", '"' + alice + '"'), alice);
  EXPECT_EQ(round("FORMITM_8", R"("Alice")"), alice);
  EXPECT_EQ(round("FORMITM_8", R"("nobody")"), "field_wrong_type");
  EXPECT_EQ(round("FORMITM_9", "[" + alice + "]"), "[\"" + alice + "\"]");
  EXPECT_EQ(round("FORMITM_10", R"("it")"), group);
  EXPECT_EQ(round("FORMITM_11", R"(["it"])"), "[\"" + group + "\"]");
}

TEST_F(OmflowFields, an_assignee_has_a_group_and_a_user) {
  EXPECT_EQ(round("FORMITM_12", R"({"group": "2", "user": ""})"), R"({"group": "2", "user": ""})");
  EXPECT_EQ(round("FORMITM_12", R"("{\"group\": 2, \"user\": 3}")"),
            R"({"group": "2", "user": "3"})");
  EXPECT_EQ(round("FORMITM_12", R"({"group": "", "user": ""})"), "null");
  EXPECT_EQ(round("FORMITM_12", R"({"group": "2"})"), "field_wrong_type");
  EXPECT_EQ(round("FORMITM_12", R"("2,3")"), "field_wrong_type");
  EXPECT_EQ(round("FORMITM_12", "[1]"), "field_wrong_type");
}

TEST_F(OmflowFields, tables_are_lists_of_rows) {
  EXPECT_EQ(round("FORMITM_14", R"([{"count": 1}, {}])"), R"([{"COUNT": "1"}, {}])");
  EXPECT_EQ(round("FORMITM_14", R"([[{"id": "COUNT", "value": "2"}]])"), R"([{"COUNT": "2"}])");
  EXPECT_EQ(round("FORMITM_14", R"([{"nope": 1}])"), "field_wrong_type");
}

TEST_F(OmflowFields, fields_without_input_take_blanks_only) {
  for (const char* id : {"FORMITM_13", "FORMITM_15", "FORMITM_16"}) {
    EXPECT_EQ(round(id, R"("")"), "absent") << id;
    EXPECT_EQ(round(id, "null"), "absent") << id;
    EXPECT_EQ(round(id, R"("x")"), "field_wrong_type") << id;
  }
}

TEST_F(OmflowFields, ids_ignore_case_and_the_last_of_equal_ids_wins) {
  const auto values = read(R"([{"id": "FORMITM_1", "value": "first"},
                               {"id": "formitm_1", "value": "second", "type": "inputbox"}])");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at("FORMITM_1"), FieldValue::text("second"));
}

TEST_F(OmflowFields, unknown_fields_are_named) {
  const auto values = read(R"([{"id": "FORMITM_99", "value": "x"}, {"id": "nope", "value": 1}])");
  ASSERT_FALSE(values);
  ASSERT_EQ(values.error().fields.size(), 2u);
  EXPECT_EQ(values.error().fields[0].field, "FORMITM_99");
  EXPECT_EQ(values.error().fields[1].field, "nope");
}

TEST_F(OmflowFields, items_need_an_id_and_a_value) {
  for (const char* items : {R"([{"value": "x"}])", R"([{"id": "FORMITM_1"}])", R"(["FORMITM_1"])",
                            R"([{"id": 1, "value": "x"}])"}) {
    const auto values = read(items);
    ASSERT_FALSE(values) << items;
    EXPECT_EQ(values.error().subject, "formdata") << items;
  }
}

}  // namespace
}  // namespace cinnabar::omflow
