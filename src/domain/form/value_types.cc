#include "domain/form/value_types.h"

#include "base/assert.h"
#include "base/text.h"

#include <algorithm>
#include <utility>

namespace cinnabar::form {
namespace {

template <typename T>
bool is_list_of(const FieldValue& value) {
  const auto* list = value.get<FieldValue::List>();
  return list != nullptr && std::ranges::all_of(*list, [](const FieldValue& element) {
           return element.get<T>() != nullptr;
         });
}

std::optional<FieldValue> fit_text(const FieldValue& value) {
  if (value.get<FieldValue::Table>() != nullptr) return std::nullopt;
  return FieldValue{to_plain_text(value)};
}

std::optional<FieldValue> fit_number(const FieldValue& value) {
  const auto* text = value.get<std::string>();
  if (text == nullptr) return std::nullopt;
  auto number = Decimal::parse(trim(*text));
  if (!number) return std::nullopt;
  return FieldValue{std::move(*number)};
}

std::optional<FieldValue> fit_time(FieldType type, const FieldValue& value) {
  const auto* text = value.get<std::string>();
  if (text == nullptr) return std::nullopt;
  if (type == FieldType::date) {
    if (!is_calendar_date(*text)) return std::nullopt;
    return FieldValue{CalendarDate{*text}};
  }
  const auto at = parse_instant(*text, UtcOffset{});
  if (!at) return std::nullopt;
  return FieldValue{*at};
}

std::optional<FieldValue> fit_assignee(const FieldValue& value) {
  if (const auto* user = value.get<UserRef>()) {
    return FieldValue{AssigneeRef{GroupId{}, user->user}};
  }
  if (const auto* group = value.get<GroupRef>()) {
    return FieldValue{AssigneeRef{group->group, UserId{}}};
  }
  return std::nullopt;
}

std::optional<FieldValue> fit_reference(FieldType type, const FieldValue& value) {
  const auto* assignee = value.get<AssigneeRef>();
  if (assignee == nullptr) return std::nullopt;
  if (type == FieldType::user && assignee->user.is_assigned()) {
    return FieldValue{UserRef{assignee->user}};
  }
  if (type == FieldType::group && assignee->group.is_assigned()) {
    return FieldValue{GroupRef{assignee->group}};
  }
  return std::nullopt;
}

}  // namespace

bool has_type(const Field& field, const FieldValue& value) {
  switch (field.type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::select:
    case FieldType::address:
    case FieldType::serial:
      return value.get<std::string>() != nullptr;
    case FieldType::number:
      return value.get<Decimal>() != nullptr;
    case FieldType::boolean:
      return value.get<bool>() != nullptr;
    case FieldType::date: {
      const auto* date = value.get<CalendarDate>();
      return date != nullptr && is_calendar_date(date->text);
    }
    case FieldType::datetime:
      return value.get<Instant>() != nullptr;
    case FieldType::multi_select:
      return is_list_of<std::string>(value);
    case FieldType::user:
      return value.get<UserRef>() != nullptr;
    case FieldType::users:
      return is_list_of<UserRef>(value);
    case FieldType::group:
      return value.get<GroupRef>() != nullptr;
    case FieldType::groups:
      return is_list_of<GroupRef>(value);
    case FieldType::assignee:
      return value.get<AssigneeRef>() != nullptr;
    case FieldType::file:
      return is_list_of<FileRef>(value);
    case FieldType::subtable:
      return value.get<FieldValue::Table>() != nullptr;
    case FieldType::label:
      return false;
  }
  CINNABAR_UNREACHABLE();
}

std::optional<FieldValue> fit(const Field& field, const FieldValue& value) {
  if (field.type == FieldType::label) return std::nullopt;
  if (is_empty(value)) return FieldValue{};
  if (has_type(field, value)) return value;
  switch (field.type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::select:
    case FieldType::address:
    case FieldType::serial:
      return fit_text(value);
    case FieldType::number:
      return fit_number(value);
    case FieldType::date:
    case FieldType::datetime:
      return fit_time(field.type, value);
    case FieldType::user:
    case FieldType::group:
      return fit_reference(field.type, value);
    case FieldType::assignee:
      return fit_assignee(value);
    case FieldType::multi_select:
    case FieldType::users:
    case FieldType::groups:
    case FieldType::file: {
      FieldValue list{FieldValue::List{value}};
      if (!has_type(field, list)) return std::nullopt;
      return list;
    }
    case FieldType::boolean:
    case FieldType::subtable:
    case FieldType::label:
      return std::nullopt;
  }
  CINNABAR_UNREACHABLE();
}

std::string display_text(const Field& field, const FieldValue& value) {
  if (const auto* text = value.get<std::string>(); text != nullptr && !field.options.empty()) {
    const auto option = std::ranges::find(field.options, *text, &Option::value);
    if (option != field.options.end()) return option->text.empty() ? option->value : option->text;
  }
  return to_plain_text(value);
}

}  // namespace cinnabar::form
