// A command's transaction over a connection whose write transaction is open: reads go to the
// database at once, writes are kept and applied by `apply` after the command's work returned ok.
//
// An update reads the stored row and sets only the columns that differ, so that indexes whose
// columns stay are not written again.
//
// Ownership: borrows connection, book and sequences; owns the buffered rows. Thread: the writer.
#pragma once

#include "ports/store.h"
#include "storage/sql/connection.h"
#include "storage/sql/row_reader.h"
#include "storage/sql/sequences.h"
#include "storage/sql/statements.h"

#include <vector>

namespace cinnabar::sql {

class RowWriter final : public ports::WriteTransaction {
 public:
  RowWriter(Connection& connection, StatementBook& book, Sequences& sequences)
      : connection_(connection), book_(book), reader_(connection, book), sequences_(sequences) {}

  Result<std::optional<ports::Row>> get(const ports::Table& table, const ports::Key& key) override {
    return reader_.get(table, key);
  }
  Result<std::vector<ports::Row>> select(const ports::Select& select) override {
    return reader_.select(select);
  }
  Result<std::int64_t> count(const ports::Table& table, const FilterNode& filter) override {
    return reader_.count(table, filter);
  }
  Result<std::vector<ports::SequencePosition>> sequences() override { return reader_.sequences(); }
  void insert(const ports::Table& table, ports::Row row) override;
  void update(const ports::Table& table, ports::Row row) override;
  void update_if(const ports::Table& table, ports::Row row, std::uint16_t version_column,
                 std::int64_t expected) override;
  void put(const ports::Table& table, ports::Row row) override;
  void erase(const ports::Table& table, ports::Key key) override;
  Result<std::int64_t> next_number(std::string_view sequence, Gaps gaps) override {
    return sequences_.next(sequence, gaps);
  }

  Status raise_sequence(const ports::SequencePosition& position) override {
    return sequences_.raise(position.name, position.next);
  }

  // Stops at the first row that cannot be applied. `changed_before_error` then tells whether the
  // database holds earlier rows of this command that the caller has to roll back.
  [[nodiscard]] Status apply(bool& changed_before_error);
  [[nodiscard]] bool has_writes() const { return !writes_.empty(); }

 private:
  enum class Kind : std::uint8_t { insert, update, update_if, put, erase };
  struct Write {
    Kind kind;
    const ports::Table* table;
    ports::Row row;  // the key alone for erase
    std::uint16_t version_column;
    std::int64_t expected;
  };
  [[nodiscard]] Status apply_one(const Write& write);
  [[nodiscard]] Status apply_update(const Write& write);

  Connection& connection_;
  StatementBook& book_;
  RowReader reader_;
  Sequences& sequences_;
  std::vector<Write> writes_;
};

}  // namespace cinnabar::sql
