// Named numbers in the writer's memory, backed by the table `sequence`.
//
// Numbers that may have gaps are reserved kSequenceBlock at a time: the end of the block is written
// in the transaction of the first command that uses it, so that a crash skips the rest of a block
// and never repeats a number. Dense numbers are written exactly, once per group and sequence.
//
// Ownership: borrows the connection. Thread: the writer. Protocol: begin_group; per command
// begin_command, next, and give_back if it failed; flush before the commit; then committed or
// rolled_back.
#pragma once

#include "ports/store.h"
#include "storage/sql/connection.h"

#include <map>
#include <string>
#include <vector>

namespace cinnabar::sql {

inline constexpr std::int64_t kSequenceBlock = 1'000;

class Sequences {
 public:
  explicit Sequences(Connection& connection) : connection_(connection) {}

  void begin_group();
  void begin_command();
  [[nodiscard]] Result<std::int64_t> next(std::string_view name,
                                          ports::WriteTransaction::Gaps gaps);
  [[nodiscard]] Status raise(std::string_view name, std::int64_t next);
  // The numbers of the command that failed: dense ones are free again.
  void give_back();
  [[nodiscard]] Status flush();
  [[nodiscard]] bool needs_flush() const;
  void committed();
  void rolled_back();
  // Writes the exact positions, so that an orderly restart skips nothing. Inside a transaction.
  [[nodiscard]] Status flush_exact();

 private:
  struct Entry {
    std::int64_t next = 1;       // the number to give next
    std::int64_t reserved = 1;   // numbers below are covered by what will be or is stored
    std::int64_t persisted = 1;  // what is stored
  };
  using Entries = std::map<std::string, Entry, std::less<>>;
  struct Before {
    Entry* entry;
    std::int64_t next;
    std::int64_t reserved;
  };
  [[nodiscard]] Result<Entry*> load(std::string_view name);
  [[nodiscard]] Status write(const std::string& name, std::int64_t value);
  static void restore(std::vector<Before>& list);

  Connection& connection_;
  Entries entries_;
  std::vector<Before> command_;  // dense sequences as they were before the command
  std::vector<Before> group_;    // and before the group
};

}  // namespace cinnabar::sql
