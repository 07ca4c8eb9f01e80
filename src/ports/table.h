// Table descriptors: what the store keeps, column by column, without a word of SQL. Drivers are
// generic over them: the SQL storage makes its statements from a descriptor and the migrations are
// checked against it; the memory storage keeps rows in maps by it.
//
// All descriptors are constants of the program; references to them stay valid forever.
#pragma once

#include "vocab/filter.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cinnabar::ports {

enum class ColumnType : std::uint8_t { integer, text, blob };

struct Column {
  std::string_view name;
  ColumnType type = ColumnType::integer;
  bool nullable = false;
};

struct Table {
  std::string_view name;
  std::span<const Column> columns;
  // The primary key is the first `key_columns` columns: integers or text, never null.
  std::uint16_t key_columns = 1;
};

// One cell per column, in column order. Text cells hold valid UTF-8; blob cells any bytes.
using Row = std::vector<CellValue>;
// The cells of the primary key, in order.
using Key = std::vector<CellValue>;

}  // namespace cinnabar::ports
