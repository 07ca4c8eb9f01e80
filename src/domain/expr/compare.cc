#include "domain/expr/compare.h"

#include "base/text.h"

namespace cinnabar::expr {
namespace {

std::optional<Decimal> to_number(const FieldValue& value) {
  if (const auto* number = value.get<Decimal>()) return *number;
  if (const auto* text = value.get<std::string>()) return Decimal::parse(trim(*text));
  return std::nullopt;
}

std::optional<std::int64_t> to_user(const FieldValue& value) {
  if (const auto* user = value.get<UserRef>()) return user->user.value();
  if (const auto* assignee = value.get<AssigneeRef>()) return assignee->user.value();
  return std::nullopt;
}

// An id as a number or as text, or a reference itself.
std::optional<std::int64_t> to_id(const FieldValue& value) {
  if (const auto user = to_user(value)) return user;
  if (const auto* group = value.get<GroupRef>()) return group->group.value();
  const auto number = to_number(value);
  return number ? number->to_int() : std::nullopt;
}

bool is_reference(const FieldValue& value) {
  return value.get<UserRef>() != nullptr || value.get<GroupRef>() != nullptr ||
         value.get<AssigneeRef>() != nullptr;
}

std::optional<bool> equal_references(const FieldValue& a, const FieldValue& b) {
  if (a.storage().index() == b.storage().index()) return a == b;
  const bool both = is_reference(a) && is_reference(b);
  if (both && (a.get<GroupRef>() != nullptr || b.get<GroupRef>() != nullptr)) {
    const auto* assignee =
        a.get<AssigneeRef>() != nullptr ? a.get<AssigneeRef>() : b.get<AssigneeRef>();
    const auto* group = a.get<GroupRef>() != nullptr ? a.get<GroupRef>() : b.get<GroupRef>();
    if (assignee == nullptr) return std::nullopt;
    return assignee->group == group->group;
  }
  const auto left = to_id(a);
  const auto right = to_id(b);
  if (!left || !right) return std::nullopt;
  return *left == *right;
}

std::optional<std::strong_ordering> order_times(const FieldValue& a, const FieldValue& b) {
  const auto* text = b.get<std::string>();
  if (const auto* date = a.get<CalendarDate>()) {
    const auto* other = b.get<CalendarDate>();
    if (other != nullptr) return date->text.compare(other->text) <=> 0;
    if (text != nullptr && is_calendar_date(*text)) return date->text.compare(*text) <=> 0;
    return std::nullopt;
  }
  const auto* at = a.get<Instant>();
  if (at == nullptr) return std::nullopt;
  if (const auto* other = b.get<Instant>()) return *at <=> *other;
  if (text == nullptr) return std::nullopt;
  const auto parsed = parse_instant(*text, UtcOffset{});
  if (!parsed) return std::nullopt;
  return *at <=> *parsed;
}

bool is_time(const FieldValue& value) {
  return value.get<CalendarDate>() != nullptr || value.get<Instant>() != nullptr;
}

}  // namespace

std::optional<std::strong_ordering> order(const FieldValue& a, const FieldValue& b) {
  const auto* left = a.get<std::string>();
  const auto* right = b.get<std::string>();
  if (left != nullptr && right != nullptr) return left->compare(*right) <=> 0;
  if (is_time(a)) return order_times(a, b);
  if (is_time(b)) {
    const auto reversed = order_times(b, a);
    if (!reversed) return std::nullopt;
    return 0 <=> *reversed;
  }
  if (a.get<Decimal>() == nullptr && b.get<Decimal>() == nullptr) return std::nullopt;
  const auto x = to_number(a);
  const auto y = to_number(b);
  if (!x || !y) return std::nullopt;
  return *x <=> *y;
}

std::optional<bool> equals(const FieldValue& a, const FieldValue& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  if (a.storage().index() == b.storage().index()) return a == b;
  // A list of one element stands for that element.
  const auto* list = a.get<FieldValue::List>();
  const FieldValue* other = &b;
  if (list == nullptr) {
    list = b.get<FieldValue::List>();
    other = &a;
  }
  if (list != nullptr) {
    if (list->size() != 1 || list->front().get<FieldValue::List>() != nullptr) return std::nullopt;
    return equals(list->front(), *other);
  }
  if (is_reference(a) || is_reference(b)) return equal_references(a, b);
  const auto ordering = order(a, b);
  if (!ordering) return std::nullopt;
  return *ordering == std::strong_ordering::equal;
}

}  // namespace cinnabar::expr
