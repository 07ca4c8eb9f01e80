#include "storage/sql/select_compiler.h"

#include "base/text.h"
#include "ports/checks.h"
#include "ports/indexes.h"

#include <algorithm>
#include <limits>

namespace cinnabar::sql {
namespace {

using ports::Column;
using ports::Select;
using ports::Table;

constexpr std::string_view kTrue = "1 = 1";
constexpr std::string_view kFalse = "1 = 0";

// A substring pattern; the wildcards of the text itself are escaped.
std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : to_lower_ascii(text)) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

bool is_partial_index_value(const Table& table, std::uint16_t column, const CellValue& value) {
  return std::any_of(ports::kIndexes.begin(), ports::kIndexes.end(), [&](const ports::Index& i) {
    return i.table->name == table.name && i.equal_column == column &&
           value == CellValue{i.equal_value};
  });
}

class Compiler {
 public:
  Compiler(const Table& table, const Tokens& tokens, CompiledQuery& out)
      : table_(table), tokens_(tokens), out_(out) {}

  // The tree is at most kFilterDepthMax deep. `exact`: Null must come out as false.
  void filter(const FilterNode& node, bool exact) {
    if (const auto* condition = std::get_if<Condition>(&node.node)) {
      if (!exact) return compare(*condition);
      out_.text += '(';
      compare(*condition);
      out_.text += ") IS TRUE";
      return;
    }
    if (const auto* all = std::get_if<AllOf>(&node.node)) {
      return join(all->parts, " AND ", kTrue, exact);
    }
    if (const auto* any = std::get_if<AnyOf>(&node.node)) {
      return join(any->parts, " OR ", kFalse, exact);
    }
    if (const auto* related = std::get_if<RelatedTo>(&node.node)) return relate(*related, exact);
    out_.text += "NOT ";
    join(std::get<NoneOf>(node.node).parts, " AND ", kTrue, true);
  }

  void bind(const CellValue& value, ports::ColumnType type) {
    out_.values.push_back({&value, type});
    out_.text += '$';
    out_.text += std::to_string(out_.values.size());
  }
  void bind_own(CellValue value, ports::ColumnType type) {
    out_.owned.push_back(std::move(value));
    bind(out_.owned.back(), type);
  }

 private:
  void join(const std::vector<FilterNode>& parts, std::string_view with, std::string_view if_empty,
            bool exact) {
    out_.text += '(';
    if (parts.empty()) out_.text += if_empty;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) out_.text += with;
      filter(parts[i], exact);
    }
    out_.text += ')';
  }

  void relate(const RelatedTo& related, bool exact) {
    const Table& other = *ports::find_table(related.table);
    if (exact) out_.text += '(';
    out_.text += table_.columns[related.column].name;
    out_.text += " IN (SELECT " + std::string(other.columns[related.other].name) + " FROM " +
                 std::string(other.name) + " WHERE ";
    Compiler(other, tokens_, out_).join(related.parts, " AND ", kTrue, false);
    out_.text += exact ? ")) IS TRUE" : ")";
  }

  void compare(const Condition& condition) {
    const Column& column = table_.columns[condition.column];
    switch (condition.op) {
      case FilterOp::equal:
        return equal(condition);
      case FilterOp::not_equal:
        return not_equal(column, condition.values.front());
      case FilterOp::less:
        return order(column, " < ", condition.values.front());
      case FilterOp::less_equal:
        return order(column, " <= ", condition.values.front());
      case FilterOp::greater:
        return order(column, " > ", condition.values.front());
      case FilterOp::greater_equal:
        return order(column, " >= ", condition.values.front());
      case FilterOp::one_of:
        return one_of(column, condition.values);
      case FilterOp::contains:
        return contains(column, condition.values.front());
    }
    CINNABAR_UNREACHABLE();
  }

  void equal(const Condition& condition) {
    const Column& column = table_.columns[condition.column];
    const CellValue& value = condition.values.front();
    out_.text += column.name;
    if (is_null(value)) {
      out_.text += " IS NULL";
    } else if (is_partial_index_value(table_, condition.column, value)) {
      out_.text += " = " + std::to_string(std::get<std::int64_t>(value));
    } else {
      out_.text += " = ";
      bind(value, column.type);
    }
  }

  void not_equal(const Column& column, const CellValue& value) {
    if (is_null(value)) {
      out_.text += column.name;
      out_.text += " IS NOT NULL";
      return;
    }
    out_.text += '(';
    out_.text += column.name;
    out_.text += " <> ";
    bind(value, column.type);
    if (column.nullable) out_.text += " OR " + std::string(column.name) + " IS NULL";
    out_.text += ')';
  }

  void order(const Column& column, std::string_view op, const CellValue& value) {
    if (is_null(value)) {
      out_.text += kFalse;
      return;
    }
    out_.text += column.name;
    out_.text += op;
    bind(value, column.type);
  }

  // The list is filled up to a power of two with its last value, so that lists of many lengths
  // share few statement texts.
  void one_of(const Column& column, const std::vector<CellValue>& values) {
    const bool has_null = std::any_of(values.begin(), values.end(), is_null);
    const CellValue* last = nullptr;
    std::size_t count = 0;
    out_.text += '(';
    for (const CellValue& value : values) {
      if (is_null(value)) continue;
      out_.text += count == 0 ? std::string(column.name) + " IN (" : ", ";
      bind(value, column.type);
      last = &value;
      ++count;
    }
    std::size_t padded = 1;
    while (padded < count) padded *= 2;
    for (; count > 0 && count < padded; ++count) {
      out_.text += ", ";
      bind(*last, column.type);
    }
    if (last != nullptr) out_.text += ')';
    if (has_null) {
      if (last != nullptr) out_.text += " OR ";
      out_.text += std::string(column.name) + " IS NULL";
    }
    if (last == nullptr && !has_null) out_.text += kFalse;
    out_.text += ')';
  }

  void contains(const Column& column, const CellValue& value) {
    if (is_null(value)) {
      out_.text += kFalse;
      return;
    }
    out_.text += tokens_.lower_open;
    out_.text += column.name;
    out_.text += tokens_.lower_close;
    out_.text += " LIKE ";
    bind_own(like_pattern(std::get<std::string>(value)), ports::ColumnType::text);
    out_.text += " ESCAPE '\\'";
  }

  static bool is_null(const CellValue& value) {
    return std::holds_alternative<std::monostate>(value);
  }

  const Table& table_;
  const Tokens& tokens_;
  CompiledQuery& out_;
};

