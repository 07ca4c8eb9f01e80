// A whole world made from one number: a store that fails on purpose, one server that crashes, a
// clock that stands still until it is moved, people, two random processes, and what the checkers
// remember. Everything that happens goes into a trace with a hash.
//
// Thread: one. Ownership: owns its store and server.
#pragma once

#include "base/random.h"
#include "domain/process/testing/people.h"
#include "domain/process/testing/trace.h"
#include "services/testing/world.h"
#include "storage/faulty/faulty_store.h"

#include "sim/ledger.h"
#include "sim/server.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::sim {

struct Options {
  std::uint64_t seed = 1;
  int steps = 60;
  std::set<int> skip = {};     // steps that are left out, by their number
  bool has_faults = true;      // else no seed has any
  bool on_sqlite = false;      // in a fresh file, else in memory
  bool keeps_trace = false;    // the lines, not only their hash
  bool keeps_history = false;  // the documents and every event in the trace as well
  int plant_at = -1;           // step at which a row is damaged, to test the checkers
};

// The first broken invariant.
struct Failure {
  std::string invariant;  // "I5"
  std::string what;
  int step = 0;
};

// What came of a command.
struct Reply {
  enum class Kind { done, refused, unknown };
  Kind kind = Kind::unknown;
  std::string text;  // of what was done
  Error error;       // of what was refused
  [[nodiscard]] bool is_done() const { return kind == Kind::done; }
};

class World {
 public:
  explicit World(const Options& options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Gets the caller with the key of the command, by which the audit names it.
  using Work =
      std::function<Result<std::string>(ports::WriteTransaction&, const services::CallContext&)>;

  // Sends a command with a fresh key, again and again while its outcome is open, and checks all
  // that the checkers can see. `what` goes into the trace.
  Reply send(const std::string& what, const services::CallContext& caller, Work work);
  // A command on one instance.
  Reply apply(const std::string& what, const services::CallContext& caller, ProcessInstanceId id,
              process::Command command);
  // Sends a command again that was answered before; it has to be answered the same and do nothing.
  void repeat(std::size_t which);
  // The clock goes on, and what is due happens.
  void advance(Duration by);
  void run_due();
  void crash();
  void heal();
  // A reader that holds what it sees, and, some steps later, looks again.
  void hold_reader();
  void look_again();
  void damage();

  // Looks at everything that is new since it was called last.
  void observe();
  void observe_lists(UserId user);
  void check_lag();
  void check_end();

  void note(const std::string& line);
  void fail(const std::string& what);
  [[nodiscard]] bool has_failed() const { return failure.has_value(); }

  [[nodiscard]] services::CallContext as(UserId user);
  [[nodiscard]] UserId user(std::string_view name) const;
  [[nodiscard]] std::vector<process::Instance> instances();
  [[nodiscard]] std::optional<process::Instance> instance(ProcessInstanceId id);
  [[nodiscard]] const process::ProcessDefinition& graph_of(const process::Instance& instance) const;
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random->below(bound); }
  [[nodiscard]] bool chance(std::uint64_t one_in) { return below(one_in) == 0; }

  // All rows of all tables as text, in a fixed order.
  [[nodiscard]] std::string dump();
  // Deploys the main process again with another name of a node; returns the new version.
  std::optional<ProcessDefinitionId> deploy_again();

  Options options;
  std::optional<SeededRandom> random;  // of the present step
  std::unique_ptr<ports::Store> disk;
  std::unique_ptr<faulty::FaultyStore> store;
  ports::ManualClock clock{Instant{1'700'000'000'000'000}};
  services::testing::FakeCrypto crypto;
  std::unique_ptr<Server> server;
  ProcessId main;
  ProcessId child;
  std::vector<ProcessInstanceId> known;  // every instance, in the order of their ids
  std::vector<std::pair<ProcessInstanceId, WorkItemId>> seen_items;
  std::set<ProcessInstanceId> is_disturbed;  // moved by hand, so it may be stuck
  std::optional<Failure> failure;
  std::vector<std::string> trace;
  std::uint64_t hash = 14695981039346656037ULL;
  int step = 0;
  bool restarts_always = false;
  bool has_faults = false;
  std::int64_t commands = 0;
  std::int64_t refused = 0;
  std::int64_t crashes = 0;

 private:
  struct Book {
    Ledger ledger;
    process::Instance folded;
    std::int64_t sequence = 0;
    std::size_t reported = 0;  // findings of the ledger that were told
  };
  struct Answered {
    services::CallContext caller;
    std::string key;
    std::string what;
    Work work;
    std::string text;
  };

  void open_store();
  void make_people();
  void deploy_processes();
  services::Package package();
  Reply send_keyed(const services::CallContext& caller, const std::string& key,
                   const std::string& hash_of, const Work& work);
  [[nodiscard]] int audits_max(const std::string& key) const;
  void observe_instance(ports::ReadTransaction& snapshot, ProcessInstanceId id);
  void check_rows(ports::ReadTransaction& snapshot, const process::Instance& stored);
  void check_item_rows(ports::ReadTransaction& snapshot, const process::Instance& stored);
  void check_other_rows(ports::ReadTransaction& snapshot, const process::Instance& stored);
  std::string content(ports::ReadTransaction& snapshot);
  void mix(std::string_view text);
  void tell(ProcessInstanceId id, const std::vector<process::Event>& events);

  process::ProcessDefinition main_graph_;
  process::ProcessDefinition child_graph_;
  int versions_ = 1;
  process::testing::People people_;  // as the trace names them
  std::map<ProcessInstanceId, process::testing::Trace> stories_;
  std::map<ProcessInstanceId, Book> books_;
  GivenIds given_;
  std::int64_t audited_ = 0;  // last row of the audit that was looked at
  // Rows by the key of the command and the instance, in this step.
  std::map<std::pair<std::string, ProcessInstanceId>, int> audits_of_;
  std::deque<Answered> answered_;
  std::int64_t keys_ = 0;
  std::unique_ptr<ports::ReadTransaction> held_;
  std::string held_content_;
  std::string folder_;
};

// Runs a world from beginning to end: random steps, then whatever finishes all instances.
struct Ending {
  std::optional<Failure> failure;
  std::uint64_t hash = 0;
  std::vector<std::string> trace;
  std::string dump;  // when asked for
  std::int64_t commands = 0;
  std::int64_t refused = 0;
  std::int64_t crashes = 0;
  std::int64_t faults = 0;
  std::int64_t instances = 0;
};
Ending run(const Options& options, bool with_dump = false);

// One random step of clients, workers, the clock or an adversary (steps.cc).
void act(World& world);
// Does all that can be done until every instance has ended (steps.cc).
void drain(World& world);

}  // namespace cinnabar::sim
