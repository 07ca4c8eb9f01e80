#include "domain/expr/compare.h"

#include "base/text.h"
#include "domain/expr/iso_time.h"
#include "domain/expr/temporal.h"
#include "vocab/limits.h"

#include <algorithm>

namespace cinnabar::expr {
namespace {

using Ordering = std::optional<std::strong_ordering>;
constexpr std::int32_t kDepthMax = 2 * limits::kExpressionDepthMax;
constexpr std::size_t kWorkMax = limits::kExpressionStepsMax;

std::optional<Decimal> to_number(const Value& value) {
  if (const auto* number = value.get<Decimal>()) return *number;
  if (const auto* text = value.get<std::string>()) return Decimal::parse(trim(*text));
  return std::nullopt;
}

std::optional<std::int64_t> to_user(const Value& value) {
  if (const auto* user = value.get<UserRef>()) return user->user.value();
  if (const auto* assignee = value.get<AssigneeRef>()) return assignee->user.value();
  return std::nullopt;
}

// An id as a number or as text, or a reference itself.
std::optional<std::int64_t> to_id(const Value& value) {
  if (const auto user = to_user(value)) return user;
  if (const auto* group = value.get<GroupRef>()) return group->group.value();
  const auto number = to_number(value);
  return number ? number->to_int() : std::nullopt;
}

bool is_reference(const Value& value) {
  return value.get<UserRef>() != nullptr || value.get<GroupRef>() != nullptr ||
         value.get<AssigneeRef>() != nullptr;
}

std::optional<bool> equal_references(const Value& a, const Value& b) {
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

bool is_temporal(const Value& value) {
  return value.get<Date>() != nullptr || value.get<TimeOfDay>() != nullptr ||
         value.get<DateTime>() != nullptr || value.get<MonthsDuration>() != nullptr ||
         value.get<Duration>() != nullptr;
}

// The text as a value of the kind of `like`.
std::optional<Value> read_like(const Value& like, std::string_view text) {
  if (like.get<Date>() != nullptr) {
    if (const auto date = parse_date(text)) return Value{*date};
  } else if (like.get<TimeOfDay>() != nullptr) {
    if (auto time = parse_time(text)) return Value{std::move(*time)};
  } else if (like.get<DateTime>() != nullptr) {
    if (auto at = parse_date_time(text)) return Value{std::move(*at)};
    if (const auto at = parse_instant(text, UtcOffset{})) return Value{from_instant(*at)};
  } else if (const auto duration = parse_duration(text)) {
    if (like.get<MonthsDuration>() != nullptr && duration->micros == 0) {
      return Value{MonthsDuration{duration->months}};
    }
    if (like.get<Duration>() != nullptr && duration->months == 0) {
      return Value{Duration{duration->micros}};
    }
  }
  return std::nullopt;
}

// Of one kind. A time with a zone and one without have no order.
Ordering order_times(const TimeOfDay& a, const TimeOfDay& b) {
  const auto shifted = [](const TimeOfDay& time) {
    // The zone's offset today is not known here: the one of 1970 stands for it.
    const DateTime at{1970, 1, 1, time};
    return time.micros - offset_at(at).value_or(0) * kMicrosPerSecond;
  };
  if (has_zone(a) != has_zone(b)) return std::nullopt;
  return shifted(a) <=> shifted(b);
}

Ordering order_temporal(const Value& a, const Value& b) {
  if (const auto* date = a.get<Date>()) {
    if (const auto* other = b.get<Date>()) return to_days(*date) <=> to_days(*other);
  } else if (const auto* time = a.get<TimeOfDay>()) {
    if (const auto* other = b.get<TimeOfDay>()) return order_times(*time, *other);
  } else if (const auto* at = a.get<DateTime>()) {
    if (const auto* other = b.get<DateTime>()) return to_point(*at) <=> to_point(*other);
  } else if (const auto* months = a.get<MonthsDuration>()) {
    if (const auto* other = b.get<MonthsDuration>()) return months->months <=> other->months;
  } else if (const auto* duration = a.get<Duration>()) {
    if (const auto* other = b.get<Duration>()) return *duration <=> *other;
  }
  return std::nullopt;
}

std::optional<bool> equals(const Value& a, const Value& b, std::int32_t depth, std::size_t& work);

std::optional<bool> equal_lists(const Value::List& a, const Value::List& b, std::int32_t depth,
                                std::size_t& work) {
  if (&a == &b) return true;
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equals(a[i], b[i], depth + 1, work).value_or(false)) return false;
  }
  return true;
}

std::optional<bool> equal_contexts(const Value& a, const Value& b, std::int32_t depth,
                                   std::size_t& work) {
  if (a.context() == b.context()) return true;
  if (a.context()->size() != b.context()->size()) return false;
  for (std::size_t i = 0; i < a.context()->size(); ++i) {
    const auto& [key, value] = (*a.context())[i];
    // Mostly both are in the same order.
    const auto& beside = (*b.context())[i];
    const Value* other = beside.first == key ? &beside.second : b.member(key);
    if (other == nullptr || !equals(value, *other, depth + 1, work).value_or(false)) return false;
  }
  return true;
}

std::optional<bool> equals(const Value& a, const Value& b, std::int32_t depth, std::size_t& work) {
  if (depth > kDepthMax || ++work > kWorkMax) return std::nullopt;
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  const Value::List* list = a.list();
  if (list != nullptr && b.list() != nullptr) return equal_lists(*list, *b.list(), depth, work);
  const Value* other = &b;
  if (list == nullptr) {
    list = b.list();
    other = &a;
  }
  if (list != nullptr) {
    if (list->size() != 1 || list->front().list() != nullptr) return std::nullopt;
    return equals(list->front(), *other, depth + 1, work);
  }
  if (a.context() != nullptr && b.context() != nullptr) return equal_contexts(a, b, depth, work);
  if (is_temporal(a) || is_temporal(b)) {
    const auto ordering = order(a, b);
    if (!ordering) return std::nullopt;
    return *ordering == std::strong_ordering::equal;
  }
  if (a.storage().index() == b.storage().index()) return a == b;
  if (is_reference(a) || is_reference(b)) return equal_references(a, b);
  const auto ordering = order(a, b);
  if (!ordering) return std::nullopt;
  return *ordering == std::strong_ordering::equal;
}

}  // namespace

