#include "storage/sqlite/writer.h"

#include "vocab/reasons.h"

#include <algorithm>
#include <exception>
#include <future>
#include <utility>

namespace cinnabar::sqlite {
namespace {

Error damaged() {
  return make_error(Code::data_loss, reasons::kStorageCorrupt,
                    "the database is damaged; nothing more is written");
}

Error shutting_down() {
  return make_error(Code::unavailable, reasons::kShuttingDown, "the store is stopping");
}

// The border at which library exceptions become values.
Status call_work(const ports::WriteCommand& command, ports::WriteTransaction& transaction) {
  try {
    return command.work(transaction);
  } catch (const std::exception&) {
    return make_error(Code::internal, reasons::kInternal, "the command threw an exception");
  }
}

}  // namespace

Writer::Writer(std::unique_ptr<SqliteConnection> connection, Options options,
               std::shared_ptr<CommitCounter> commits, Logger logger)
    : connection_(std::move(connection)),
      options_(options),
      commits_(std::move(commits)),
      logger_(std::move(logger)),
      sequences_(*connection_),
      thread_([this] { loop(); }) {}

Writer::~Writer() {
  stop();
}

Status Writer::submit(ports::WriteCommand command) {
  if (is_damaged_) return damaged();
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return shutting_down();
    if (queue_.size() >= options_.queue_max) {
      return make_error(Code::resource_exhausted, reasons::kQueueFull, "the writer is busy");
    }
    queue_.push_back({std::move(command), nullptr});
  }
  work_ready_.notify_one();
  return {};
}

Status Writer::run_exclusive(std::function<Status(SqliteConnection&)> task) {
  std::promise<Status> promise;
  std::future<Status> finished = promise.get_future();
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return shutting_down();
    queue_.push_back({{}, [&] { promise.set_value(task(*connection_)); }});
  }
  work_ready_.notify_one();
  return finished.get();
}

void Writer::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  work_ready_.notify_all();
  const std::scoped_lock lock(stop_mutex_);
  if (thread_.joinable()) thread_.join();
}

ports::StoreHealth Writer::health() const {
  if (is_damaged_) return {false, "sqlite: the database is damaged, writing has stopped"};
  if (last_group_failed_) return {false, "sqlite: the last commit failed, the disk may be full"};
  return {true, "sqlite: writing, log of " + std::to_string(wal_frames_.load()) + " pages"};
}

void Writer::loop() {
  for (;;) {
    Group group = take();
    if (group.empty()) break;
    if (group.front().exclusive) {
      group.front().exclusive();
    } else {
      run_group(group);
    }
    bool is_idle = false;
    {
      const std::scoped_lock lock(mutex_);
      is_idle = queue_.empty();
    }
    maintain(is_idle);
  }
  finish();
}

// Waits for work. Empty: stopping, and everything was done.
Writer::Group Writer::take() {
  std::unique_lock lock(mutex_);
  work_ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  Group group;
  while (!queue_.empty() && group.size() < options_.group_max) {
    const bool is_exclusive = queue_.front().exclusive != nullptr;
    if (is_exclusive && !group.empty()) break;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (is_exclusive) break;
  }
  return group;
}

void Writer::run_group(Group& group) {
  std::vector<Status> statuses(group.size());
  const Status written = is_damaged_ ? Status(damaged()) : write_group(group, statuses);
  note(written);
  wal_frames_ = connection_->wal_frames();
  for (std::size_t i = 0; i < group.size(); ++i) {
    // The work may hold what `done` wants to reuse, and both may be large.
    group[i].command.work = nullptr;
    if (!group[i].command.done) continue;
    group[i].command.done(written.has_value() ? std::move(statuses[i]) : written);
    group[i].command.done = nullptr;
  }
}

