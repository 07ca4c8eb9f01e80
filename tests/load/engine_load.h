// Process instances at full speed, without HTTP: clients in a closed loop that start an instance,
// complete its tasks and begin again, over any store; and the same by the engine alone.
//
// Thread: one, beside those of the store. Ownership: borrows the store.
#pragma once

#include "ports/clock.h"
#include "ports/store.h"
#include "services/testing/world.h"

#include "sim/server.h"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::load {

// What is run: start -> work -> end, with five variables.
enum class Shape : std::uint8_t { one_task, ten_in_sequence, ten_in_parallel };
inline constexpr std::array<Shape, 3> kShapes{Shape::one_task, Shape::ten_in_sequence,
                                              Shape::ten_in_parallel};
std::string_view name(Shape shape);
// Commands of one instance: its start, and one for each task.
int commands_of(Shape shape);

struct EngineRate {
  std::int64_t instances = 0;
  std::int64_t commands = 0;
  double wall = 0;  // seconds
  double cpu = 0;   // seconds of all threads of this process
  [[nodiscard]] double per_core_second() const {
    return cpu > 0 ? static_cast<double>(instances) / cpu : 0;
  }
  [[nodiscard]] double per_second() const {
    return wall > 0 ? static_cast<double>(instances) / wall : 0;
  }
  [[nodiscard]] double micros_per_command() const {
    return commands > 0 ? cpu * 1e6 / static_cast<double>(commands) : 0;
  }
};

// Seconds of processor time of this process so far.
double cpu_seconds();

// decide() and evolve() alone.
EngineRate run_pure(Shape shape, double seconds);

// A server over `store`, which is migrated, with the three processes deployed.
class EngineLoad {
 public:
  EngineLoad(ports::Store& store, int clients);

  // Instances from their start to their end: so many, or for so long (the other one 0).
  EngineRate run(Shape shape, std::int64_t instances_max, double seconds);
  // Instances that stay at their task.
  EngineRate leave_open(std::int64_t instances);

 private:
  struct Client {
    ActivityInstanceId activity;             // that is being completed
    std::vector<ActivityInstanceId> open;    // that are to be completed
    std::vector<ActivityInstanceId> opened;  // by the command that is under way
    bool is_idle = true;
  };

  void deploy();
  void submit_start(Client& client, ProcessId process);
  void submit_complete(Client& client);
  void submit(Client& client, std::function<Status(ports::WriteTransaction&)> work);
  // Clients whose command is done.
  std::vector<Client*> wait_done();

  ports::Store& store_;
  ports::ManualClock clock_{Instant{1'700'000'000'000'000}};
  services::testing::FakeCrypto crypto_;
  sim::Server server_;
  services::CallContext caller_;
  std::array<ProcessId, 3> processes_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<Client*> finished_;
};

}  // namespace cinnabar::load