std::optional<bool> equals(const Value& a, const Value& b, std::size_t& work) {
  return equals(a, b, 0, work);
}

std::optional<std::strong_ordering> order(const Value& a, const Value& b) {
  const auto* left = a.get<std::string>();
  const auto* right = b.get<std::string>();
  if (left != nullptr && right != nullptr) return left->compare(*right) <=> 0;
  if (is_temporal(a)) {
    if (right == nullptr) return order_temporal(a, b);
    const auto read = read_like(a, *right);
    return read ? order_temporal(a, *read) : std::nullopt;
  }
  if (is_temporal(b)) {
    if (left == nullptr) return std::nullopt;
    const auto read = read_like(b, *left);
    return read ? order_temporal(*read, b) : std::nullopt;
  }
  const auto* number = a.get<Decimal>();
  const auto* other = b.get<Decimal>();
  if (number != nullptr && other != nullptr) return *number <=> *other;
  if (number == nullptr && other == nullptr) return std::nullopt;
  const auto x = to_number(a);
  const auto y = to_number(b);
  if (!x || !y) return std::nullopt;
  return *x <=> *y;
}

std::optional<bool> includes(const Value::Range& range, const Value& value) {
  bool inside = true;
  if (!range.low.is_null()) {
    const auto low = order(value, range.low);
    if (!low) return std::nullopt;
    inside = range.low_included ? *low >= 0 : *low > 0;
  }
  if (!range.high.is_null()) {
    const auto high = order(value, range.high);
    if (!high) return std::nullopt;
    inside = inside && (range.high_included ? *high <= 0 : *high < 0);
  }
  return inside;
}

}  // namespace cinnabar::expr