Status Writer::write_group(Group& group, std::vector<Status>& statuses) {
  bool retry = false;
  sequences_.begin_group();
  Status status = write_together(group, statuses, retry);
  if (status.has_value() && retry) {
    connection_->rollback();
    sequences_.rolled_back();
    sequences_.begin_group();
    status = write_one_by_one(group, statuses);
  }
  if (status.has_value() && (wrote_in_group_ || sequences_.needs_flush())) {
    status = sequences_.flush();
    if (status.has_value()) {
      commits_->begin();
      status = connection_->commit();
      commits_->end();
    }
  } else {
    // Nothing was written, so there is nothing to sync.
    connection_->rollback();
  }
  if (status.has_value()) {
    sequences_.committed();
    return {};
  }
  connection_->rollback();
  sequences_.rolled_back();
  return status;
}

Status Writer::write_together(Group& group, std::vector<Status>& statuses, bool& retry) {
  wrote_in_group_ = false;
  CINNABAR_CHECK_OK(connection_->begin_write());
  for (std::size_t i = 0; i < group.size(); ++i) {
    bool changed_before_error = false;
    statuses[i] = run_command(group[i].command, changed_before_error);
    CINNABAR_CHECK_OK(check_transaction());
    if (!changed_before_error) continue;
    retry = true;
    return {};
  }
  return {};
}

Status Writer::write_one_by_one(Group& group, std::vector<Status>& statuses) {
  wrote_in_group_ = false;
  CINNABAR_CHECK_OK(connection_->begin_write());
  for (std::size_t i = 0; i < group.size(); ++i) {
    bool changed_before_error = false;
    CINNABAR_CHECK_OK(connection_->savepoint());
    statuses[i] = run_command(group[i].command, changed_before_error);
    CINNABAR_CHECK_OK(check_transaction());
    CINNABAR_CHECK_OK(changed_before_error ? connection_->rollback_to_savepoint()
                                           : connection_->release_savepoint());
  }
  return {};
}

Status Writer::run_command(const ports::WriteCommand& command, bool& changed_before_error) {
  sql::RowWriter transaction(*connection_, book_, sequences_);
  sequences_.begin_command();
  Status status = call_work(command, transaction);
  if (status.has_value()) {
    status = transaction.apply(changed_before_error);
    if (status.has_value() && transaction.has_writes()) wrote_in_group_ = true;
  }
  if (!status.has_value()) sequences_.give_back();
  return status;
}

// An error of a command is its own affair unless the database made it or ended the transaction.
Status Writer::check_transaction() const {
  if (connection_->transaction_error()) return *connection_->transaction_error();
  if (connection_->is_in_transaction()) return {};
  return make_error(Code::unavailable, reasons::kStorageUnavailable,
                    "the database ended the transaction");
}

void Writer::note(const Status& status) {
  last_group_failed_ = !status.has_value();
  if (status.has_value()) return;
  logger_.error("store.commit_failed", {{"error", to_string(status.error())}});
  if (status.error().code == Code::data_loss) is_damaged_ = true;
}

void Writer::maintain(bool is_idle) {
  const std::int64_t frames = connection_->wal_frames();
  const std::int64_t due =
      is_idle ? options_.checkpoint_frames_idle : options_.checkpoint_frames_busy;
  if (is_damaged_) return;
  if (frames < due) {
    next_checkpoint_frames_ = 0;
    return;
  }
  if (frames < next_checkpoint_frames_) return;
  // Readers that stay can keep the log from beginning anew: then wait for them, but not for long.
  const bool restart = frames >= options_.checkpoint_frames_restart;
  const auto state = connection_->checkpoint(restart);
  next_checkpoint_frames_ = frames + due;
  if (state.has_value()) return;
  logger_.warning("store.checkpoint_failed", {{"error", to_string(state.error())}});
  if (state.error().code == Code::data_loss) is_damaged_ = true;
}

// An orderly end writes the exact positions of the sequences, so that a restart skips no numbers.
void Writer::finish() {
  if (is_damaged_ || connection_->is_in_transaction()) return;
  if (!connection_->begin_write().has_value()) return;
  const bool is_written = sequences_.flush_exact().has_value() && connection_->commit().has_value();
  if (!is_written) connection_->rollback();
}

}  // namespace cinnabar::sqlite
