#include "api/dialects/dadayun/conditions.h"

#include "api/common/utc_text.h"
#include "api/dialects/dadayun/ids.h"
#include "base/text.h"

#include <algorithm>
#include <limits>

namespace cinnabar::dadayun {
namespace {

constexpr Duration kDay = hours(24);

FilterNode inverse(FilterNode node) {
  return none_of({std::move(node)});
}

FilterNode text_below(const TextColumn& column, FilterOp op, const std::string& value) {
  FilterNode below = column.is(op, value);
  const bool fits_absent = column.absent_is_empty && (op == FilterOp::less_equal || !value.empty());
  if (!fits_absent) return below;
  return any_of({std::move(below), column.is_absent});
}

FilterNode text_above(const TextColumn& column, FilterOp op, const std::string& value) {
  if (column.absent_is_empty && op == FilterOp::greater_equal && value.empty()) {
    return everything();
  }
  return column.is(op, value);
}

FilterNode text_equal(const TextColumn& column, const std::string& value) {
  FilterNode equal = column.is(FilterOp::equal, value);
  if (!column.absent_is_empty || !value.empty()) return equal;
  return any_of({std::move(equal), column.is_absent});
}

FilterNode text_like(const TextColumn& column, const std::string& value) {
  if (!value.empty()) return column.is(FilterOp::contains, value);
  return column.absent_is_empty ? everything() : inverse(column.is_absent);
}

Result<FilterNode> between(const TimeColumn& column, std::optional<Instant> first,
                           std::optional<Instant> second) {
  std::vector<FilterNode> parts;
  if (first) {
    CINNABAR_TRY(FilterNode low, column.from(*first));
    parts.push_back(std::move(low));
  }
  if (second) {
    CINNABAR_TRY(FilterNode high, column.before(*second));
    parts.push_back(std::move(high));
  }
  return all_of(std::move(parts));
}
Result<FilterNode> within(const TimeColumn& column, const Period& period) {
  return between(column, period.first, period.second);
}

// The seventh digit of a fraction is finer than anything that is stored.
std::string without_seventh_digit(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::string(text);
  std::size_t end = dot + 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  if (end - dot - 1 != 7) return std::string(text);
  return std::string(text.substr(0, end - 1)) + std::string(text.substr(end));
}

Instant to_whole_millis(Instant at) {
  const std::int64_t micros = at.micros();
  const std::int64_t rest = ((micros % 1000) + 1000) % 1000;
  return Instant{micros - rest};
}

constexpr std::string_view kEarliest = "0000-00-00T00:00:00.000Z";
constexpr std::string_view kLatest = "9999-99-99T99:99:99.999Z";

bool has_shape_of_time(std::string_view prefix) {
  if (prefix.size() > kEarliest.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const bool wants_digit = kLatest[i] == '9';
    const bool is_digit = prefix[i] >= '0' && prefix[i] <= '9';
    if (wants_digit ? !is_digit : prefix[i] != kEarliest[i]) return false;
  }
  return true;
}

std::int32_t part(std::string_view text, std::size_t at, std::size_t size) {
  return static_cast<std::int32_t>(parse_int(text.substr(at, size)).value_or(0));
}

// The first or last moment of the calendar at or within these digits, each part held in its range.
std::optional<Instant> held_in_calendar(const std::string& text) {
  CivilTime civil;
  civil.year = std::clamp(part(text, 0, 4), 1, 9999);
  civil.month = std::clamp(part(text, 5, 2), 1, 12);
  civil.day = std::clamp(part(text, 8, 2), 1, 31);
  civil.hour = std::clamp(part(text, 11, 2), 0, 23);
  civil.minute = std::clamp(part(text, 14, 2), 0, 59);
  civil.second = std::clamp(part(text, 17, 2), 0, 59);
  civil.micros = part(text, 20, 3) * 1000;
  while (civil.day > 28 && !from_civil(civil, {})) --civil.day;
  return from_civil(civil, {});
}

Result<FilterNode> time_like(const FilterItem& item, const TimeColumn& column) {
  if (!column.has_like) return unfit_operator(item);
  FilterNode fits = inverse(column.is_absent);
  if (!item.value1->empty()) {
    const auto period = period_of_prefix(*item.value1);
    if (!period) return invalid_filter(item.column + "的like只支持时间文本的开头");
    CINNABAR_TRY(fits, within(column, *period));
  }
  if (item.op == Operator::like) return fits;
  return inverse(std::move(fits));
}

}  // namespace

FilterNode everything() {
  return all_of({});
}
FilterNode nothing() {
  return any_of({});
}

Result<FilterNode> text_condition(const FilterItem& item, const TextColumn& column) {
  switch (item.op) {
    case Operator::equal:
      return text_equal(column, *item.value1);
    case Operator::not_equal:
      return inverse(text_equal(column, *item.value1));
    case Operator::like:
      return text_like(column, *item.value1);
    case Operator::not_like:
      return inverse(text_like(column, *item.value1));
    case Operator::greater:
      return text_above(column, FilterOp::greater, *item.value1);
    case Operator::greater_equal:
      return text_above(column, FilterOp::greater_equal, *item.value1);
    case Operator::less:
      return text_below(column, FilterOp::less, *item.value1);
    case Operator::less_equal:
      return text_below(column, FilterOp::less_equal, *item.value1);
    case Operator::empty:
      return any_of({column.is(FilterOp::equal, ""), column.is_absent});
    case Operator::range:
      break;
  }
  std::vector<FilterNode> parts;
  if (item.value1) parts.push_back(text_above(column, FilterOp::greater_equal, *item.value1));
  if (item.value2) parts.push_back(text_below(column, FilterOp::less_equal, *item.value2));
  return all_of(std::move(parts));
}

TimeColumn stored_time(std::uint16_t column) {
  return {[column](Instant at) -> Result<FilterNode> {
            return where(column, FilterOp::greater_equal, CellValue{at.micros()});
          },
          [column](Instant at) -> Result<FilterNode> {
            return where(column, FilterOp::less, CellValue{at.micros()});
          },
          where_equal(column, CellValue{}), true};
}

Result<FilterNode> time_condition(const FilterItem& item, const TimeColumn& column,
                                  UtcOffset zone) {
  if (item.op == Operator::empty) return column.is_absent;
  if (item.op == Operator::like || item.op == Operator::not_like) {
    return time_like(item, column);
  }
  std::optional<Period> first;
  std::optional<Period> second;
  if (item.value1 && !(first = parse_period(*item.value1, zone))) {
    return unfit_value(item, *item.value1);
  }
  if (item.op == Operator::range && item.value2 && !(second = parse_period(*item.value2, zone))) {
    return unfit_value(item, *item.value2);
  }
  switch (item.op) {
    case Operator::equal:
      return within(column, *first);
    case Operator::not_equal: {
      CINNABAR_TRY(FilterNode equal, within(column, *first));
      return inverse(std::move(equal));
    }
    case Operator::greater:
      return column.from(first->second);
    case Operator::greater_equal:
      return column.from(first->first);
    case Operator::less:
      return column.before(first->first);
    case Operator::less_equal:
      return column.before(first->second);
    default:
      break;
  }
  return between(column, first ? std::optional(first->first) : std::nullopt,
                 second ? std::optional(second->second) : std::nullopt);
}

Result<FilterNode> guid_condition(const FilterItem& item, const GuidColumn& column) {
  switch (item.op) {
    case Operator::equal:
    case Operator::not_equal: {
      FilterNode equal =
          plain_guid(trim(*item.value1)) ? column.exact(trim(*item.value1)) : nothing();
      return item.op == Operator::equal ? equal : inverse(std::move(equal));
    }
    case Operator::like:
    case Operator::not_like: {
      FilterNode fits = inverse(column.is_absent);
      const std::string part = to_lower_ascii(*item.value1);
      const auto digits = plain_guid(part);
      if (digits && part == with_dashes(*digits)) {
        fits = column.exact(part);
      } else if (!part.empty() && !column.find) {
        return invalid_filter(item.column + "的like需要完整的Id");
      } else if (!part.empty()) {
        fits = column.find(part);
      }
      return item.op == Operator::like ? fits : inverse(std::move(fits));
    }
    case Operator::empty:
      return column.is_absent;
    default:
      return unfit_operator(item);
  }
}

Result<std::optional<bool>> wanted_flag(const FilterItem& item) {
  if (item.op == Operator::empty) return std::optional<bool>{};
  if (item.op != Operator::equal && item.op != Operator::not_equal) return unfit_operator(item);
  const auto flag = parse_flag(trim(*item.value1));
  if (!flag) return unfit_value(item, *item.value1);
  return std::optional{*flag == (item.op == Operator::equal)};
}

Result<FilterNode> flag_condition(const FilterItem& item, const FilterNode& is_true) {
  CINNABAR_TRY(const auto wanted, wanted_flag(item));
  if (!wanted) return nothing();
  return *wanted ? is_true : inverse(is_true);
}

Result<std::vector<std::int64_t>> number_choice(const FilterItem& item,
                                                const std::vector<std::int64_t>& values) {
  std::vector<std::int64_t> fits;
  if (item.op == Operator::empty) return fits;
  const bool is_like = item.op == Operator::like || item.op == Operator::not_like;
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> second;
  if (!is_like && item.value1 && !(first = parse_int(trim(*item.value1)))) {
    return unfit_value(item, *item.value1);
  }
  if (item.op == Operator::range && item.value2 && !(second = parse_int(trim(*item.value2)))) {
    return unfit_value(item, *item.value2);
  }
  const auto is_fit = [&](std::int64_t value) {
    switch (item.op) {
      case Operator::equal:
        return value == *first;
      case Operator::not_equal:
        return value != *first;
      case Operator::like:
        return std::to_string(value).find(*item.value1) != std::string::npos;
      case Operator::not_like:
        return std::to_string(value).find(*item.value1) == std::string::npos;
      case Operator::greater:
        return value > *first;
      case Operator::greater_equal:
        return value >= *first;
      case Operator::less:
        return value < *first;
      case Operator::less_equal:
        return value <= *first;
      case Operator::range:
        return (!first || value >= *first) && (!second || value <= *second);
      case Operator::empty:
        break;
    }
    return false;
  };
  std::ranges::copy_if(values, std::back_inserter(fits), is_fit);
  return fits;
}

std::optional<Period> parse_period(std::string_view text, UtcOffset zone) {
  text = trim(text);
  const auto at = parse_instant(without_seventh_digit(text), zone);
  if (!at) return std::nullopt;
  if (is_calendar_date(text)) return Period{*at, *at + kDay};
  const Instant from = to_whole_millis(*at);
  return Period{from, from + milliseconds(1)};
}

std::optional<Period> period_of_prefix(std::string_view prefix) {
  if (!has_shape_of_time(prefix)) return std::nullopt;
  const std::string rest_low(kEarliest.substr(prefix.size()));
  const std::string rest_high(kLatest.substr(prefix.size()));
  const auto low = held_in_calendar(std::string(prefix) + rest_low);
  const auto high = held_in_calendar(std::string(prefix) + rest_high);
  const bool exists = low && high && api::to_utc_millis(*low).starts_with(prefix) &&
                      api::to_utc_millis(*high).starts_with(prefix);
  if (!exists) return Period{Instant{}, Instant{}};
  return Period{*low, *high + milliseconds(1)};
}

std::optional<bool> parse_flag(std::string_view text) {
  if (text == "1" || equals_ignore_ascii_case(text, "true")) return true;
  if (text == "0" || equals_ignore_ascii_case(text, "false")) return false;
  return std::nullopt;
}

}  // namespace cinnabar::dadayun
