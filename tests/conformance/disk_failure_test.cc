// A disk that fails: nothing is acknowledged that is not stored, and the storage goes on when the
// disk does.
#include "storage/sqlite/sqlite_store.h"

#include "conformance/power_loss_vfs.h"
#include "conformance/store_fixture.h"

#include <fstream>

namespace cinnabar::conformance {
namespace {

using sqlite::SqliteOptions;
using sqlite::SqliteStore;
using testing::Each;
using testing::HasSubstr;

const Table& kUsers = schema::user_account::kTable;

class DiskFailureTest : public testing::Test {
 protected:
  void SetUp() override {
    SqliteOptions options;
    options.path = folder_.path() / "cinnabar.db";
    options.vfs = vfs_.name();
    auto opened = SqliteStore::open(options);
    ASSERT_TRUE(opened.has_value()) << to_string(opened.error());
    store_ = std::move(opened).value();
    ASSERT_EQ(reason_of(store_->migrate()), "ok");
  }

  // One command that takes a dense number as the id; the number is 0 when it failed.
  Status add(std::int64_t& id) {
    Status status = ports::submit_and_wait(*store_, [&id](WriteTransaction& tx) -> Status {
      CINNABAR_TRY(id, tx.next_number("users", WriteTransaction::Gaps::dense));
      tx.insert(kUsers, user(id, "user" + std::to_string(id)));
      return {};
    });
    if (!status.has_value()) id = 0;
    return status;
  }
  // The answers of commands that queued together, among them one that fails by itself.
  std::vector<std::string> group_reasons() {
    std::vector<std::string> reasons;
    const Status outer = ports::submit_and_wait(*store_, [&](WriteTransaction&) -> Status {
      for (int i = 0; i < 5; ++i) {
        ports::WriteCommand command;
        command.work = [i](WriteTransaction& tx) -> Status {
          if (i == 2) return make_error(Code::not_found, Reason{"own"}, "");
          tx.insert(kUsers, user(1'000 + i, "group" + std::to_string(i)));
          return {};
        };
        command.done = [&reasons](const Status& status) { reasons.push_back(reason_of(status)); };
        CINNABAR_CHECK_OK(store_->submit(std::move(command)));
      }
      return {};
    });
    EXPECT_EQ(reason_of(outer), "ok");
    // An empty command behind them ends after they were answered.
    static_cast<void>(ports::submit_and_wait(*store_, [](WriteTransaction&) { return Status(); }));
    return reasons;
  }
  std::int64_t rows() { return *(*store_->read())->count(kUsers, all_of({})); }
  SqliteStore& store() { return *store_; }
  PowerLossVfs& vfs() { return vfs_; }

  void fails_and_goes_on(const std::function<void(bool)>& fail) {
    std::int64_t id = 0;
    ASSERT_EQ(reason_of(add(id)), "ok");
    ASSERT_EQ(id, 1);
    fail(true);
    const Status failed = add(id);
    EXPECT_EQ(code_of(failed), "unavailable");
    EXPECT_EQ(reason_of(failed), "storage_unavailable");
    EXPECT_FALSE(store().health().is_writable);
    EXPECT_THAT(group_reasons(), Each(std::string("storage_unavailable")));
    EXPECT_EQ(rows(), 1) << "readers go on";
    fail(false);
    EXPECT_EQ(reason_of(add(id)), "ok");
    EXPECT_EQ(id, 2) << "a dense number is given back by a failed commit";
    EXPECT_TRUE(store().health().is_writable);
    EXPECT_EQ(rows(), 2);
  }

 private:
  PowerLossVfs vfs_{"disk_failure"};
  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(DiskFailureTest, a_full_disk_refuses_whole_groups_until_there_is_space) {
  fails_and_goes_on([this](bool on) { vfs().fail_writes(on ? SQLITE_FULL : SQLITE_OK); });
}

TEST_F(DiskFailureTest, a_failed_write_refuses_whole_groups) {
  fails_and_goes_on([this](bool on) { vfs().fail_writes(on ? SQLITE_IOERR_WRITE : SQLITE_OK); });
}

TEST_F(DiskFailureTest, a_failed_sync_refuses_whole_groups) {
  fails_and_goes_on([this](bool on) { vfs().fail_syncs(on ? SQLITE_IOERR_FSYNC : SQLITE_OK); });
}

TEST(DamagedDatabase, writing_stops_with_data_loss) {
  TemporaryFolder folder;
  SqliteOptions options;
  options.path = folder.path() / "cinnabar.db";
  {
    const auto store = std::move(SqliteStore::open(options)).value();
    ASSERT_EQ(reason_of(store->migrate()), "ok");
    for (std::int64_t i = 0; i < 4'000; ++i) {
      ports::WriteCommand command;
      command.work = [i](WriteTransaction& tx) -> Status {
        tx.insert(kUsers, user(i, "user" + std::to_string(i)));
        return {};
      };
      ASSERT_EQ(reason_of(store->submit(std::move(command))), "ok");
    }
  }
  {
    // The last quarter: rows and index entries, not the schema.
    std::fstream file(options.path, std::ios::in | std::ios::out | std::ios::binary);
    const auto pages = static_cast<std::int64_t>(std::filesystem::file_size(options.path)) / 4096;
    for (std::int64_t page = pages * 3 / 4; page < pages; ++page) {
      file.seekp(page * 4096);
      file << std::string(4096, '\x7f');
    }
  }
  const auto store = std::move(SqliteStore::open(options)).value();
  const auto add = [&store] {
    return ports::submit_and_wait(*store, [](WriteTransaction& tx) -> Status {
      tx.insert(kUsers, user(9'999, "late"));
      return {};
    });
  };
  EXPECT_EQ(code_of(add()), "data_loss");
  const Status again = add();
  EXPECT_EQ(code_of(again), "data_loss");
  EXPECT_EQ(reason_of(again), "storage_corrupt");
  EXPECT_FALSE(store->health().is_writable);
  EXPECT_THAT(store->health().description, HasSubstr("damaged"));
}

}  // namespace
}  // namespace cinnabar::conformance
