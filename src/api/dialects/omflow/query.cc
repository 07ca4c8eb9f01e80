#include "api/dialects/omflow/query.h"

#include "base/text.h"
#include "vocab/decimal.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <compare>
#include <numeric>
#include <optional>
#include <utility>

namespace cinnabar::omflow {
namespace {

constexpr std::size_t kConditionsMax = 100;
constexpr std::size_t kColumnsMax = 2'000;

Error malformed(std::string subject, std::string detail) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::move(detail),
                    std::move(subject));
}

Result<std::size_t> find_column(std::span<const Column> columns, std::string_view name) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return make_error(Code::invalid_argument, reasons::kUnknownColumn, "no such column",
                    std::string(utf8_prefix(name, 100)));
}

Result<std::string> column_name(const Json& value, std::string_view parameter) {
  if (const std::string* name = value.as_string()) return *name;
  return malformed(std::string(parameter), "column names are expected");
}

Result<Operator> read_operator(const Json& value) {
  const std::string* name = value.as_string();
  const std::string_view sign = name == nullptr ? std::string_view{} : std::string_view{*name};
  if (sign == "=") return Operator::equal;
  if (sign == ">") return Operator::greater;
  if (sign == "<") return Operator::less;
  if (sign == "in") return Operator::in;
  if (sign == "contains") return Operator::contains;
  return make_error(Code::invalid_argument, reasons::kUnknownOperator,
                    "the operators are = > < in contains", std::string(utf8_prefix(sign, 100)));
}

std::optional<Json> as_boolean(const Json& value) {
  if (value.is_bool()) return value;
  if (const auto number = whole_number(value); number && (*number == 0 || *number == 1)) {
    return Json{*number == 1};
  }
  const std::string* text = value.as_string();
  if (text == nullptr) return std::nullopt;
  const std::string lower = to_lower_ascii(*text);
  if (lower == "true") return Json{true};
  if (lower == "false") return Json{false};
  return std::nullopt;
}

std::optional<Json> as_uuid(const Json& value) {
  const std::string* text = value.as_string();
  if (text == nullptr) return std::nullopt;
  std::string hex = to_lower_ascii(trim(*text));
  std::erase(hex, '-');
  const bool is_hex =
      hex.size() == 32 && hex.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_hex) return std::nullopt;
  for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, 1, '-');
  return Json{hex};
}

std::string as_text(const Json& value) {
  if (const std::string* text = value.as_string()) return *text;
  if (const Json::Number* number = value.as_number()) return number->digits;
  return print(value, {.ascii = false, .spaced = true});
}

// A caller's value in the form that cells are compared in; nullopt when it does not fit.
std::optional<Json> comparable(const Json& value, ColumnKind kind, UtcOffset time_zone) {
  if (value.is_null()) return value;
  if (value.is_array() || value.is_object()) return std::nullopt;
  switch (kind) {
    case ColumnKind::integer: {
      const auto number = whole_number(value);
      return number ? std::optional<Json>{Json{*number}} : std::nullopt;
    }
    case ColumnKind::text:
      return Json{as_text(value)};
    case ColumnKind::boolean:
      return as_boolean(value);
    case ColumnKind::uuid:
      return as_uuid(value);
    case ColumnKind::time: {
      const std::string* text = value.as_string();
      const auto at = text == nullptr ? std::nullopt : parse_instant(trim(*text), time_zone);
      if (!at) return std::nullopt;
      // Floor, so that instants before 1970 keep their order.
      const std::int64_t micros = at->micros();
      const std::int64_t millis = micros / 1000 - (micros % 1000 < 0 ? 1 : 0);
      return Json{millis};
    }
  }
  return std::nullopt;
}

