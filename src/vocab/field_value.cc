#include "vocab/field_value.h"

namespace cinnabar {
namespace {

struct PlainText {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const Decimal& value) const { return value.text(); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const CalendarDate& value) const { return value.text; }
  std::string operator()(Instant value) const { return to_rfc3339(value); }
  std::string operator()(const UserRef& value) const { return std::to_string(value.user.value()); }
  std::string operator()(const GroupRef& value) const {
    return std::to_string(value.group.value());
  }
  std::string operator()(const AssigneeRef& value) const {
    return std::to_string(value.group.value()) + "," + std::to_string(value.user.value());
  }
  std::string operator()(const FileRef& value) const { return value.file_name; }
  std::string operator()(const FieldValue::List& values) const {
    std::string out;
    for (const FieldValue& value : values) {
      if (!out.empty()) out += ", ";
      out += to_plain_text(value);
    }
    return out;
  }
  std::string operator()(const FieldValue::Table& rows) const {
    return std::to_string(rows.size());
  }
};

}  // namespace

bool is_empty(const FieldValue& value) {
  if (value.is_null()) return true;
  if (const auto* text = value.get<std::string>()) return text->empty();
  if (const auto* list = value.get<FieldValue::List>()) return list->empty();
  if (const auto* table = value.get<FieldValue::Table>()) return table->empty();
  return false;
}

std::string to_plain_text(const FieldValue& value) {
  return std::visit(PlainText{}, value.storage());
}

}  // namespace cinnabar
