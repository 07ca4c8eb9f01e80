#include "services/record_index.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/rows.h"

#include <limits>
#include <set>
#include <vector>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::record_index;

constexpr std::size_t kScaleDigits = 6;

std::vector<IndexKey> keys_of(const FieldValue& value) {
  std::vector<IndexKey> keys;
  const auto add = [&keys](const FieldValue& one) {
    IndexKey key = index_key(one);
    if (key.text || key.number) keys.push_back(std::move(key));
  };
  if (const auto* list = value.get<FieldValue::List>()) {
    for (const FieldValue& element : *list) add(element);
  } else {
    add(value);
  }
  return keys;
}

const FieldValue* find_value(const FieldValues& values, const std::string& id) {
  const auto it = values.find(id);
  return it == values.end() ? nullptr : &it->second;
}

void change_index(ports::WriteTransaction& transaction, const ValueChange& change) {
  std::set<std::string> fields;
  for (const auto& [id, value] : change.before) fields.insert(id);
  for (const auto& [id, value] : change.after) fields.insert(id);
  for (const std::string& id : fields) {
    const FieldValue* before = find_value(change.before, id);
    const FieldValue* after = find_value(change.after, id);
    if (before != nullptr && after != nullptr && *before == *after) continue;
    const std::size_t old_count = before == nullptr ? 0 : keys_of(*before).size();
    std::vector<IndexKey> keys;
    if (after != nullptr) keys = keys_of(*after);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      ports::Row row{cell(change.record),
                     cell(id),
                     cell(static_cast<std::int64_t>(i)),
                     cell(change.form),
                     keys[i].text ? cell(std::move(*keys[i].text)) : CellValue{},
                     keys[i].number ? cell(*keys[i].number) : CellValue{}};
      if (i < old_count) {
        transaction.put(columns::kTable, std::move(row));
      } else {
        transaction.insert(columns::kTable, std::move(row));
      }
    }
    for (std::size_t i = keys.size(); i < old_count; ++i) {
      transaction.erase(columns::kTable,
                        {cell(change.record), cell(id), cell(static_cast<std::int64_t>(i))});
    }
  }
}

}  // namespace

std::int64_t scaled_number(const Decimal& number) {
  std::string_view text = number.text();
  const bool is_negative = number.is_negative();
  if (is_negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  fraction.resize(kScaleDigits, '0');
  digits += fraction;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const auto scaled =
      parse_int(digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1)));
  const std::int64_t size = scaled.value_or(kMax);
  return is_negative ? -size : size;
}

bool is_indexed_by_number(form::FieldType type) {
  switch (type) {
    case form::FieldType::number:
    case form::FieldType::boolean:
    case form::FieldType::datetime:
    case form::FieldType::user:
    case form::FieldType::users:
    case form::FieldType::group:
    case form::FieldType::groups:
    case form::FieldType::assignee:
      return true;
    case form::FieldType::text:
    case form::FieldType::long_text:
    case form::FieldType::date:
    case form::FieldType::select:
    case form::FieldType::multi_select:
    case form::FieldType::file:
    case form::FieldType::subtable:
    case form::FieldType::address:
    case form::FieldType::serial:
    case form::FieldType::label:
      return false;
  }
  CINNABAR_UNREACHABLE();
}

IndexKey index_key(const FieldValue& value) {
  if (const auto* text = value.get<std::string>()) {
    // No column of text holds a zero byte.
    const std::string_view kept = std::string_view(*text).substr(0, text->find('\0'));
    if (kept.empty()) return {};
    return {std::string(utf8_prefix(kept, kIndexTextBytesMax)), std::nullopt};
  }
  if (const auto* number = value.get<Decimal>()) return {number->text(), scaled_number(*number)};
  if (const auto* flag = value.get<bool>()) return {std::nullopt, *flag ? 1 : 0};
  if (const auto* date = value.get<CalendarDate>()) return {date->text, std::nullopt};
  if (const auto* at = value.get<Instant>()) return {std::nullopt, at->micros()};
  if (const auto* user = value.get<UserRef>()) return {std::nullopt, user->user.value()};
  if (const auto* group = value.get<GroupRef>()) return {std::nullopt, group->group.value()};
  if (const auto* assignee = value.get<AssigneeRef>()) {
    const bool is_person = assignee->user.is_assigned();
    return {std::nullopt, is_person ? assignee->user.value() : assignee->group.value()};
  }
  if (const auto* file = value.get<FileRef>()) return {file->file_name, std::nullopt};
  return {};
}

Status change_values(ports::WriteTransaction& transaction, const form::FormDefinition& form,
                     const ValueChange& change) {
  CINNABAR_CHECK_OK(change_unique_values(transaction, form, change));
  change_index(transaction, change);
  return {};
}

}  // namespace cinnabar::services
