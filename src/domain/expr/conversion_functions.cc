#include "base/text.h"
#include "domain/expr/at_literal.h"
#include "domain/expr/builtins.h"
#include "domain/expr/compare.h"
#include "domain/expr/parser.h"
#include "domain/expr/temporal.h"
#include "domain/expr/text.h"
#include "domain/expr/zone.h"
#include "vocab/limits.h"

#include <algorithm>
#include <utility>

namespace cinnabar::expr::builtin {
namespace {

bool is_separator(const Value& value, std::string_view allowed) {
  const auto* text = text_of(value);
  return value.is_null() ||
         (text != nullptr && text->size() == 1 && allowed.find(*text) != std::string_view::npos);
}

// Without the grouping, with '.' before the fraction.
std::string plain_number(std::string_view text, const std::string* grouping,
                         const std::string* point) {
  std::string out;
  for (const char c : text) {
    if (grouping != nullptr && c == grouping->front()) continue;
    // A point that is not the decimal one makes the text no number.
    if (c == '.' && point != nullptr && *point != ".") return "";
    out += point != nullptr && c == point->front() ? '.' : c;
  }
  return out;
}

Value from_date(std::optional<Date> date) {
  return date ? Value{*date} : Value{};
}

// An offset as a duration of days and time; false when it is none.
bool set_offset(TimeOfDay& time, const Value& offset) {
  if (offset.is_null()) return true;
  const auto* duration = single(offset).get<Duration>();
  if (duration == nullptr || duration->micros() % kMicrosPerSecond != 0) return false;
  const std::int64_t seconds = duration->micros() / kMicrosPerSecond;
  if (seconds > 18 * 3600 || seconds < -18 * 3600) return false;
  time.offset_seconds = static_cast<std::int32_t>(seconds);
  return true;
}

std::optional<TimeOfDay> make_time(Arguments parts) {
  const auto hour = int_of(parts[0]);
  const auto minute = int_of(parts[1]);
  const auto* second = number_of(parts[2]);
  if (!hour || !minute || second == nullptr || second->is_negative()) return std::nullopt;
  if (*hour < 0 || *hour > 23 || *minute < 0 || *minute > 59) return std::nullopt;
  // Microseconds, further digits cut.
  const std::string& text = second->text();
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string fraction = point < text.size() ? text.substr(point + 1, 6) : "";
  fraction.resize(6, '0');
  const auto whole = parse_int(text.substr(0, point));
  if (!whole || *whole > 59) return std::nullopt;
  TimeOfDay out;
  out.micros =
      (*hour * 3600 + *minute * 60 + *whole) * kMicrosPerSecond + parse_int(fraction).value_or(0);
  if (parts.size() > 3 && !set_offset(out, parts[3])) return std::nullopt;
  return out;
}

std::optional<Date> make_date(Arguments parts) {
  const auto year = int_of(parts[0]);
  const auto month = int_of(parts[1]);
  const auto day = int_of(parts[2]);
  if (!year || !month || !day || !is_date(*year, *month, *day)) return std::nullopt;
  return Date{static_cast<std::int32_t>(*year), static_cast<std::int32_t>(*month),
              static_cast<std::int32_t>(*day)};
}

std::optional<Date> date_part(const Value& value) {
  if (const auto* date = value.get<Date>()) return *date;
  if (const auto* at = value.get<DateTime>()) return date_of(*at);
  return std::nullopt;
}

Value join(const Date& date, TimeOfDay time) {
  return Value{DateTime{date.year, date.month, date.day, std::move(time)}};
}

Value read_date_time(std::string_view text) {
  if (auto at = parse_date_time(text)) return Value{std::move(*at)};
  const auto date = parse_date(text);
  return date ? join(*date, {}) : Value{};
}

// The same moment as clocks show it in another zone.
Value move_to_zone(const Value& value, const std::string& zone) {
  const auto* at = value.get<DateTime>();
  if (at == nullptr || !is_zone(zone)) return {};
  TimeOfDay like;
  like.zone = zone;
  if (!has_zone(at->time)) {
    like.micros = at->time.micros;
    return join(date_of(*at), std::move(like));
  }
  auto moved = from_point(to_point(*at), like);
  return moved ? Value{std::move(*moved)} : Value{};
}

}  // namespace

const Value& single(const Value& value) {
  const auto* list = value.list();
  return list != nullptr && list->size() == 1 ? list->front() : value;
}
const std::string* text_of(const Value& value) {
  return single(value).get<std::string>();
}
const Decimal* number_of(const Value& value) {
  return single(value).get<Decimal>();
}
std::optional<std::int64_t> int_of(const Value& value) {
  const auto* number = number_of(value);
  return number == nullptr ? std::nullopt : number->to_int();
}
Value::List list_of(const Value& value) {
  if (const auto* list = value.list()) return *list;
  Value::List out;
  if (!value.is_null()) out.push_back(value);
  return out;
}
Arguments elements(Arguments arguments) {
  const auto* list = arguments[0].list();
  return arguments.size() == 1 && list != nullptr ? Arguments(*list) : arguments;
}
bool is_blank(const Value& value) {
  const auto* text = value.get<std::string>();
  return value.is_null() || (text != nullptr && text->empty());
}

Answer string(Arguments arguments, Runtime& runtime) {
  if (arguments[0].is_null()) return Value{};
  if (arguments[0].get<std::string>() != nullptr) return arguments[0];
  auto text = to_text(arguments[0], limits::kFieldTextBytesMax);
  if (!text) return evaluation_error("the text is too long");
  CINNABAR_CHECK_OK(runtime.spend(text->size() / 64));
  return Value{std::move(*text)};
}

Answer number(Arguments arguments, Runtime&) {
  if (arguments.size() == 1 && number_of(arguments[0]) != nullptr) return single(arguments[0]);
  const auto* text = text_of(arguments[0]);
  if (text == nullptr) return Value{};
  if (arguments.size() > 1 && !is_separator(arguments[1], " ,.")) return Value{};
  if (arguments.size() > 2 && !is_separator(arguments[2], ",.")) return Value{};
  const auto* grouping = arguments.size() > 1 ? text_of(arguments[1]) : nullptr;
  const auto* point = arguments.size() > 2 ? text_of(arguments[2]) : nullptr;
  if (grouping != nullptr && point != nullptr && *grouping == *point) return Value{};
  const bool plain = grouping == nullptr && point == nullptr;
  auto parsed =
      Decimal::parse(plain ? std::string(trim(*text)) : plain_number(trim(*text), grouping, point));
  return parsed ? Value{std::move(*parsed)} : Value{};
}

Answer date(Arguments arguments, Runtime&) {
  if (arguments.size() == 3) return from_date(make_date(arguments));
  if (arguments.size() != 1) return Value{};
  if (const auto* text = text_of(arguments[0])) return from_date(parse_date(*text));
  return from_date(date_part(single(arguments[0])));
}

Answer time(Arguments arguments, Runtime&) {
  if (arguments.size() >= 3) {
    auto made = make_time(arguments);
    return made ? Value{std::move(*made)} : Value{};
  }
  if (arguments.size() != 1) return Value{};
  const Value& from = single(arguments[0]);
  if (const auto* text = from.get<std::string>()) {
    auto parsed = parse_time(text->starts_with('T') ? std::string_view(*text).substr(1)
                                                    : std::string_view(*text));
    return parsed ? Value{std::move(*parsed)} : Value{};
  }
  if (from.get<TimeOfDay>() != nullptr) return from;
  if (const auto* at = from.get<DateTime>()) return Value{at->time};
  if (from.get<Date>() == nullptr) return Value{};
  TimeOfDay midnight;
  midnight.offset_seconds = 0;
  return Value{std::move(midnight)};
}

Answer date_and_time(Arguments arguments, Runtime&) {
  const Value& from = single(arguments[0]);
  if (arguments.size() == 1) {
    if (const auto* text = from.get<std::string>()) return read_date_time(*text);
    if (from.get<DateTime>() != nullptr) return from;
    const auto date = date_part(from);
    if (!date) return Value{};
    TimeOfDay midnight;
    midnight.offset_seconds = 0;
    return join(*date, std::move(midnight));
  }
  if (arguments.size() == 2) {
    if (const auto* zone = text_of(arguments[1])) return move_to_zone(from, *zone);
    const auto date = date_part(from);
    const auto* time = single(arguments[1]).get<TimeOfDay>();
    return date && time != nullptr ? join(*date, *time) : Value{};
  }
  if (arguments.size() < 6 || arguments.size() > 7) return Value{};
  const auto date = make_date(arguments.first(3));
  auto time = make_time(arguments.subspan(3));
  return date && time ? join(*date, std::move(*time)) : Value{};
}

Answer duration(Arguments arguments, Runtime&) {
  const Value& from = single(arguments[0]);
  if (const auto* text = from.get<std::string>()) return read_duration(*text);
  const bool is_duration = from.get<Duration>() != nullptr || from.get<MonthsDuration>() != nullptr;
  return is_duration ? from : Value{};
}

// Whole months between two days.
Answer months_between(Arguments arguments, Runtime&) {
  const auto from = date_part(single(arguments[0]));
  const auto to = date_part(single(arguments[1]));
  if (!from || !to) return Value{};
  std::int64_t months = (std::int64_t{to->year} - from->year) * 12 + to->month - from->month;
  if (months > 0 && to->day < from->day) --months;
  if (months < 0 && to->day > from->day) ++months;
  return Value{MonthsDuration{months}};
}

// A range as text, of literals only.
Answer range(Arguments arguments, Runtime& runtime) {
  const auto* text = text_of(arguments[0]);
  if (text == nullptr) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(1 + text->size() / 8));
  const auto program = compile(*text, Form::expression, {});
  if (!program) return Value{};
  const Node& root = program->nodes[program->root];
  if (root.kind != NodeKind::range) return Value{};
  Value::Range out;
  for (std::size_t i = 0; i < 2; ++i) {
    const Node& end = program->nodes[program->children_of(root)[i]];
    if (end.kind != NodeKind::constant) return Value{};
    (i == 0 ? out.low : out.high) = program->constants[end.a];
  }
  if (root.a == 0 && (out.low.is_null() || out.high.is_null())) return Value{};
  if (root.a == 0 && !order(out.low, out.high)) return Value{};
  out.low_included = (root.flag & kLowOpen) == 0;
  out.high_included = (root.flag & kHighOpen) == 0;
  return Value{std::move(out)};
}

Answer logical_not(Arguments arguments, Runtime&) {
  const auto* truth = single(arguments[0]).get<bool>();
  return truth == nullptr ? Value{} : Value{!*truth};
}

// The same kind and the same content; 'Z' and "+00:00" are the same offset, an instant in two zones
// is not the same value.
Answer is(Arguments arguments, Runtime& runtime) {
  const Value& a = arguments[0];
  const Value& b = arguments[1];
  if (a.storage().index() != b.storage().index()) return Value{false};
  if (const auto* at = a.get<DateTime>()) return Value{*at == *b.get<DateTime>()};
  if (const auto* time = a.get<TimeOfDay>()) return Value{*time == *b.get<TimeOfDay>()};
  CINNABAR_TRY(const auto same, runtime.equal(a, b));
  return Value{same.value_or(false)};
}

Answer is_defined(Arguments arguments, Runtime&) {
  return Value{!arguments[0].is_null()};
}

Answer get_or_else(Arguments arguments, Runtime&) {
  return arguments[0].is_null() ? arguments[1] : arguments[0];
}

}  // namespace cinnabar::expr::builtin
