// Cells of stored rows to typed values and back. A cell of the wrong kind can only come from a
// damaged database or a wrong descriptor; reading it asserts.
#pragma once

#include "base/assert.h"
#include "base/id.h"
#include "base/time.h"
#include "ports/store.h"
#include "ports/table.h"

#include <optional>
#include <string>
#include <utility>

namespace cinnabar::services {

// For tables that are read whole: what is deployed, and the directory.
inline Result<std::vector<ports::Row>> all_rows(ports::ReadTransaction& snapshot,
                                                const ports::Table& table) {
  ports::Select select;
  select.table = &table;
  return snapshot.select(select);
}

inline bool is_null(const ports::Row& row, std::uint16_t column) {
  return std::holds_alternative<std::monostate>(row[column]);
}
inline std::int64_t int_of(const ports::Row& row, std::uint16_t column) {
  const auto* value = std::get_if<std::int64_t>(&row[column]);
  CINNABAR_ASSERT(value != nullptr);
  return *value;
}
inline const std::string& text_of(const ports::Row& row, std::uint16_t column) {
  const auto* value = std::get_if<std::string>(&row[column]);
  CINNABAR_ASSERT(value != nullptr);
  return *value;
}
inline bool bool_of(const ports::Row& row, std::uint16_t column) {
  return int_of(row, column) != 0;
}
inline Instant instant_of(const ports::Row& row, std::uint16_t column) {
  return Instant{int_of(row, column)};
}
inline std::optional<Instant> optional_instant_of(const ports::Row& row, std::uint16_t column) {
  if (is_null(row, column)) return std::nullopt;
  return instant_of(row, column);
}
inline std::optional<std::string> optional_text_of(const ports::Row& row, std::uint16_t column) {
  if (is_null(row, column)) return std::nullopt;
  return text_of(row, column);
}
// Null reads as an unassigned id.
template <typename T>
T id_of(const ports::Row& row, std::uint16_t column) {
  return is_null(row, column) ? T{} : T{int_of(row, column)};
}
template <typename E>
E enum_of(const ports::Row& row, std::uint16_t column) {
  return static_cast<E>(int_of(row, column));
}

inline CellValue cell(std::int64_t value) {
  return CellValue{value};
}
inline CellValue cell(bool value) {
  return CellValue{std::int64_t{value ? 1 : 0}};
}
inline CellValue cell(std::string value) {
  return CellValue{std::move(value)};
}
inline CellValue cell(Instant at) {
  return CellValue{at.micros()};
}
template <typename Tag>
CellValue cell(Id<Tag> id) {
  return CellValue{id.value()};
}
// Unassigned ids and empty texts are stored as null.
template <typename Tag>
CellValue cell_or_null(Id<Tag> id) {
  return id.is_assigned() ? CellValue{id.value()} : CellValue{};
}
inline CellValue cell_or_null(std::string text) {
  return text.empty() ? CellValue{} : CellValue{std::move(text)};
}
template <typename E>
  requires std::is_enum_v<E>
CellValue cell(E value) {
  return CellValue{static_cast<std::int64_t>(value)};
}

}  // namespace cinnabar::services
