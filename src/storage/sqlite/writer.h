// The one thread and the one connection that write. Commands queue; each round takes what is queued
// (at most group_max), runs it in one transaction, commits, then answers everybody.
//
// A command whose first row cannot be applied leaves nothing behind. If a later one cannot, the
// group is rolled back and its commands run again one by one, each in a savepoint; that is the only
// path that pays for savepoints. If the transaction itself breaks or the commit fails, every
// command of the group gets that error and nothing is acknowledged. A damaged database stops the
// writer for good.
//
// The log is copied into the database file by this thread alone, when the queue is empty or the log
// has grown long, and always after the answers of the group.
//
// Ownership: owns connection, queue and thread. Threads: submit, run_exclusive, stop and health are
// safe from any thread but the writer's own, except submit, which `done` and `work` may call.
#pragma once

#include "base/log.h"
#include "ports/store.h"
#include "storage/sql/row_writer.h"
#include "storage/sql/sequences.h"
#include "storage/sqlite/commit_counter.h"
#include "storage/sqlite/sqlite_connection.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cinnabar::sqlite {

class Writer {
 public:
  struct Options {
    std::size_t queue_max = 4'096;
    std::size_t group_max = 256;
    std::int64_t checkpoint_frames_idle = 2'000;
    std::int64_t checkpoint_frames_busy = 20'000;
    std::int64_t checkpoint_frames_restart = 80'000;
  };
  Writer(std::unique_ptr<SqliteConnection> connection, Options options,
         std::shared_ptr<CommitCounter> commits, Logger logger);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  [[nodiscard]] Status submit(ports::WriteCommand command);
  // Runs `task` on the writer between two groups and waits for it.
  [[nodiscard]] Status run_exclusive(std::function<Status(SqliteConnection&)> task);
  void stop();
  [[nodiscard]] ports::StoreHealth health() const;

 private:
  struct Task {
    ports::WriteCommand command;
    std::function<void()> exclusive;  // set instead of the command
  };
  using Group = std::vector<Task>;

  void loop();
  [[nodiscard]] Group take();
  void run_group(Group& group);
  // Fills `statuses`; an error means that the whole group failed with it.
  [[nodiscard]] Status write_group(Group& group, std::vector<Status>& statuses);
  [[nodiscard]] Status write_together(Group& group, std::vector<Status>& statuses, bool& retry);
  [[nodiscard]] Status write_one_by_one(Group& group, std::vector<Status>& statuses);
  [[nodiscard]] Status run_command(const ports::WriteCommand& command, bool& changed_before_error);
  [[nodiscard]] Status check_transaction() const;
  void note(const Status& status);
  void maintain(bool is_idle);
  void finish();

  std::unique_ptr<SqliteConnection> connection_;
  const Options options_;
  const std::shared_ptr<CommitCounter> commits_;
  const Logger logger_;
  sql::StatementBook book_;
  sql::Sequences sequences_;
  std::int64_t next_checkpoint_frames_ = 0;  // do not try again before the log is this long
  bool wrote_in_group_ = false;

  std::mutex mutex_;  // queue_, stopping_
  std::condition_variable work_ready_;
  std::deque<Task> queue_;
  bool stopping_ = false;

  std::atomic<bool> is_damaged_{false};
  std::atomic<bool> last_group_failed_{false};
  std::atomic<std::int64_t> wal_frames_{0};
  std::mutex stop_mutex_;  // thread_ when it is joined
  std::thread thread_;
};

}  // namespace cinnabar::sqlite
