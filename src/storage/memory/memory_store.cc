#include "storage/memory/memory_store.h"

#include "storage/memory/tables.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace cinnabar::memory {
namespace {

using ports::Key;
using ports::Row;
using ports::Select;
using ports::Table;
using Sequences = std::map<std::string, std::int64_t, std::less<>>;

// Values are the numbers given last.
std::vector<ports::SequencePosition> positions_of(const Sequences& sequences) {
  std::vector<ports::SequencePosition> positions;
  for (const auto& [name, value] : sequences) positions.push_back({name, value + 1});
  return positions;
}

class MemoryWrite final : public ports::WriteTransaction {
 public:
  MemoryWrite(const Snapshot& tables, Sequences& sequences)
      : tables_(tables), sequences_(sequences) {}

  Result<std::optional<Row>> get(const Table& table, const Key& key) override {
    return get_row(tables_, table, key);
  }
  Result<std::vector<Row>> select(const Select& select) override {
    return select_rows(tables_, select);
  }
  Result<std::int64_t> count(const Table& table, const FilterNode& filter) override {
    return count_rows(tables_, table, filter);
  }
  Result<std::vector<ports::SequencePosition>> sequences() override {
    return positions_of(sequences_);
  }
  void insert(const Table& table, Row row) override {
    writes_.push_back({Write::Kind::insert, &table, std::move(row), 0, 0});
  }
  void update(const Table& table, Row row) override {
    writes_.push_back({Write::Kind::update, &table, std::move(row), 0, 0});
  }
  void update_if(const Table& table, Row row, std::uint16_t version_column,
                 std::int64_t expected) override {
    writes_.push_back({Write::Kind::update_if, &table, std::move(row), version_column, expected});
  }
  void put(const Table& table, Row row) override {
    writes_.push_back({Write::Kind::put, &table, std::move(row), 0, 0});
  }
  void erase(const Table& table, Key key) override {
    writes_.push_back({Write::Kind::erase, &table, std::move(key), 0, 0});
  }
  Result<std::int64_t> next_number(std::string_view sequence, Gaps gaps) override {
    auto found = sequences_.find(sequence);
    if (found == sequences_.end()) found = sequences_.emplace(std::string(sequence), 0).first;
    if (gaps == Gaps::dense) given_back_.emplace(found->first, found->second);
    return ++found->second;
  }

  Status raise_sequence(const ports::SequencePosition& position) override {
    std::int64_t& value = sequences_[position.name];
    value = std::max(value, position.next - 1);
    return {};
  }

  [[nodiscard]] const std::vector<Write>& writes() const { return writes_; }
  void give_numbers_back() {
    for (const auto& [sequence, value] : given_back_) sequences_[sequence] = value;
  }

 private:
  const Snapshot& tables_;
  Sequences& sequences_;
  std::vector<Write> writes_;
  Sequences given_back_;  // dense sequences as they were before this command
};

}  // namespace

class MemoryStore::Core {
 public:
  explicit Core(Options options) : options_(options) {}

  Status submit(ports::WriteCommand command) {
    std::unique_lock lock(mutex_);
    if (stopping_) {
      return make_error(Code::unavailable, reasons::kShuttingDown, "the store is stopping");
    }
    if (queue_.size() >= options_.queue_max) {
      return make_error(Code::resource_exhausted, reasons::kQueueFull, "the writer is busy");
    }
    queue_.push_back(std::move(command));
    if (draining_) return {};
    draining_ = true;
    while (!queue_.empty()) {
      ports::WriteCommand next = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      Status status = run(next);
      if (next.done) next.done(std::move(status));
      lock.lock();
    }
    draining_ = false;
    idle_.notify_all();
    return {};
  }

  Snapshot snapshot() {
    const std::scoped_lock lock(tables_mutex_);
    return tables_.snapshot();
  }
  std::vector<ports::SequencePosition> positions() {
    const std::scoped_lock lock(tables_mutex_);
    return positions_of(committed_sequences_);
  }
  // A reader lets go under the lock, so that the writer never changes a table that is being read.
  void release(Snapshot& snapshot) {
    const std::scoped_lock lock(tables_mutex_);
    snapshot.clear();
  }

  void stop() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    idle_.wait(lock, [this] { return !draining_; });
  }
  bool is_stopping() {
    const std::scoped_lock lock(mutex_);
    return stopping_;
  }

 private:
  // Only the draining thread comes here, so the tables can be read without the lock.
  Status run(const ports::WriteCommand& command) {
    MemoryWrite transaction(tables_.view(), sequences_);
    Status status = command.work(transaction);
    if (status.has_value()) {
      const std::scoped_lock lock(tables_mutex_);
      status = tables_.apply(transaction.writes());
    }
    if (!status.has_value()) transaction.give_numbers_back();
    if (sequences_ != committed_sequences_) {
      const std::scoped_lock lock(tables_mutex_);
      committed_sequences_ = sequences_;
    }
    return status;
  }

  const Options options_;
  std::mutex mutex_;  // queue_, draining_, stopping_
  std::condition_variable idle_;
  std::deque<ports::WriteCommand> queue_;
  bool draining_ = false;
  bool stopping_ = false;
  std::mutex tables_mutex_;  // the table pointers, not the rows
  LiveTables tables_;
  Sequences sequences_;            // the draining thread's
  Sequences committed_sequences_;  // for readers; under tables_mutex_
};

namespace {

// The store's core is kept alive by the reader, so `release` is always possible.
template <typename Core>
class MemoryRead final : public ports::ReadTransaction {
 public:
  explicit MemoryRead(std::shared_ptr<Core> core)
      : core_(std::move(core)), tables_(core_->snapshot()), positions_(core_->positions()) {}
  ~MemoryRead() override { core_->release(tables_); }
  MemoryRead(const MemoryRead&) = delete;
  MemoryRead& operator=(const MemoryRead&) = delete;

  Result<std::optional<Row>> get(const Table& table, const Key& key) override {
    return get_row(tables_, table, key);
  }
  Result<std::vector<Row>> select(const Select& select) override {
    return select_rows(tables_, select);
  }
  Result<std::int64_t> count(const Table& table, const FilterNode& filter) override {
    return count_rows(tables_, table, filter);
  }
  Result<std::vector<ports::SequencePosition>> sequences() override { return positions_; }

 private:
  std::shared_ptr<Core> core_;
  Snapshot tables_;
  std::vector<ports::SequencePosition> positions_;  // taken after the tables, so never too low
};

}  // namespace

MemoryStore::MemoryStore() : MemoryStore(Options{}) {}
MemoryStore::MemoryStore(Options options) : core_(std::make_shared<Core>(options)) {}
MemoryStore::~MemoryStore() {
  core_->stop();
}

Status MemoryStore::submit(ports::WriteCommand command) {
  return core_->submit(std::move(command));
}

Result<std::unique_ptr<ports::ReadTransaction>> MemoryStore::read() {
  return std::unique_ptr<ports::ReadTransaction>(std::make_unique<MemoryRead<Core>>(core_));
}

ports::StoreHealth MemoryStore::health() {
  return {!core_->is_stopping(), "memory: nothing is kept after the process ends"};
}

Status MemoryStore::migrate() {
  return {};
}

void MemoryStore::stop() {
  core_->stop();
}

}  // namespace cinnabar::memory
