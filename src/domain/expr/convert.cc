#include "domain/expr/iso_time.h"
#include "domain/expr/temporal.h"
#include "domain/expr/text.h"
#include "domain/expr/value.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace cinnabar::expr {
namespace {

constexpr std::int32_t kDepthMax = 64;

Value read(const FieldValue& value, std::int32_t depth);

Value read_row(const FieldValues& row, std::int32_t depth) {
  Value::Context out;
  out.reserve(row.size());
  for (const auto& [id, cell] : row) out.emplace_back(id, read(cell, depth + 1));
  return Value{std::move(out)};
}

Value read(const FieldValue& value, std::int32_t depth) {
  if (depth > kDepthMax) return {};
  return std::visit(
      [depth](const auto& held) -> Value {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return {};
        } else if constexpr (std::is_same_v<Held, CalendarDate>) {
          const auto date = parse_date(held.text);
          return date ? Value{*date} : Value{held.text};
        } else if constexpr (std::is_same_v<Held, Instant>) {
          return Value{from_instant(held)};
        } else if constexpr (std::is_same_v<Held, FieldValue::List>) {
          Value::List out;
          out.reserve(held.size());
          for (const FieldValue& element : held) out.push_back(read(element, depth + 1));
          return Value{std::move(out)};
        } else if constexpr (std::is_same_v<Held, FieldValue::Table>) {
          Value::List out;
          out.reserve(held.size());
          for (const FieldValues& row : held) out.push_back(read_row(row, depth + 1));
          return Value{std::move(out)};
        } else {
          return Value{held};
        }
      },
      value.storage());
}

FieldValue write(const Value& value, std::int32_t depth);

FieldValues write_row(const Value::Context& context, std::int32_t depth) {
  FieldValues out;
  for (const auto& [key, entry] : context) {
    FieldValue cell = write(entry, depth + 1);
    if (!cell.is_null()) out.insert_or_assign(key, std::move(cell));
  }
  return out;
}

FieldValue write_list(const Value::List& list, std::int32_t depth) {
  const bool is_table = !list.empty() && std::ranges::all_of(list, [](const Value& element) {
    return element.context() != nullptr;
  });
  if (is_table) {
    FieldValue::Table rows;
    rows.reserve(list.size());
    for (const Value& row : list) rows.push_back(write_row(*row.context(), depth + 1));
    return FieldValue{std::move(rows)};
  }
  FieldValue::List out;
  out.reserve(list.size());
  for (const Value& element : list) out.push_back(write(element, depth + 1));
  return FieldValue{std::move(out)};
}

FieldValue write_date(const Date& date) {
  std::string text = to_text(date);
  return is_calendar_date(text) ? FieldValue{CalendarDate{std::move(text)}}
                                : FieldValue{std::move(text)};
}

FieldValue write_date_time(const DateTime& at) {
  const auto instant = to_instant(at);
  return instant ? FieldValue{*instant} : FieldValue{to_text(at)};
}

FieldValue write(const Value& value, std::int32_t depth) {
  if (depth > kDepthMax) return {};
  return std::visit(
      [depth, &value](const auto& held) -> FieldValue {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return {};
        } else if constexpr (std::is_same_v<Held, Date>) {
          return write_date(held);
        } else if constexpr (std::is_same_v<Held, DateTime>) {
          return write_date_time(held);
        } else if constexpr (std::is_same_v<Held, Value::ListRef>) {
          return write_list(*held, depth);
        } else if constexpr (std::is_same_v<Held, Value::ContextRef>) {
          return FieldValue{FieldValue::Table{write_row(*held, depth + 1)}};
        } else if constexpr (std::is_constructible_v<FieldValue, const Held&> &&
                             !std::is_same_v<Held, Value::RangeRef> &&
                             !std::is_same_v<Held, Value::FunctionRef>) {
          return FieldValue{held};
        } else {
          return FieldValue{to_text(value)};
        }
      },
      value.storage());
}

}  // namespace

Value from_field(const FieldValue& value) {
  return read(value, 0);
}

FieldValue to_field(const Value& value) {
  return write(value, 0);
}

}  // namespace cinnabar::expr
