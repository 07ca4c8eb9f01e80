#include "storage/sql/sequences.h"

#include <algorithm>
#include <array>

namespace cinnabar::sql {

void Sequences::begin_group() {
  group_.clear();
  command_.clear();
}

void Sequences::begin_command() {
  command_.clear();
}

Result<Sequences::Entry*> Sequences::load(std::string_view name) {
  if (const auto found = entries_.find(name); found != entries_.end()) return &found->second;
  const CellValue cell{std::string(name)};
  const std::array values{BoundValue{&cell, ports::ColumnType::text}};
  constexpr std::array kTypes{ports::ColumnType::integer};
  CINNABAR_TRY(const std::vector<ports::Row> rows,
               connection_.query("SELECT next FROM sequence WHERE name = $1", values, kTypes));
  Entry entry;
  if (!rows.empty()) {
    entry.next = std::get<std::int64_t>(rows.front().front());
    entry.reserved = entry.next;
    entry.persisted = entry.next;
  }
  return &entries_.emplace(std::string(name), entry).first->second;
}

Result<std::int64_t> Sequences::next(std::string_view name, ports::WriteTransaction::Gaps gaps) {
  CINNABAR_TRY(Entry* const entry, load(name));
  if (gaps == ports::WriteTransaction::Gaps::allowed) {
    if (entry->next >= entry->reserved) entry->reserved = entry->next + kSequenceBlock;
    return entry->next++;
  }
  const auto remember = [entry](std::vector<Before>& list) {
    const bool known = std::any_of(list.begin(), list.end(),
                                   [entry](const Before& before) { return before.entry == entry; });
    if (!known) list.push_back({entry, entry->next, entry->reserved});
  };
  remember(group_);
  remember(command_);
  const std::int64_t number = entry->next++;
  entry->reserved = entry->next;
  return number;
}

Status Sequences::raise(std::string_view name, std::int64_t next) {
  CINNABAR_TRY(Entry* const entry, load(name));
  entry->next = std::max(entry->next, next);
  entry->reserved = std::max(entry->reserved, entry->next);
  return {};
}

void Sequences::restore(std::vector<Before>& list) {
  for (const Before& before : list) {
    before.entry->next = before.next;
    before.entry->reserved = before.reserved;
  }
  list.clear();
}

void Sequences::give_back() {
  restore(command_);
}

void Sequences::rolled_back() {
  command_.clear();
  restore(group_);
}

bool Sequences::needs_flush() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry.second.reserved != entry.second.persisted;
  });
}

Status Sequences::write(const std::string& name, std::int64_t value) {
  const CellValue name_cell{name};
  const CellValue next_cell{value};
  const std::array values{BoundValue{&name_cell, ports::ColumnType::text},
                          BoundValue{&next_cell, ports::ColumnType::integer}};
  CINNABAR_CHECK_OK(
      connection_.execute("INSERT INTO sequence (name, next) VALUES ($1, $2)"
                          " ON CONFLICT (name) DO UPDATE SET next = excluded.next",
                          values));
  return {};
}

Status Sequences::flush() {
  for (const auto& [name, entry] : entries_) {
    if (entry.reserved != entry.persisted) CINNABAR_CHECK_OK(write(name, entry.reserved));
  }
  return {};
}

void Sequences::committed() {
  for (auto& [name, entry] : entries_) entry.persisted = entry.reserved;
}

Status Sequences::flush_exact() {
  for (auto& [name, entry] : entries_) entry.reserved = entry.next;
  return flush();
}

}  // namespace cinnabar::sql
