// Counts commits, so that readers know whether two snapshots are of the same state: odd while a
// commit is under way, when nobody can tell on which side of it a snapshot is. Thread: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace cinnabar::sqlite {

class CommitCounter {
 public:
  // Around a commit, whether it succeeds or not; by the writer alone.
  void begin() { count_.fetch_add(1); }
  void end() { count_.fetch_add(1); }

  [[nodiscard]] std::int64_t before() const { return count_.load(); }
  // The number of the state that a snapshot has which was begun after `before`; nullopt when a
  // commit was under way at any moment since.
  [[nodiscard]] std::optional<std::int64_t> number(std::int64_t before) const {
    if (before % 2 != 0 || count_.load() != before) return std::nullopt;
    return before;
  }

 private:
  std::atomic<std::int64_t> count_{0};
};

}  // namespace cinnabar::sqlite