Result<QueryCondition> read_condition(const Json& value, std::span<const Column> columns,
                                      std::string_view parameter, UtcOffset time_zone) {
  const Json* name = value.find("column");
  const Json* sign = value.find("condition");
  const Json* operand = value.find("value");
  if (name == nullptr || sign == nullptr || operand == nullptr) {
    return malformed(std::string(parameter), "a condition has column, condition and value");
  }
  QueryCondition condition;
  CINNABAR_TRY(const std::string column, column_name(*name, parameter));
  CINNABAR_TRY(condition.column, find_column(columns, column));
  CINNABAR_TRY(condition.op, read_operator(*sign));
  const ColumnKind kind = columns[condition.column].kind;
  if (condition.op == Operator::contains) {
    const std::string* text = operand->as_string();
    if (text == nullptr && !operand->is_number()) {
      return malformed(column, "contains compares text");
    }
    condition.values.emplace_back(as_text(*operand));
    return condition;
  }
  const Json::Array* list = operand->as_array();
  if ((condition.op == Operator::in) != (list != nullptr)) {
    return malformed(column, "in takes a list, the other operators one value");
  }
  Json::Array one;
  if (list == nullptr) one.push_back(*operand);
  for (const Json& element : list == nullptr ? one : *list) {
    auto value_read = comparable(element, kind, time_zone);
    if (!value_read) return malformed(column, "the value does not fit the column");
    condition.values.push_back(std::move(*value_read));
  }
  return condition;
}

Result<std::vector<QueryCondition>> read_conditions(const Parameters& parameters,
                                                    std::span<const Column> columns,
                                                    std::string_view parameter,
                                                    UtcOffset time_zone) {
  CINNABAR_TRY(const Json::Array list, parameters.list(parameter));
  if (list.size() > kConditionsMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many conditions",
                      std::string(parameter));
  }
  std::vector<QueryCondition> conditions;
  for (const Json& value : list) {
    CINNABAR_TRY(QueryCondition condition, read_condition(value, columns, parameter, time_zone));
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

Result<std::vector<std::size_t>> read_columns(const Parameters& parameters,
                                              std::span<const Column> columns) {
  CINNABAR_TRY(const Json::Array list, parameters.list("search_columns"));
  std::vector<std::size_t> chosen;
  if (list.size() > kColumnsMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many columns",
                      "search_columns");
  }
  for (const Json& value : list) {
    CINNABAR_TRY(const std::string name, column_name(value, "search_columns"));
    CINNABAR_TRY(const std::size_t column, find_column(columns, name));
    // An answer has each key once.
    if (std::find(chosen.begin(), chosen.end(), column) == chosen.end()) chosen.push_back(column);
  }
  if (!chosen.empty()) return chosen;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].only_on_request) chosen.push_back(i);
  }
  return chosen;
}

Result<std::vector<QueryOrder>> read_order(const Parameters& parameters,
                                           std::span<const Column> columns) {
  CINNABAR_TRY(const Json::Array list, parameters.list("order_columns"));
  std::vector<QueryOrder> order;
  if (list.size() > kConditionsMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many columns",
                      "order_columns");
  }
  for (const Json& value : list) {
    CINNABAR_TRY(const std::string name, column_name(value, "order_columns"));
    const bool descending = name.starts_with('-');
    CINNABAR_TRY(const std::size_t column,
                 find_column(columns, std::string_view(name).substr(descending ? 1 : 0)));
    order.push_back({column, descending});
  }
  if (order.empty()) order.push_back({0, false});
  return order;
}

// Whole numbers, also as text; a fraction is cut off, as the clients' language does.
Result<std::int64_t> read_index(const Parameters& parameters, std::string_view name,
                                std::int64_t fallback) {
  const Json* value = parameters.find(name);
  if (value == nullptr) return fallback;
  std::optional<std::int64_t> index = whole_number(*value);
  if (const Json::Number* number = value->as_number(); number != nullptr && !index) {
    const auto decimal = Decimal::parse(number->digits);
    if (decimal) index = parse_int(decimal->text().substr(0, decimal->text().find('.')));
  }
  if (!index) return malformed(std::string(name), "a whole number is expected");
  if (*index < 0) return malformed(std::string(name), "a negative number makes no sense");
  return *index;
}

// The value of a cell as its kind compares it.
Json cell_value(const Json& cell, ColumnKind kind, UtcOffset time_zone) {
  if (kind != ColumnKind::time) return cell;
  return comparable(cell, kind, time_zone).value_or(Json{});
}

