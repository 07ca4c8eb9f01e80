#include "domain/expr/operators.h"

#include "domain/expr/decimal_math.h"
#include "domain/expr/functions.h"
#include "domain/expr/machine.h"
#include "domain/expr/temporal.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace cinnabar::expr {
namespace {

Result<Value> from_number(std::optional<Decimal> number) {
  if (!number) return evaluation_error("the result is out of range");
  return Value{std::move(*number)};
}

Result<Value> calculate_numbers(Arithmetic op, const Decimal& a, const Decimal& b) {
  if (op == Arithmetic::add) return from_number(add(a, b));
  if (op == Arithmetic::subtract) return from_number(subtract(a, b));
  if (op == Arithmetic::multiply) return from_number(multiply(a, b));
  if (b.is_zero()) return evaluation_error("division by zero");
  if (op == Arithmetic::divide) return from_number(divide(a, b));
  return from_number(remainder(a, b));
}

Result<Value> concatenate(const std::string& a, const std::string& b) {
  if (a.size() + b.size() > limits::kFieldTextBytesMax) {
    return evaluation_error("the text is too long");
  }
  std::string out;
  out.reserve(a.size() + b.size());
  out += a;
  out += b;
  return Value{std::move(out)};
}

std::optional<std::int64_t> plus(std::int64_t a, std::int64_t b, bool minus) {
  std::int64_t out = 0;
  const bool overflow =
      minus ? __builtin_sub_overflow(a, b, &out) : __builtin_add_overflow(a, b, &out);
  return overflow ? std::nullopt : std::optional(out);
}

Value from_months(std::optional<std::int64_t> months) {
  return months ? Value{MonthsDuration{*months}} : Value{};
}
Value from_micros(std::optional<std::int64_t> micros) {
  return micros ? Value{Duration{*micros}} : Value{};
}

// The whole number towards zero.
std::optional<std::int64_t> whole(const std::optional<Decimal>& number) {
  if (!number) return std::nullopt;
  const auto cut = round(*number, 0, Rounding::down);
  return cut ? cut->to_int() : std::nullopt;
}

Value scale_duration(Arithmetic op, std::int64_t length, const Decimal& by, bool months) {
  if (op == Arithmetic::divide && by.is_zero()) return {};
  const auto scaled = whole(op == Arithmetic::multiply ? multiply(Decimal{length}, by)
                                                       : divide(Decimal{length}, by));
  return months ? from_months(scaled) : from_micros(scaled);
}

// Both are years and months, or both are days and time.
Value combine_durations(Arithmetic op, std::int64_t a, std::int64_t b, bool months) {
  if (op == Arithmetic::add || op == Arithmetic::subtract) {
    const auto total = plus(a, b, op == Arithmetic::subtract);
    return months ? from_months(total) : from_micros(total);
  }
  if (op != Arithmetic::divide || b == 0) return {};
  auto ratio = divide(Decimal{a}, Decimal{b});
  return ratio ? Value{std::move(*ratio)} : Value{};
}

std::optional<std::int64_t> length_of(const Value& value) {
  if (const auto* months = value.get<MonthsDuration>()) return months->months;
  if (const auto* duration = value.get<Duration>()) return duration->micros();
  return std::nullopt;
}

// A date alone is midnight in UTC.
std::optional<DateTime> to_date_time(const Value& value) {
  if (const auto* at = value.get<DateTime>()) return *at;
  const auto* date = value.get<Date>();
  if (date == nullptr) return std::nullopt;
  DateTime at{date->year, date->month, date->day, {}};
  at.time.offset_seconds = 0;
  return at;
}

Value subtract_times(const Value& a, const Value& b) {
  const auto* time = a.get<TimeOfDay>();
  const auto* other = b.get<TimeOfDay>();
  if (time != nullptr && other != nullptr) {
    if (has_zone(*time) != has_zone(*other)) return {};
    const DateTime left{1970, 1, 1, *time};
    const DateTime right{1970, 1, 1, *other};
    return from_micros(difference(to_point(left), to_point(right)));
  }
  const auto left = to_date_time(a);
  const auto right = to_date_time(b);
  if (!left || !right || has_zone(left->time) != has_zone(right->time)) return {};
  return from_micros(difference(to_point(*left), to_point(*right)));
}

Value shift_date(const Date& date, const Value& by, bool minus) {
  if (const auto* months = by.get<MonthsDuration>()) {
    const auto shifted = add_months(date, minus ? -months->months : months->months);
    return shifted ? Value{*shifted} : Value{};
  }
  const std::int64_t micros = by.get<Duration>()->micros();
  const std::int64_t amount = minus ? -micros : micros;
  const std::int64_t days = amount / kMicrosPerDay - (amount % kMicrosPerDay < 0 ? 1 : 0);
  const auto shifted = from_days(to_days(date) + days);
  return shifted ? Value{*shifted} : Value{};
}

Value shift_date_time(const DateTime& at, const Value& by, bool minus) {
  if (const auto* months = by.get<MonthsDuration>()) {
    const auto date = add_months(date_of(at), minus ? -months->months : months->months);
    if (!date) return {};
    return Value{DateTime{date->year, date->month, date->day, at.time}};
  }
  const std::int64_t micros = by.get<Duration>()->micros();
  const auto point = add(to_point(at), minus ? -micros : micros);
  auto shifted = point ? from_point(*point, at.time) : std::nullopt;
  return shifted ? Value{std::move(*shifted)} : Value{};
}

// A time goes round at midnight.
Value shift_time(const TimeOfDay& time, const Value& by, bool minus) {
  const auto* duration = by.get<Duration>();
  if (duration == nullptr) return {};
  const std::int64_t rest = duration->micros() % kMicrosPerDay;
  TimeOfDay out = time;
  out.micros = (time.micros + (minus ? -rest : rest) + kMicrosPerDay) % kMicrosPerDay;
  return Value{std::move(out)};
}

Value shift(const Value& value, const Value& by, bool minus) {
  const std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
  if (length_of(by) == smallest) return {};
  if (const auto* date = value.get<Date>()) return shift_date(*date, by, minus);
  if (const auto* at = value.get<DateTime>()) return shift_date_time(*at, by, minus);
  return shift_time(*value.get<TimeOfDay>(), by, minus);
}

bool is_moment(const Value& value) {
  return value.get<Date>() != nullptr || value.get<DateTime>() != nullptr ||
         value.get<TimeOfDay>() != nullptr;
}

Value calculate_times(Arithmetic op, const Value& a, const Value& b) {
  const auto left = length_of(a);
  const auto right = length_of(b);
  const bool months = a.get<MonthsDuration>() != nullptr;
  const bool additive = op == Arithmetic::add || op == Arithmetic::subtract;
  if (left && right) {
    if (months != (b.get<MonthsDuration>() != nullptr)) return {};
    return combine_durations(op, *left, *right, months);
  }
  if (is_moment(a) && right && additive) return shift(a, b, op == Arithmetic::subtract);
  if (left && is_moment(b) && op == Arithmetic::add) return shift(b, a, false);
  if (is_moment(a) && is_moment(b) && op == Arithmetic::subtract) return subtract_times(a, b);
  if (additive || op == Arithmetic::remainder) return {};
  if (const auto* number = b.get<Decimal>(); left && number != nullptr) {
    return scale_duration(op, *left, *number, months);
  }
  const auto* number = a.get<Decimal>();
  if (!right || number == nullptr || op != Arithmetic::multiply) return {};
  return scale_duration(op, *right, *number, b.get<MonthsDuration>() != nullptr);
}

Value seconds_of(std::int64_t micros) {
  auto value = divide(Decimal{micros}, Decimal{kMicrosPerSecond});
  return value ? Value{std::move(*value)} : Value{};
}

std::optional<Value> date_part(const Date& date, std::string_view name) {
  if (name == "year") return Value{std::int64_t{date.year}};
  if (name == "month") return Value{std::int64_t{date.month}};
  if (name == "day") return Value{std::int64_t{date.day}};
  if (name == "weekday") return Value{std::int64_t{weekday(date)}};
  return std::nullopt;
}

std::optional<Value> time_part(const TimeOfDay& time, std::optional<std::int32_t> offset,
                               std::string_view name) {
  const std::int64_t seconds = time.micros / kMicrosPerSecond;
  if (name == "hour") return Value{seconds / 3600};
  if (name == "minute") return Value{seconds / 60 % 60};
  if (name == "second") return seconds_of(time.micros % (60 * kMicrosPerSecond));
  if (name == "timezone") return time.zone.empty() ? Value{} : Value{time.zone};
  if (name != "time offset") return std::nullopt;
  return offset ? Value{Duration{*offset * kMicrosPerSecond}} : Value{};
}

std::optional<Value> duration_part(std::int64_t micros, std::string_view name) {
  const std::int64_t seconds = micros / kMicrosPerSecond;
  if (name == "days") return Value{seconds / 86'400};
  if (name == "hours") return Value{seconds / 3600 % 24};
  if (name == "minutes") return Value{seconds / 60 % 60};
  if (name == "seconds") return seconds_of(micros % (60 * kMicrosPerSecond));
  return std::nullopt;
}

std::optional<Value> range_part(const Value::Range& range, std::string_view name) {
  if (name == "start") return range.low;
  if (name == "end") return range.high;
  if (name == "start included") return Value{range.low_included && !range.low.is_null()};
  if (name == "end included") return Value{range.high_included && !range.high.is_null()};
  return std::nullopt;
}

bool is_list_of(const Value& value, const Type& type, std::int32_t depth) {
  const auto* list = value.list();
  if (list == nullptr) return false;
  return type.inner.empty() || std::ranges::all_of(*list, [&](const Value& element) {
           return is_instance(element, type.inner.front(), depth + 1);
         });
}

bool is_context_of(const Value& value, const Type& type, std::int32_t depth) {
  if (value.context() == nullptr) return false;
  for (std::size_t i = 0; i < type.names.size(); ++i) {
    const Value* entry = value.member(type.names[i]);
    if (entry == nullptr || !is_instance(*entry, type.inner[i], depth + 1)) return false;
  }
  return true;
}

bool is_range_of(const Value& value, const Type& type, std::int32_t depth) {
  const auto* range = value.range();
  if (range == nullptr) return false;
  if (type.inner.empty()) return true;
  return (range->low.is_null() || is_instance(range->low, type.inner.front(), depth + 1)) &&
         (range->high.is_null() || is_instance(range->high, type.inner.front(), depth + 1));
}

}  // namespace

Result<Value> calculate(Arithmetic op, const Value& a, const Value& b) {
  const auto* left = a.get<Decimal>();
  const auto* right = b.get<Decimal>();
  if (left != nullptr && right != nullptr) return calculate_numbers(op, *left, *right);
  if (op == Arithmetic::add) {
    const auto* text = a.get<std::string>();
    const auto* other = b.get<std::string>();
    if (text != nullptr && other != nullptr) return concatenate(*text, *other);
  }
  return calculate_times(op, a, b);
}

Result<Value> raise(const Value& base, const Value& exponent) {
  const auto* number = base.get<Decimal>();
  const auto* power = exponent.get<Decimal>();
  if (number == nullptr || power == nullptr) return Value{};
  if (number->is_zero() && power->is_negative()) return evaluation_error("division by zero");
  if (number->is_negative() && !is_whole(*power)) return Value{};
  return from_number(expr::power(*number, *power));
}

Result<Value> negated(const Value& value) {
  if (const auto* number = value.get<Decimal>()) {
    return from_number(subtract(Decimal{}, *number));
  }
  if (const auto* months = value.get<MonthsDuration>()) {
    return from_months(plus(0, months->months, true));
  }
  if (const auto* duration = value.get<Duration>()) {
    return from_micros(plus(0, duration->micros(), true));
  }
  return Value{};
}

std::optional<Value> property(const Value& value, std::string_view name) {
  if (const Value* entry = value.member(name)) return *entry;
  if (const auto* date = value.get<Date>()) return date_part(*date, name);
  if (const auto* at = value.get<DateTime>()) {
    const auto part = date_part(date_of(*at), name);
    return part ? part : time_part(at->time, offset_at(*at), name);
  }
  if (const auto* time = value.get<TimeOfDay>()) {
    return time_part(*time, offset_at(DateTime{1970, 1, 1, *time}), name);
  }
  if (const auto* months = value.get<MonthsDuration>()) {
    if (name == "years") return Value{months->months / 12};
    if (name == "months") return Value{months->months % 12};
  }
  if (const auto* duration = value.get<Duration>()) return duration_part(duration->micros(), name);
  if (const auto* range = value.range()) return range_part(*range, name);
  return std::nullopt;
}

bool is_instance(const Value& value, const Type& type, std::int32_t depth) {
  if (depth > limits::kExpressionValueDepthMax) return false;
  switch (type.kind) {
    case TypeKind::any:
      return !value.is_null();
    case TypeKind::null:
      return value.is_null();
    case TypeKind::number:
      return value.get<Decimal>() != nullptr;
    case TypeKind::text:
      return value.get<std::string>() != nullptr;
    case TypeKind::boolean:
      return value.get<bool>() != nullptr;
    case TypeKind::date:
      return value.get<Date>() != nullptr;
    case TypeKind::time:
      return value.get<TimeOfDay>() != nullptr;
    case TypeKind::date_time:
      return value.get<DateTime>() != nullptr;
    case TypeKind::days_duration:
      return value.get<Duration>() != nullptr;
    case TypeKind::months_duration:
      return value.get<MonthsDuration>() != nullptr;
    case TypeKind::list:
      return is_list_of(value, type, depth);
    case TypeKind::context:
      return is_context_of(value, type, depth);
    case TypeKind::range:
      return is_range_of(value, type, depth);
    case TypeKind::function: {
      const auto* function = value.function();
      if (function == nullptr) return false;
      return type.inner.empty() || function->shape->parameters.size() == type.inner.size();
    }
  }
  CINNABAR_UNREACHABLE();
}

}  // namespace cinnabar::expr
