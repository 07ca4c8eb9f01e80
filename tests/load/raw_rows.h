// The limit for durable creates: the rows of real tickets or records, read from a store that the
// server filled, written again by bare SQLite with the server's pragmas and indexes, a group of
// them a commit.
#pragma once

#include <cstdint>
#include <string>

namespace cinnabar::load {

struct RawResult {
  std::int64_t tickets = 0;  // or records
  std::int64_t rows = 0;
  double seconds = 0;
  [[nodiscard]] double rate() const {
    return seconds > 0 ? static_cast<double>(tickets) / seconds : 0;
  }
};

// Copies up to `tickets_max` tickets of `source` (a stopped or running server's database) into a
// new database `target`, `group` tickets in each transaction. Only tickets that so many commands
// have touched count. Exits with a message on any SQLite error.
RawResult write_raw_rows(const std::string& source, const std::string& target,
                         std::int64_t tickets_max, int group, int commands = 1);

// The same with records that no process runs on, as a batch with a transaction id writes them.
RawResult write_raw_records(const std::string& source, const std::string& target,
                            std::int64_t records_max, int group);

}  // namespace cinnabar::load
