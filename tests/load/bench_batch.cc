// bench_batch: decisions through batches beside the same decisions one by one, without HTTP. See
// README.md.

#include "domain/process/bpmn/export.h"
#include "domain/process/testing/generator.h"
#include "domain/process/testing/verb_world.h"
#include "ports/schema.h"
#include "services/batch_service.h"
#include "services/codec/form_codec.h"
#include "services/rows.h"
#include "services/testing/world.h"
#include "storage/sqlite/sqlite_store.h"

#include "engine_load.h"
#include "program.h"
#include "sim/server.h"
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <string>

namespace cinnabar::load {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPeople = 10;
constexpr int kBatchesOfOne = static_cast<int>(services::kUnfinishedBatchesMax);
constexpr int kBatches = kPeople * kBatchesOfOne;
constexpr int kItems = static_cast<int>(services::kBatchItemsMax);
constexpr std::size_t kUnderWay = 256;  // commands at once when decided one by one

template <typename T>
T must(Result<T> result, const char* what) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "bench: %s: %s\n", what, to_string(result.error()).c_str());
  std::exit(1);
}
void must(const Status& status, const char* what) {
  if (status) return;
  std::fprintf(stderr, "bench: %s: %s\n", what, to_string(status.error()).c_str());
  std::exit(1);
}

struct Rate {
  std::int64_t items = 0;
  double wall = 0;
  double cpu = 0;
  double per_second() const { return static_cast<double>(items) / wall; }
  double per_core_second() const { return static_cast<double>(items) / cpu; }
};

// Who decides which work item.
struct Task {
  UserId user;
  WorkItemId item;
  ActivityInstanceId activity;
};

class Bench {
 public:
  explicit Bench(ports::Store& store) : store_(store), server_(store, clock_, crypto_) { deploy(); }

  // As many tasks for each person.
  std::vector<Task> start(int instances) {
    const ProcessId process = server_.catalog.current()->process_by_key("bench", "batch")->id;
    each(static_cast<std::size_t>(instances),
         [&](std::size_t i, ports::WriteTransaction& t) -> Status {
           services::StartRequest request;
           request.process = process;
           request.fields.emplace("title", FieldValue::text("u" + std::to_string(i % kPeople)));
           CINNABAR_CHECK_OK(
               server_.instances.start(t, caller(user(i % kPeople)), std::move(request)));
           return {};
         });
    return open_tasks();
  }

  Rate one_by_one(const std::vector<Task>& tasks) {
    return measure(tasks, [&] {
      each(tasks.size(), [&](std::size_t i, ports::WriteTransaction& t) -> Status {
        services::CompleteRequest request;
        request.activity = tasks[i].activity;
        request.item = tasks[i].item;
        request.outcome = Outcome::approved;
        CINNABAR_CHECK_OK(server_.instances.complete(t, caller(tasks[i].user), std::move(request)));
        return {};
      });
    });
  }

  Rate in_batches(const std::vector<Task>& tasks) {
    services::BatchService batches(clock_, server_.catalog, server_.people, server_.instances,
                                   server_.engine);
    services::BatchRunner runner(store_, clock_, batches);
    std::vector<std::pair<UserId, std::int64_t>> numbers;
    const Rate rate = measure(tasks, [&] {
      for (auto& [user, request] : requests_of(tasks)) {
        std::int64_t id = 0;
        must(ports::submit_and_wait(store_,
                                    [&](ports::WriteTransaction& t) -> Status {
                                      CINNABAR_TRY(id, batches.submit(t, caller(user), request));
                                      return {};
                                    }),
             "submit");
        numbers.emplace_back(user, id);
      }
      while (must(runner.tick(), "tick") > 0) {
      }
    });
    const auto snapshot = must(store_.read(), "read");
    for (const auto& [user, id] : numbers) {
      const auto progress = must(batches.progress(*snapshot, caller(user), id), "progress");
      if (progress.count(services::BatchItemState::done) == kItems) continue;
      std::fprintf(stderr, "bench: a batch did not decide everything\n");
      std::exit(1);
    }
    return rate;
  }

 private:
  static services::CallContext caller(UserId user) {
    return {Principal{PrincipalKind::user, user}, "bench", "", "127.0.0.1"};
  }
  UserId user(std::size_t index) const {
    return *server_.people.current()->find_user("u" + std::to_string(index));
  }

