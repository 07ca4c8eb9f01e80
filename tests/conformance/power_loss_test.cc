// After a power loss at any moment every acknowledged command is there, whole, and the file is
// undamaged: the real storage on a disk that forgets what was not synced.
#include "base/random.h"
#include "storage/sqlite/sqlite_store.h"

#include "conformance/power_loss_vfs.h"
#include "conformance/store_fixture.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

namespace cinnabar::conformance {
namespace {

using sqlite::SqliteOptions;
using sqlite::SqliteStore;

constexpr int kRuns = 10;
constexpr int kLossesPerRun = 10;

// Keeps 16 commands of two rows and a dense number under way, and notes the answers.
class Writers {
 public:
  explicit Writers(SqliteStore& store) : store_(store) {}

  void start() {
    for (int i = 0; i < 16; ++i) send();
  }
  std::set<std::int64_t> wait_for_more(std::size_t more) {
    std::unique_lock lock(mutex_);
    const std::size_t goal = acknowledged_.size() + more;
    changed_.wait(lock, [&] { return acknowledged_.size() >= goal || failures_ > 0; });
    EXPECT_EQ(failures_, 0);
    return acknowledged_;
  }
  // The next commands wait, so that looking at the survivors does not compete with them.
  void pause() {
    const std::scoped_lock lock(mutex_);
    is_paused_ = true;
  }
  void resume() {
    int parked = 0;
    {
      const std::scoped_lock lock(mutex_);
      is_paused_ = false;
      std::swap(parked, parked_);
    }
    for (int i = 0; i < parked; ++i) send();
  }

 private:
  void send() {
    auto number = std::make_shared<std::int64_t>(0);
    ports::WriteCommand command;
    command.work = [number](WriteTransaction& tx) -> Status {
      CINNABAR_TRY(*number, tx.next_number("users", WriteTransaction::Gaps::dense));
      tx.insert(schema::user_account::kTable, user(*number, "user" + std::to_string(*number)));
      tx.insert(
          schema::history::kTable,
          make_row(schema::history::kTable, {{schema::history::instance_id, *number},
                                             {schema::history::events, std::string(300, 'x')}}));
      return {};
    };
    command.done = [this, number](const Status& status) {
      bool is_parked = false;
      {
        const std::scoped_lock lock(mutex_);
        if (status.has_value()) {
          acknowledged_.insert(*number);
        } else {
          ++failures_;
        }
        is_parked = is_paused_;
        parked_ += is_parked ? 1 : 0;
      }
      changed_.notify_all();
      if (!is_parked) send();
    };
    if (store_.submit(std::move(command)).has_value()) return;
    const std::scoped_lock lock(mutex_);
    ++failures_;
  }

  SqliteStore& store_;
  std::mutex mutex_;  // everything below
  std::condition_variable changed_;
  std::set<std::int64_t> acknowledged_;
  int failures_ = 0;
  bool is_paused_ = false;
  int parked_ = 0;
};

struct Aftermath {
  bool is_readable = false;
  bool is_whole = true;  // both rows of a command or none, and no number twice
  std::size_t lost = 0;  // acknowledged commands that are gone
  std::int64_t next_number = 0;
};

Aftermath inspect(const std::filesystem::path& folder, const std::set<std::int64_t>& acknowledged) {
  Aftermath found;
  SqliteOptions options;
  options.path = folder / "cinnabar.db";
  auto opened = SqliteStore::open(options);
  if (!opened.has_value()) return found;
  const std::unique_ptr<SqliteStore> store = std::move(opened).value();
  if (!store->migrate().has_value()) return found;
  Select users;
  users.table = &schema::user_account::kTable;
  Select history;
  history.table = &schema::history::kTable;
  const auto snapshot = store->read();
  const auto user_rows = (*snapshot)->select(users);
  const auto history_rows = (*snapshot)->select(history);
  if (!user_rows.has_value() || !history_rows.has_value()) return found;
  std::set<std::int64_t> ids;
  for (const Row& row : *user_rows) ids.insert(std::get<std::int64_t>(row[0]));
  std::set<std::int64_t> instances;
  for (const Row& row : *history_rows) instances.insert(std::get<std::int64_t>(row[0]));
  found.is_whole = ids == instances;
  for (const std::int64_t id : acknowledged) found.lost += ids.contains(id) ? 0U : 1U;
  const Status numbered = ports::submit_and_wait(*store, [&](WriteTransaction& tx) -> Status {
    CINNABAR_TRY(found.next_number, tx.next_number("users", WriteTransaction::Gaps::dense));
    return {};
  });
  const std::int64_t last = ids.empty() ? 0 : *ids.rbegin();
  found.is_whole = found.is_whole && numbered.has_value() && found.next_number == last + 1 &&
                   static_cast<std::int64_t>(ids.size()) == last;
  found.is_readable = SqliteStore::verify(options.path).has_value();
  return found;
}

// Runs the storage on `vfs` and calls `check` with what each power loss left behind.
void run_with_losses(PowerLossVfs& vfs, std::uint64_t seed, int losses,
                     const std::function<void(const Aftermath&)>& check) {
  TemporaryFolder folder;
  SeededRandom random(seed);
  SqliteOptions options;
  options.path = folder.path() / "cinnabar.db";
  options.vfs = vfs.name();
  // Small, so that losses fall into checkpoints and into logs that began anew.
  options.checkpoint_pages = 20;
  auto opened = SqliteStore::open(options);
  ASSERT_TRUE(opened.has_value()) << to_string(opened.error());
  const std::unique_ptr<SqliteStore> store = std::move(opened).value();
  ASSERT_EQ(reason_of(store->migrate()), "ok");
  Writers writers(*store);
  writers.start();
  for (int i = 0; i < losses && !testing::Test::HasFatalFailure(); ++i) {
    TemporaryFolder survivors;
    const auto acknowledged = writers.wait_for_more(1 + random.below(40));
    vfs.lose_power(survivors.path(), random);
    writers.pause();
    check(inspect(survivors.path(), acknowledged));
    writers.resume();
  }
  writers.pause();
  store->stop();
}

TEST(PowerLoss, acknowledged_commands_survive_whole_and_numbered_without_holes) {
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    PowerLossVfs vfs("power_loss_" + std::to_string(seed));
    run_with_losses(vfs, seed, kLossesPerRun, [seed](const Aftermath& found) {
      EXPECT_TRUE(found.is_readable) << "seed " << seed;
      EXPECT_TRUE(found.is_whole) << "seed " << seed;
      EXPECT_EQ(found.lost, 0U) << "seed " << seed;
    });
  }
}

// The same test on a disk that ignores syncs has to see losses, or it could not see ours.
TEST(PowerLoss, a_disk_that_ignores_syncs_is_noticed) {
  PowerLossVfs vfs("power_loss_lying", true);
  int noticed = 0;
  run_with_losses(vfs, 1, 5, [&noticed](const Aftermath& found) {
    if (!found.is_readable || !found.is_whole || found.lost > 0) ++noticed;
  });
  EXPECT_EQ(noticed, 5);
}

}  // namespace
}  // namespace cinnabar::conformance