bool selects_all(const FilterNode& filter) {
  const auto* all = std::get_if<AllOf>(&filter.node);
  return all != nullptr && all->parts.empty();
}

void append_order(const Select& select, std::string& text) {
  const Table& table = *select.table;
  std::vector<std::uint16_t> seen;
  const auto append = [&](std::uint16_t number, bool descending, bool null_is_high) {
    if (std::find(seen.begin(), seen.end(), number) != seen.end()) return;
    const Column& column = table.columns[number];
    text += seen.empty() ? " ORDER BY " : ", ";
    seen.push_back(number);
    text += column.name;
    if (descending) text += " DESC";
    if (column.nullable) text += descending != null_is_high ? " NULLS LAST" : " NULLS FIRST";
  };
  for (const SortKey& key : select.order) append(key.column, key.descending, key.null_is_high);
  for (std::uint16_t i = 0; i < table.key_columns; ++i) append(i, false, false);
}

// Rows keep their shape: what is not read is NULL.
std::string columns_of(const Select& select, std::string_view all) {
  if (select.columns.empty()) return std::string(all);
  std::string text;
  for (std::uint16_t i = 0; i < select.table->columns.size(); ++i) {
    if (i > 0) text += ", ";
    const bool is_read = std::ranges::find(select.columns, i) != select.columns.end();
    text += is_read ? select.table->columns[i].name : "NULL";
  }
  return text;
}

}  // namespace

CompiledQuery compile_select(const Select& select, std::string_view columns, const Tokens& tokens) {
  CompiledQuery out;
  Compiler compiler(*select.table, tokens, out);
  out.text = "SELECT " + columns_of(select, columns) + " FROM " + std::string(select.table->name);
  if (!selects_all(select.filter)) {
    out.text += " WHERE ";
    compiler.filter(select.filter, false);
  }
  append_order(select, out.text);
  if (select.limit >= 0 || select.offset > 0) {
    constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
    out.text += " LIMIT ";
    compiler.bind_own(select.limit >= 0 ? select.limit : kNoLimit, ports::ColumnType::integer);
  }
  if (select.offset > 0) {
    out.text += " OFFSET ";
    compiler.bind_own(select.offset, ports::ColumnType::integer);
  }
  return out;
}

CompiledQuery compile_count(const Table& table, const FilterNode& filter, const Tokens& tokens) {
  CompiledQuery out;
  out.text = "SELECT count(*) FROM " + std::string(table.name);
  if (!selects_all(filter)) {
    Compiler compiler(table, tokens, out);
    out.text += " WHERE ";
    compiler.filter(filter, false);
  }
  return out;
}

}  // namespace cinnabar::sql