// Null before everything, then by value. Both are Null or of one kind.
std::strong_ordering compare(const Json& a, const Json& b) {
  if (a.is_null() || b.is_null()) return b.is_null() <=> a.is_null();
  if (a.is_bool() && b.is_bool()) return *a.as_bool() <=> *b.as_bool();
  const auto left = a.as_int();
  const auto right = b.as_int();
  if (left && right) return *left <=> *right;
  if (a.is_string() && b.is_string()) return a.as_string()->compare(*b.as_string()) <=> 0;
  return std::strong_ordering::equal;
}

bool all_hold(const std::vector<QueryCondition>& conditions, std::span<const Column> columns,
              const QueryRow& row, UtcOffset time_zone) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const QueryCondition& condition) {
    return holds(condition, columns[condition.column].kind, row[condition.column], time_zone);
  });
}

}  // namespace

Result<Query> read_query(const Parameters& parameters, std::span<const Column> columns,
                         UtcOffset time_zone) {
  Query query;
  CINNABAR_TRY(query.columns, read_columns(parameters, columns));
  CINNABAR_TRY(query.search, read_conditions(parameters, columns, "search_conditions", time_zone));
  CINNABAR_TRY(query.exclude,
               read_conditions(parameters, columns, "exclude_conditions", time_zone));
  CINNABAR_TRY(query.order, read_order(parameters, columns));
  CINNABAR_TRY(query.start, read_index(parameters, "start", 0));
  CINNABAR_TRY(query.end, read_index(parameters, "limit", 100));
  if (query.end == 0) query.end = -1;
  return query;
}

bool holds(const QueryCondition& condition, ColumnKind kind, const Json& cell,
           UtcOffset time_zone) {
  if (condition.op == Operator::contains) {
    if (cell.is_null()) return false;
    const std::string haystack = to_lower_ascii(as_text(cell));
    return haystack.find(to_lower_ascii(*condition.values.front().as_string())) !=
           std::string::npos;
  }
  const Json value = cell_value(cell, kind, time_zone);
  const auto equals = [&](const Json& wanted) {
    return wanted.is_null() == value.is_null() && compare(value, wanted) == 0;
  };
  switch (condition.op) {
    case Operator::equal:
    case Operator::in:
      return std::any_of(condition.values.begin(), condition.values.end(), equals);
    case Operator::greater:
    case Operator::less: {
      const Json& wanted = condition.values.front();
      if (value.is_null() || wanted.is_null()) return false;
      const auto order = compare(value, wanted);
      return condition.op == Operator::greater ? order > 0 : order < 0;
    }
    case Operator::contains:
      break;
  }
  return false;
}

bool matches(const Query& query, std::span<const Column> columns, const QueryRow& row,
             UtcOffset time_zone) {
  if (!all_hold(query.search, columns, row, time_zone)) return false;
  return query.exclude.empty() || !all_hold(query.exclude, columns, row, time_zone);
}

Json project(const Query& query, std::span<const Column> columns, QueryRow&& row) {
  Json object = Json::object(query.columns.size());
  for (const std::size_t column : query.columns) {
    object.set(columns[column].name, std::move(row[column]));
  }
  return object;
}

Json evaluate(const Query& query, std::span<const Column> columns, std::vector<QueryRow> rows,
              UtcOffset time_zone) {
  std::erase_if(rows,
                [&](const QueryRow& row) { return !matches(query, columns, row, time_zone); });
  std::vector<std::size_t> sorted(rows.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    for (const QueryOrder& order : query.order) {
      const ColumnKind kind = columns[order.column].kind;
      const auto by = compare(cell_value(rows[a][order.column], kind, time_zone),
                              cell_value(rows[b][order.column], kind, time_zone));
      if (by != 0) return order.descending ? by > 0 : by < 0;
    }
    return a < b;
  });
  Json result = Json::array();
  const auto size = static_cast<std::int64_t>(rows.size());
  const std::int64_t end = query.end < 0 ? size : std::min(query.end, size);
  for (std::int64_t i = query.start; i < end; ++i) {
    QueryRow& row = rows[sorted[static_cast<std::size_t>(i)]];
    result.push(project(query, columns, std::move(row)));
  }
  return result;
}

}  // namespace cinnabar::omflow
