#include "domain/expr/at_literal.h"

#include "domain/expr/iso_time.h"
#include "domain/expr/temporal.h"

#include <utility>

namespace cinnabar::expr {

Value read_duration(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return {};
  const std::string_view days = text.substr(0, text.find('T'));
  const bool in_months = days.find_first_of("YM") != std::string_view::npos;
  const bool in_days = days.find_first_of("WD") != std::string_view::npos || days != text;
  if (in_months && in_days) return {};
  if (in_months) return Value{MonthsDuration{duration->months}};
  return Value{Duration{duration->micros}};
}

Value read_at_literal(std::string_view text) {
  if (Value duration = read_duration(text); !duration.is_null()) return duration;
  if (auto at = parse_date_time(text)) return Value{std::move(*at)};
  if (const auto date = parse_date(text)) return Value{*date};
  if (auto time = parse_time(text)) return Value{std::move(*time)};
  return {};
}

}  // namespace cinnabar::expr
