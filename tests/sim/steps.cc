// One random step, and what finishes every instance once nothing fails any more.

#include "sim/actor.h"
#include "sim/process_maker.h"

#include <algorithm>

namespace cinnabar::sim {

namespace {

constexpr int kRoundsMax = 400;

bool has_ended(const process::Instance& instance) {
  return instance.state != InstanceState::running && instance.state != InstanceState::suspended;
}

// Whoever waits for it at this place stands still until it comes.
bool is_in_the_way(const process::ProcessDefinition& graph, const process::Wait& wait) {
  const auto node = graph.find_node(wait.node_id);
  return node && graph.node(*node).kind != process::NodeKind::boundary_event &&
         graph.node(*node).kind != process::NodeKind::start_event;
}

// Brings everything to its end, by an administrator who means well.
class Closing {
 public:
  explicit Closing(World& world) : world_(world) {}

  void run() {
    for (int round = 0; round < kRoundsMax && !world_.has_failed(); ++round) {
      world_.run_due();
      if (world_.has_failed() || is_all_over()) return;
      if (decide() || work() || incidents() || outside() || clock()) continue;
      give_up();
    }
    if (!world_.has_failed() && !is_all_over()) {
      if (!world_.is_disturbed.empty()) {
        give_up();
        if (is_all_over()) return;
      }
      world_.fail("I14: no end after " + std::to_string(kRoundsMax) + " rounds: " + picture());
    }
  }

 private:
  bool is_all_over() {
    const auto all = world_.instances();
    return std::ranges::all_of(all, has_ended);
  }

  bool decide() {
    Actor actor(world_);
    for (const process::Instance& instance : actor.instances()) {
      if (instance.state != InstanceState::suspended) continue;
      world_.apply("resume", admin(), instance.id, process::Resume{});
      return true;
    }
    const auto open = actor.open_items();
    if (open.empty()) return false;
    actor.decide_well(open.front());
    return true;
  }

  bool work() {
    Actor actor(world_);
    const auto jobs = actor.lock_jobs(10, minutes(5));
    for (const std::int64_t job : jobs) actor.finish_job(job, 0);
    return !jobs.empty();
  }

  bool incidents() {
    Actor actor(world_);
    for (const process::Instance& instance : actor.instances()) {
      if (instance.incidents.empty()) continue;
      const process::Incident& incident = instance.incidents.front();
      if (mended_.insert(instance.id).second) {
        // A called process has no record of its own: nobody to ask, no key for its messages.
        world_.apply("mend", admin(), instance.id, process::ChangeData{{}, mended_fields(), {}});
        return true;
      }
      // What does not go by trying again is passed over; what can not be passed over is stuck.
      const int times = ++tried_[incident.id];
      if (times > 3) continue;
      actor.handle_incident(instance, incident, times > 1);
      return true;
    }
    return false;
  }

  bool outside() {
    Actor actor(world_);
    for (const process::Instance& instance : actor.instances()) {
      const auto& graph = world_.graph_of(instance);
      for (const process::Wait& wait : instance.waits) {
        if (!is_in_the_way(graph, wait)) continue;
        if (wait.kind == WaitKind::message) {
          // To this one: another one may wait for the same for ever.
          world_.apply("deliver " + wait.name, admin(), instance.id,
                       process::DeliverMessage{wait.name, wait.key, {}, wait.id});
          return true;
        }
        if (wait.kind == WaitKind::signal) {
          actor.send_signal(wait.name);
          return true;
        }
        if (wait.kind == WaitKind::condition) {
          process::ChangeData change;
          change.fields.emplace("amount", FieldValue{Decimal{std::int64_t{999}}});
          world_.apply("make it so", admin(), instance.id, change);
          return true;
        }
      }
    }
    return false;
  }

  bool clock() {
    const auto next = world_.server->scheduler.next_due();
    if (!next || !*next) return lock_expires();
    world_.advance(std::max(**next - world_.clock.now(), minutes(1)));
    return true;
  }
  // A job that a worker has locked, or that is to be tried later.
  bool lock_expires() {
    const auto all = world_.instances();
    for (const process::Instance& instance : all) {
      for (const process::Wait& wait : instance.waits) {
        if (wait.kind != WaitKind::job || wait.retries == 0) continue;
        world_.advance(hours(1));
        return true;
      }
    }
    return false;
  }

