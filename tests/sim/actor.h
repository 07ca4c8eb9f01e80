// What clients of the simulator do: each function is one command, or a few that belong together,
// with everything that is open chosen by the dice of the present step. Thread: one.
#pragma once

#include "sim/world.h"

#include <string>
#include <vector>

namespace cinnabar::sim {

// An open work item whose turn it is.
struct OpenItem {
  const process::Instance* instance = nullptr;
  const process::ActivityInstance* activity = nullptr;
  const process::WorkItem* item = nullptr;
};

class Actor {
 public:
  explicit Actor(World& world);

  [[nodiscard]] const std::vector<process::Instance>& instances() const { return instances_; }
  [[nodiscard]] std::vector<OpenItem> open_items() const;

  void start();
  void complete();
  void complete(const OpenItem& open, const services::CallContext& caller, Outcome outcome);
  // Approves, so that loops end.
  void decide_well(const OpenItem& open);
  void hand_over();            // claim, unclaim, transfer, delegate, resolve
  void change_participants();  // add, remove, return, take back, urge, notices
  void administrate();         // suspend, resume, jump, reactivate, terminate, data, migration
  void handle_incident(const process::Instance& instance, const process::Incident& incident,
                       bool skip);
  void work_on_jobs();
  // Of one locked job; `kind` 0: done, 1: failed, 2: error, 3: extended.
  void finish_job(std::int64_t job, int kind);
  std::vector<std::int64_t> lock_jobs(int count, Duration lock_for);
  void send_message(const std::string& name, const std::string& key);
  void send_signal(const std::string& name);
  void misbehave();

 private:
  const process::Instance* any(bool only_alive);
  UserId any_user();
  UserId who_decides(const process::WorkItem& item);
  std::string any_node(const process::Instance& instance, bool only_tasks);
  FieldValues record();
  FieldValues changes();
  expr::Variables variables();
  void send_completion(const OpenItem& open, const services::CallContext& caller,
                       const services::CompleteRequest& request);
  void by_stranger();
  void of_the_past();
  void malformed();
  void must_be_refused(const Reply& reply, const char* what);

  World& world_;
  std::vector<process::Instance> instances_;
};

}  // namespace cinnabar::sim
