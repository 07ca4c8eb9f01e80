#include "storage/sqlite/reader_pool.h"

#include "storage/sql/row_reader.h"
#include "vocab/reasons.h"

namespace cinnabar::sqlite {
namespace {

using ports::Row;

class PooledRead final : public ports::ReadTransaction {
 public:
  PooledRead(std::shared_ptr<ReaderPool> pool, std::unique_ptr<ReaderPool::Lane> lane,
             std::optional<std::int64_t> commit)
      : pool_(std::move(pool)),
        lane_(std::move(lane)),
        reader_(*lane_->connection, lane_->book),
        commit_(commit) {}
  PooledRead(const PooledRead&) = delete;
  PooledRead& operator=(const PooledRead&) = delete;
  ~PooledRead() override {
    lane_->connection->rollback();
    pool_->give_back(std::move(lane_));
  }

  Result<std::optional<Row>> get(const ports::Table& table, const ports::Key& key) override {
    return reader_.get(table, key);
  }
  Result<std::vector<Row>> select(const ports::Select& select) override {
    return reader_.select(select);
  }
  Result<std::int64_t> count(const ports::Table& table, const FilterNode& filter) override {
    return reader_.count(table, filter);
  }
  Result<std::vector<ports::SequencePosition>> sequences() override { return reader_.sequences(); }
  [[nodiscard]] std::optional<std::int64_t> commit_number() const override { return commit_; }

 private:
  std::shared_ptr<ReaderPool> pool_;
  std::unique_ptr<ReaderPool::Lane> lane_;
  sql::RowReader reader_;
  std::optional<std::int64_t> commit_;
};

}  // namespace

Result<std::shared_ptr<ReaderPool>> ReaderPool::open(const std::filesystem::path& path,
                                                     const SqliteConnection::Settings& settings,
                                                     std::size_t connections,
                                                     std::chrono::milliseconds wait_max,
                                                     std::shared_ptr<const CommitCounter> commits) {
  std::shared_ptr<ReaderPool> pool(new ReaderPool(wait_max, std::move(commits)));
  for (std::size_t i = 0; i < connections; ++i) {
    auto lane = std::make_unique<Lane>();
    CINNABAR_TRY(lane->connection, SqliteConnection::open(path, settings));
    pool->free_.push_back(std::move(lane));
  }
  return pool;
}

Result<std::unique_ptr<ports::ReadTransaction>> ReaderPool::begin() {
  std::unique_ptr<Lane> lane;
  {
    std::unique_lock lock(mutex_);
    if (!lane_free_.wait_for(lock, wait_max_, [this] { return !free_.empty(); })) {
      return make_error(Code::resource_exhausted, reasons::kQueueFull,
                        "all readers are busy; try again");
    }
    lane = std::move(free_.back());
    free_.pop_back();
  }
  const std::int64_t before = commits_ == nullptr ? 0 : commits_->before();
  Status status = lane->connection->begin_read();
  if (!status.has_value()) {
    give_back(std::move(lane));
    return std::move(status).error();
  }
  return std::unique_ptr<ports::ReadTransaction>(
      std::make_unique<PooledRead>(shared_from_this(), std::move(lane),
                                   commits_ == nullptr ? std::nullopt : commits_->number(before)));
}

void ReaderPool::give_back(std::unique_ptr<Lane> lane) {
  {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(lane));
  }
  lane_free_.notify_one();
}

}  // namespace cinnabar::sqlite