  // Only what was moved by hand may be stuck for ever, and then it can be terminated.
  void give_up() {
    const auto all = world_.instances();
    for (const process::Instance& instance : all) {
      if (has_ended(instance)) continue;
      if (!is_excused(instance)) {
        return world_.fail("I14: an instance is stuck for ever: " + picture());
      }
      const Reply reply = world_.apply("give up", admin(), instance.id, process::Terminate{});
      if (!reply.is_done()) return world_.fail("I14: an instance can not be terminated");
      return;
    }
  }
  // Whoever called a stuck one is stuck with it.
  bool is_excused(const process::Instance& instance) {
    if (world_.is_disturbed.contains(instance.id)) return true;
    const auto all = world_.instances();
    return std::ranges::any_of(all, [&](const process::Instance& other) {
      return other.caller == instance.id && !has_ended(other) &&
             world_.is_disturbed.contains(other.id);
    });
  }

  std::string picture() {
    std::string out;
    for (const process::Instance& instance : world_.instances()) {
      if (has_ended(instance)) continue;
      out += std::to_string(instance.id.value()) + " at";
      for (const auto& activity : instance.activities) out += " " + activity.node_id;
      for (const auto& [key, count] : instance.arrivals) out += " arrived:" + std::get<1>(key);
      for (const auto& wait : instance.waits) {
        out += " wait:" + wait.node_id + "/" + std::string(name(wait.kind));
      }
      for (const auto& incident : instance.incidents) {
        out += " incident:" + incident.node_id + "/" + std::string(name(incident.kind));
      }
      out += "; ";
    }
    return out;
  }

  services::CallContext admin() { return world_.as(world_.user("admin")); }

  FieldValues mended_fields() {
    FieldValues out;
    out.emplace("title", FieldValue::text("t1"));
    out.emplace("decision", FieldValue::text("yes"));
    out.emplace("amount", FieldValue{Decimal{std::int64_t{999}}});
    out.emplace("owner", FieldValue{UserRef{world_.user("u1")}});
    const auto group = world_.server->people.current()->find_group(GroupKind::group, "g1");
    out.emplace("team", FieldValue{GroupRef{*group}});
    return out;
  }

  World& world_;
  std::map<IncidentId, int> tried_;
  std::set<ProcessInstanceId> mended_;
};

}  // namespace

void act(World& world) {
  Actor actor(world);
  if (world.has_failed()) return;
  for (const OpenItem& open : actor.open_items()) {
    const std::pair one{open.instance->id, open.item->id};
    if (world.seen_items.empty() || world.seen_items.back() < one) world.seen_items.push_back(one);
  }
  const bool is_calm = std::ranges::all_of(actor.instances(), has_ended);
  if (is_calm || (world.known.size() < 6 && world.chance(10))) return actor.start();
  const std::uint64_t dice = world.below(40);
  if (dice < 12) return actor.complete();
  if (dice < 16) return actor.hand_over();
  if (dice < 21) return actor.change_participants();
  if (dice < 24) return actor.administrate();
  if (dice < 27) return actor.work_on_jobs();
  if (dice < 29) {
    // One draw after the other: the order of arguments is the compiler's choice.
    const std::string key = world.chance(2) ? "" : "t" + std::to_string(1 + world.below(kTitles));
    return actor.send_message("m" + std::to_string(1 + world.below(kMessageNames)), std::move(key));
  }
  if (dice == 29) return actor.send_signal("s" + std::to_string(1 + world.below(kSignalNames)));
  if (dice < 33) return world.advance(minutes(static_cast<std::int64_t>(1 + world.below(90))));
  if (dice < 36) return actor.misbehave();
  if (dice == 36) return world.crash();
  if (dice == 37) return world.hold_reader();
  if (dice == 38) return world.look_again();
  for (const process::Instance& instance : actor.instances()) {
    if (instance.incidents.empty()) continue;
    return actor.handle_incident(instance, instance.incidents.front(), world.chance(3));
  }
  world.observe_lists(world.chance(3) ? world.user("stranger")
                                      : world.user("u" + std::to_string(1 + world.below(8))));
}

void drain(World& world) {
  Closing(world).run();
  // What is left for those who have ended is looked at once more, and dropped.
  if (!world.has_failed()) world.advance(minutes(5));
}

}  // namespace cinnabar::sim
