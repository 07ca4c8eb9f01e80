#include "conformance/store_fixture.h"

#include "storage/faulty/faulty_store.h"
#include "storage/memory/memory_store.h"
#include "storage/sqlite/sqlite_store.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace cinnabar::conformance {
namespace {

class MemoryUnderTest final : public StoreUnderTest {
 public:
  ports::Store& store() override { return store_; }
  bool reopen() override { return false; }

 private:
  memory::MemoryStore store_;
};

class FaultyUnderTest final : public StoreUnderTest {
 public:
  ports::Store& store() override { return store_; }
  bool reopen() override { return false; }

 private:
  memory::MemoryStore inner_;
  faulty::FaultyStore store_{inner_, faulty::FaultPlan{}};
};

class SqliteUnderTest final : public StoreUnderTest {
 public:
  SqliteUnderTest() { open(); }
  ports::Store& store() override { return *store_; }
  bool reopen() override {
    store_.reset();
    open();
    return store_ != nullptr;
  }

 private:
  void open() {
    sqlite::SqliteOptions options;
    options.path = folder_.path() / "test.db";
    auto opened = sqlite::SqliteStore::open(std::move(options));
    ASSERT_TRUE(opened.has_value()) << to_string(opened.error());
    store_ = std::move(opened).value();
    const Status migrated = store_->migrate();
    ASSERT_TRUE(migrated.has_value()) << to_string(migrated.error());
  }

  TemporaryFolder folder_;
  std::unique_ptr<sqlite::SqliteStore> store_;
};

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "cinnabar-test-XXXXXX").string();
  const char* made = ::mkdtemp(name.data());
  CINNABAR_ASSERT(made != nullptr);
  path_ = made;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::unique_ptr<StoreUnderTest> make_store(const std::string& driver) {
  if (driver == "sqlite") return std::make_unique<SqliteUnderTest>();
  if (driver == "faulty") return std::make_unique<FaultyUnderTest>();
  return std::make_unique<MemoryUnderTest>();
}

void StoreContract::SetUp() {
  under_test_ = make_store(GetParam());
  const Status migrated = store().migrate();
  ASSERT_TRUE(migrated.has_value()) << to_string(migrated.error());
}

std::unique_ptr<ReadTransaction> StoreContract::read() {
  auto transaction = store().read();
  EXPECT_TRUE(transaction.has_value());
  return std::move(transaction).value();
}

std::vector<Status> StoreContract::write_group(std::vector<Work> works) {
  std::mutex mutex;
  std::condition_variable all_done;
  std::vector<Status> statuses(works.size());
  std::size_t open = works.size();
  bool is_submitted = false;
  // Submitted from inside a command, they all wait for it and are taken together.
  const Status outer = write([&](WriteTransaction&) -> Status {
    if (is_submitted) return {};
    is_submitted = true;
    for (std::size_t i = 0; i < works.size(); ++i) {
      ports::WriteCommand command;
      command.work = works[i];
      command.done = [&, i](Status status) {
        const std::scoped_lock lock(mutex);
        statuses[i] = std::move(status);
        if (--open == 0) all_done.notify_all();
      };
      CINNABAR_CHECK_OK(store().submit(std::move(command)));
    }
    return {};
  });
  EXPECT_TRUE(outer.has_value());
  std::unique_lock lock(mutex);
  all_done.wait(lock, [&] { return open == 0; });
  return statuses;
}

std::vector<Row> StoreContract::all_rows(const Table& table) {
  Select select;
  select.table = &table;
  auto rows = read()->select(select);
  EXPECT_TRUE(rows.has_value());
  return std::move(rows).value();
}

std::vector<std::int64_t> StoreContract::ids(const Table& table, FilterNode filter) {
  Select select;
  select.table = &table;
  select.filter = std::move(filter);
  const auto transaction = read();
  const auto rows = transaction->select(select);
  EXPECT_TRUE(rows.has_value()) << to_string(rows.error());
  const auto count = transaction->count(table, select.filter);
  EXPECT_TRUE(count.has_value());
  EXPECT_EQ(static_cast<std::size_t>(*count), rows->size());
  std::vector<std::int64_t> found;
  for (const Row& row : *rows) found.push_back(std::get<std::int64_t>(row[0]));
  return found;
}

Row make_row(const Table& table, std::initializer_list<std::pair<std::uint16_t, CellValue>> cells) {
  Row row;
  for (const ports::Column& column : table.columns) {
    if (column.nullable) {
      row.emplace_back();
    } else if (column.type == ports::ColumnType::integer) {
      row.emplace_back(std::int64_t{0});
    } else {
      row.emplace_back(std::string());
    }
  }
  for (const auto& [column, cell] : cells) row[column] = cell;
  return row;
}

Row user(std::int64_t id, const std::string& name) {
  return make_row(schema::user_account::kTable,
                  {{schema::user_account::id, id}, {schema::user_account::name, name}});
}

Row user_with_email(std::int64_t id, CellValue email) {
  Row row = user(id, "user" + std::to_string(id));
  row[schema::user_account::email] = std::move(email);
  return row;
}

std::string reason_of(const Status& status) {
  return status.has_value() ? "ok" : std::string(status.error().reason.name);
}

std::string code_of(const Status& status) {
  return status.has_value() ? "ok" : std::string(name(status.error().code));
}

}  // namespace cinnabar::conformance
