// A small world for definitions: their instances, a virtual clock, and the deliveries between
// instances, all in memory. What the server does with a store, this does without: messages and
// signals reach their catchers, called processes run, timers fire when the clock gets there. Used
// for dry runs of a definition, for the control-flow corpus and for the simulator of the tests.
//
// Ownership: borrows directory and form; owns everything else. Thread: one. Bounds: what instances
// make each other do within one step of the clock is limited; beyond that deliveries are dropped
// and `is_exhausted` says so.
#pragma once

#include "domain/process/decide.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cinnabar::process {

class Simulation {
 public:
  Simulation(const org::Directory& directory, const form::FormDefinition& form, Instant now);

  // From now on the process can be started, by name, by call and by what its start events wait for.
  // Deploying a key again replaces it for instances to come.
  void deploy(std::shared_ptr<const ProcessDefinition> definition);

  // With a start node: as if its trigger had come. The error is that of decide().
  Result<ProcessInstanceId> start(std::string_view key, Start command);
  Status apply(ProcessInstanceId instance, const Command& command);
  // To whoever waits for it longest, else to a start event. False: nobody wants it.
  bool publish_message(const std::string& name, const std::string& key,
                       const expr::Variables& variables, std::int64_t before = 0);
  // To everybody. Returns how many took it.
  std::size_t broadcast_signal(const std::string& name, const expr::Variables& variables,
                               std::int64_t before = 0, ProcessInstanceId thrower = {});
  // Starts what begins with a condition that holds for these. False: nothing does.
  bool start_by_condition(const expr::Variables& variables);
  // Fires everything due up to then, in order of time. The clock stands at `until` afterwards.
  void advance_to(Instant until);

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const std::map<ProcessInstanceId, Instance>& instances() const {
    return instances_;
  }
  [[nodiscard]] const ProcessDefinition& definition_of(const Instance& instance) const;
  // Called for the events of each command, before what they lead to elsewhere.
  using Observer = std::function<void(const Instance& after, const std::vector<Event>& events)>;
  void observe(Observer observer) { observer_ = std::move(observer); }
  [[nodiscard]] bool is_exhausted() const { return is_exhausted_; }

 private:
  class Counter final : public IdSource {
   public:
    [[nodiscard]] std::int64_t next() override { return ++last_; }

   private:
    std::int64_t last_ = 100'000;
  };
  struct StartTimer {
    ProcessDefinitionId definition;
    std::string node_id;
    Instant due;
    Duration interval;
    std::int32_t repeats = 0;
  };
  struct Caller {
    ProcessInstanceId instance;
    WaitId wait;
  };

  Status run(ProcessInstanceId id, const ProcessDefinition& definition, const Command& command);
  void follow(ProcessInstanceId id, const std::vector<Event>& events);
  void follow(ProcessInstanceId id, const CallStarted& call);
  void follow(ProcessInstanceId id, const CallCancelled& call);
  void answer_caller(const Instance& ended);
  void settle();
  void later(std::function<void()> delivery);
  void fire_start_timer(std::size_t index);
  bool start_by(const std::function<bool(const Trigger&)>& is_meant,
                const expr::Variables& variables, bool only_one);
  Environment environment();

  const org::Directory& directory_;
  const form::FormDefinition& form_;
  Instant now_;
  Counter ids_;
  std::vector<std::shared_ptr<const ProcessDefinition>> definitions_;  // by id - 1
  std::map<std::string, ProcessDefinitionId, std::less<>> current_;
  std::map<ProcessInstanceId, Instance> instances_;
  std::vector<StartTimer> start_timers_;
  std::deque<std::function<void()>> deliveries_;
  int delivered_ = 0;
  bool is_settling_ = false;
  bool is_exhausted_ = false;
  Observer observer_;
};

}  // namespace cinnabar::process