  void deploy() {
    services::DirectoryPackage directory;
    directory.groups.push_back({GroupKind::group, "g", "g", "", ""});
    for (int i = 0; i < kPeople; ++i) {
      services::PackageUser person;
      person.name = "u" + std::to_string(i);
      person.display_name = person.name;
      person.groups.emplace_back(GroupKind::group, "g");
      directory.users.push_back(std::move(person));
    }
    must(server_.admin.import_directory(directory), "people");
    process::UserTask task;
    task.participants = {process::InitiatorRule{}};
    task.allow_batch = true;
    process::testing::ProcessBuilder builder;
    builder.start("start").end("end");
    builder.node("task", process::NodeKind::user_task, std::move(task));
    builder.path({"start", "task", "end"});
    services::Package package;
    package.key = "bench";
    package.name = "Bench";
    package.document = "{}";
    services::PackageForm form;
    form.form = process::testing::generated_form();
    form.document = services::codec::print_form(form.form);
    package.forms.push_back(std::move(form));
    services::PackageProcess process;
    process.key = "batch";
    process.name = "Batch";
    process.form_key = "generated";
    process.bpmn = process::bpmn::to_xml(*builder.build());
    package.processes.push_back(std::move(process));
    using enum PermissionAction;
    package.permissions.push_back({GroupKind::group, "g", "*", {view, add}});
    static_cast<void>(must(server_.admin.deploy(package), "deploy"));
  }

  // Runs `work` for every index, kUnderWay of them at once.
  template <typename Work>
  void each(std::size_t count, const Work& work) {
    for (std::size_t begin = 0; begin < count; begin += kUnderWay) {
      const std::size_t end = std::min(count, begin + kUnderWay);
      std::latch done(static_cast<std::ptrdiff_t>(end - begin));
      for (std::size_t i = begin; i < end; ++i) {
        ports::WriteCommand command;
        command.work = [&work, i](ports::WriteTransaction& t) -> Status { return work(i, t); };
        command.done = [&done](const Status& status) {
          must(status, "command");
          done.count_down();
        };
        must(store_.submit(std::move(command)), "submit");
      }
      done.wait();
    }
  }

  std::vector<Task> open_tasks() {
    namespace work = ports::schema::work_item;
    const auto snapshot = must(store_.read(), "read");
    ports::Select select;
    select.table = &work::kTable;
    select.filter = where_equal(work::state, services::cell(WorkItemState::open));
    select.order = {{work::id, false}};
    std::vector<Task> out;
    for (const ports::Row& row : must(snapshot->select(select), "tasks")) {
      out.push_back({services::id_of<UserId>(row, work::assignee_id),
                     services::id_of<WorkItemId>(row, work::id),
                     services::id_of<ActivityInstanceId>(row, work::activity_id)});
    }
    return out;
  }

  static std::vector<std::pair<UserId, services::BatchRequest>> requests_of(
      const std::vector<Task>& tasks) {
    std::map<UserId, std::vector<Task>> by_user;
    for (const Task& task : tasks) by_user[task.user].push_back(task);
    std::vector<std::pair<UserId, services::BatchRequest>> out;
    for (const auto& [user, all] : by_user) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (i % static_cast<std::size_t>(kItems) == 0) out.push_back({user, {}});
        out.back().second.items.push_back({std::to_string(all[i].item.value()), all[i].item});
      }
    }
    return out;
  }

  template <typename Work>
  static Rate measure(const std::vector<Task>& tasks, const Work& work) {
    const auto begin = Clock::now();
    const double cpu = cpu_seconds();
    work();
    return {std::ssize(tasks), std::chrono::duration<double>(Clock::now() - begin).count(),
            cpu_seconds() - cpu};
  }

  ports::Store& store_;
  ports::ManualClock clock_{Instant{1'700'000'000'000'000}};
  services::testing::FakeCrypto crypto_;
  sim::Server server_;
};

std::string line(std::string_view what, const Rate& rate) {
  return fmt::format("| {} | {} | {:.0f} | {:.0f} | {:.1f} |\n", what, rate.items,
                     rate.per_second(), rate.per_core_second(),
                     rate.cpu * 1e6 / static_cast<double>(rate.items));
}

}  // namespace
}  // namespace cinnabar::load

int main(int argc, char** argv) {
  using namespace cinnabar;
  using namespace cinnabar::load;
  const Arguments given(argc, argv, "bench_batch [--rounds N] [--markdown FILE]",
                        {"--rounds", "--markdown"});
  const std::string markdown = given.text("--markdown");
  const auto rounds = static_cast<int>(std::max<std::int64_t>(1, given.count("--rounds", 3)));
  const WorkFolder folder("batch");
  std::string text =
      "| decided | work items | per second | per core-second | CPU us per item |\n"
      "|---|---:|---:|---:|---:|\n";
  {
    sqlite::SqliteOptions options;
    options.path = folder.path() / "batch.db";
    const auto store = must(sqlite::SqliteStore::open(std::move(options)), "database");
    must(store->migrate(), "database");
    Bench bench(*store);
    double share = 0;
    for (int round = 0; round < rounds; ++round) {
      const Rate single = bench.one_by_one(bench.start(kBatches * kItems));
      const Rate batch = bench.in_batches(bench.start(kBatches * kItems));
      text += line("one by one", single) +
              line(fmt::format("in {} batches of {}", kBatches, kItems), batch);
      share += batch.per_second() / single.per_second() / rounds;
    }
    text += fmt::format("\nBatches ran at {:.2f} of the rate of single decisions.\n", share);
  }
  fmt::print("{}", text);
  if (!markdown.empty()) std::ofstream(markdown) << text;
  return 0;
}
