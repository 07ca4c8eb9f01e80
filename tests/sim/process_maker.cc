#include "sim/process_maker.h"

#include "base/assert.h"
#include "domain/process/testing/graph_builder.h"

#include <array>
#include <string>

namespace cinnabar::sim {
namespace {

using namespace process;  // NOLINT: every second word below is one of its own
using process::testing::Block;
using process::testing::GraphBuilder;
using process::testing::parsed;

class Maker : GraphBuilder {
 public:
  Maker(Random& random, bool may_call) : GraphBuilder(random), may_call_(may_call) {}

  ProcessDefinition run() {
    out_.key = may_call_ ? "main" : "child";
    out_.name = out_.key;
    const NodeIndex start = add(NodeKind::start_event, EventNode{});
    const Block body = sequence(may_call_ ? 0 : 2);
    const NodeIndex end = add_end();
    connect(start, body.entry);
    connect(body.exit, end);
    if (may_call_ && chance(3)) event_sub_process();
    out_.finish();
    return std::move(out_);
  }

 private:
  static constexpr int kDepthMax = 3;
  static constexpr int kLeavesMax = 10;

  std::string pick(std::string_view prefix, int count) {
    return std::string(prefix) +
           std::to_string(1 + random_.below(static_cast<std::uint64_t>(count)));
  }

  NodeIndex add_end(Trigger trigger = {}) {
    return add_event(NodeKind::end_event, std::move(trigger));
  }

  std::string condition() {
    constexpr std::array<std::string_view, 6> kConditions = {
        "outcome = \"approved\"", "outcome = \"rejected\"", "decision = \"yes\"",
        "amount > 500",           "amount in [100..400]",   "v > 2"};
    return std::string(kConditions[random_.below(kConditions.size())]);
  }

  // ---- triggers ----

  Trigger timer() {
    Trigger trigger;
    trigger.kind = TriggerKind::timer;
    trigger.timer = TimerRule{TimerRule::Form::duration,
                              parsed("\"PT" + std::to_string(1 + random_.below(90)) + "M\"")};
    return trigger;
  }
  Trigger cycle() {
    Trigger trigger = timer();
    trigger.timer->form = TimerRule::Form::cycle;
    trigger.timer->value = parsed("\"R3/PT" + std::to_string(5 + random_.below(60)) + "M\"");
    return trigger;
  }
  Trigger message() {
    Trigger trigger;
    trigger.kind = TriggerKind::message;
    trigger.name = pick("m", kMessageNames);
    if (chance(2)) trigger.correlation_key = parsed("title");
    return trigger;
  }
  Trigger signal() {
    Trigger trigger;
    trigger.kind = TriggerKind::signal;
    trigger.name = pick("s", kSignalNames);
    return trigger;
  }
  Trigger named(TriggerKind kind, std::string name) {
    Trigger trigger;
    trigger.kind = kind;
    trigger.name = std::move(name);
    return trigger;
  }
  Trigger outside_event() {
    switch (random_.below(3)) {
      case 0:
        return message();
      case 1:
        return signal();
      default:
        return timer();
    }
  }

  // ---- leaves ----

  CompletionRule completion() {
    switch (random_.below(8)) {
      case 0:
        return All{chance(2)};
      case 1:
        return InOrder{chance(2)};
      case 2:
        return AtLeast{static_cast<std::int32_t>(1 + random_.below(4)), chance(4)};
      case 3:
        return Percentage{static_cast<std::int32_t>(1 + random_.below(100)), chance(4)};
      case 4: {
        WeightedShare share;
        share.percent = static_cast<std::int32_t>(1 + random_.below(100));
        share.weights.push_back({"u1", std::nullopt, 3});
        share.weights.push_back({"g2", GroupKind::group, 2});
        return share;
      }
      default:
        return Any{};
    }
  }
  Block task(bool may_pass = true) {
    UserTask task;
    invite(task);
    task.completion = completion();
    if (may_pass && chance(8)) task.policies.if_initiator = IfInitiator::pass;
    if (may_pass && chance(8)) task.policies.if_repeated = IfRepeated::pass;
    decorate(task);
    if (chance(6)) {
      task.due = parsed("\"PT" + std::to_string(1 + random_.below(240)) + "M\"");
      task.if_late = chance(2) ? IfLate::notify : IfLate::approve;
    }
    const NodeIndex index = add(NodeKind::user_task, std::move(task));
    return {index, index};
  }
  Block script() {
    ScriptTask task;
    task.feel = parsed("v + 1");
    task.result_variable = "v";
    const NodeIndex index = add(NodeKind::script_task, std::move(task));
    return {index, index};
  }
  NodeIndex service() {
    ServiceTask task;
    task.job_type = chance(2) ? "work" : "print";
    task.retries = static_cast<std::int32_t>(1 + random_.below(3));
    return add(NodeKind::service_task, std::move(task));
  }
  NodeIndex receive() {
    MessageTask task;
    task.trigger = message();
    return add(NodeKind::receive_task, std::move(task));
  }
  Block one(NodeIndex index) { return {index, index}; }

  Block call() {
    if (!may_call_ || scope_ != 0 || has_call_) return task();
    has_call_ = true;
    CallActivity call;
    call.called = "child";
    call.all_in = true;
    return one(add(NodeKind::call_activity, std::move(call)));
  }
  Block conditional() {
    Trigger trigger;
    trigger.kind = TriggerKind::condition;
    trigger.condition = parsed("amount > 700");
    return one(add_event(NodeKind::catch_event, std::move(trigger)));
  }

  Block leaf() {
    ++leaves_;
    switch (random_.below(20)) {
      case 0:
      case 1:
        return script();
      case 2:
        return one(service());
      case 3:
        return one(add_event(NodeKind::catch_event, timer()));
      case 4:
        return one(add_event(NodeKind::catch_event, message()));
      case 5:
        return one(add_event(NodeKind::catch_event, signal()));
      case 6:
        return one(add_event(NodeKind::throw_event, signal()));
      case 7:
        return one(add_event(NodeKind::throw_event, message()));
      case 8:
        return one(receive());
      case 9:
        return call();
      case 10:
        return conditional();
      case 11:
        return repeated_service();
      case 12:
      case 13:
        return with_boundary();
      default:
        return task();
    }
  }

  Block repeated_service() {
    const NodeIndex index = service();
    if (chance(2)) {
      StandardLoop loop;
      loop.maximum = 2;
      out_.nodes[index].loop = loop;
    } else {
      MultiInstance loop;
      loop.is_sequential = chance(2);
      loop.cardinality = parsed(std::to_string(1 + random_.below(3)));
      if (chance(3)) loop.completion = parsed("numberOfCompletedInstances > 0");
      out_.nodes[index].loop = std::move(loop);
    }
    return one(index);
  }

  // What interrupts joins the way behind the activity; what does not ends for itself.
  void attach(NodeIndex host, NodeIndex merge, Trigger trigger, bool is_interrupting) {
    EventNode event;
    event.trigger = std::move(trigger);
    event.is_interrupting = is_interrupting;
    event.attached_to = host;
    const NodeIndex boundary = add(NodeKind::boundary_event, std::move(event));
    const Block handler = chance(2) ? script() : task();
    connect(boundary, handler.entry);
    connect(handler.exit, is_interrupting ? merge : add_end());
  }
  Block with_boundary() {
    const std::uint64_t kind = random_.below(4);
    const NodeIndex host = kind == 0 ? service() : kind == 1 ? receive() : task().entry;
    const NodeIndex merge = add(NodeKind::exclusive_gateway);
    connect(host, merge);
    if (kind == 0 && chance(2)) attach(host, merge, named(TriggerKind::error, "E1"), true);
    if (chance(3)) {
      attach(host, merge, chance(2) ? cycle() : outside_event(), false);
    } else {
      attach(host, merge, outside_event(), true);
    }
    return {host, merge};
  }

  // ---- blocks ----

  Block block(int depth) {
    if (depth >= kDepthMax || leaves_ >= kLeavesMax) return leaf();
    switch (random_.below(16)) {
      case 0:
        return sequence(depth + 1);
      case 1:
        return exclusive(depth + 1);
      case 2:
        return parallel(depth + 1);
      case 3:
        return inclusive(depth + 1);
      case 4:
        return loop(depth + 1);
      case 5:
        return event_gateway(depth + 1);
      case 6:
        return sub_process(depth + 1);
      case 7:
        return failing_sub_process(depth + 1);
      case 8:
        return compensated();
      default:
        return leaf();
    }
  }
  Block sequence(int depth) {
    Block all = block(depth);
    for (std::uint64_t i = random_.below(depth == 0 ? 4 : 3); i-- > 0;) {
      const Block next = block(depth);
      connect(all.exit, next.entry);
      all.exit = next.exit;
    }
    return all;
  }
  Block exclusive(int depth) {
    const NodeIndex split = add(NodeKind::exclusive_gateway);
    const NodeIndex merge = add(NodeKind::exclusive_gateway);
    for (std::uint64_t i = 1 + random_.below(2); i-- > 0;) {
      const Block branch = block(depth);
      connect(split, branch.entry, condition());
      connect(branch.exit, merge);
    }
    if (chance(8)) {
      connect(split, add_end(named(TriggerKind::terminate, "")), condition());
    }
    connect_default(split, merge);
    return {split, merge};
  }
  Block parallel(int depth) {
    const NodeIndex split = add(NodeKind::parallel_gateway);
    const NodeIndex join = add(NodeKind::parallel_gateway);
    for (std::uint64_t i = 2 + random_.below(2); i-- > 0;) {
      const Block branch = block(depth);
      connect(split, branch.entry);
      connect(branch.exit, join);
    }
    return {split, join};
  }
  Block inclusive(int depth) {
    const NodeIndex split = add(NodeKind::inclusive_gateway);
    const NodeIndex join = add(NodeKind::inclusive_gateway);
    for (std::uint64_t i = 1 + random_.below(3); i-- > 0;) {
      const Block branch = block(depth);
      connect(split, branch.entry, condition());
      connect(branch.exit, join);
    }
    const Block branch = block(depth);
    connect_default(split, branch.entry);
    connect(branch.exit, join);
    return {split, join};
  }
  Block loop(int depth) {
    const NodeIndex merge = add(NodeKind::exclusive_gateway);
    const Block body = sequence(depth);
    // Somebody has to decide, or a wrong answer would go round for ever.
    const Block last = task(false);
    const NodeIndex choice = add(NodeKind::exclusive_gateway);
    const NodeIndex after = add(NodeKind::exclusive_gateway);
    connect(merge, body.entry);
    connect(body.exit, last.entry);
    connect(last.exit, choice);
    connect(choice, merge, chance(2) ? "outcome = \"rejected\"" : "decision = \"again\"");
    connect_default(choice, after);
    return {merge, after};
  }
  Block event_gateway(int depth) {
    const NodeIndex split = add(NodeKind::event_gateway, EventGateway{});
    const NodeIndex merge = add(NodeKind::exclusive_gateway);
    // Two of one kind could wait for the same thing.
    Trigger triggers[] = {timer(), message(), signal()};
    for (Trigger& trigger : triggers) {
      if (trigger.kind != TriggerKind::timer && chance(3)) continue;
      const NodeIndex caught = add_event(NodeKind::catch_event, std::move(trigger));
      connect(split, caught);
      const Block branch = block(depth);
      connect(caught, branch.entry);
      connect(branch.exit, merge);
    }
    if (out_.nodes[split].outgoing.size() < 2) {
      const NodeIndex caught = add_event(NodeKind::catch_event, message());
      connect(split, caught);
      connect(caught, merge);
    }
    return {split, merge};
  }

  // ---- sub-processes ----

  NodeIndex open_sub(bool is_triggered_by_event) {
    SubProcess inner;
    inner.body = static_cast<ScopeIndex>(out_.scopes.size());
    inner.is_triggered_by_event = is_triggered_by_event;
    const NodeIndex sub = add(NodeKind::sub_process, inner);
    ScopeDefinition scope;
    scope.owner = sub;
    out_.scopes.push_back(std::move(scope));
    return sub;
  }
  void enter(NodeIndex sub) { scope_ = out_.nodes[sub].get<SubProcess>()->body; }

  Block sub_process(int depth) {
    const ScopeIndex around = scope_;
    const NodeIndex sub = open_sub(false);
    enter(sub);
    const NodeIndex start = add(NodeKind::start_event, EventNode{});
    const Block body = sequence(depth);
    const bool escalates = chance(3);
    connect(start, body.entry);
    if (escalates) {
      const NodeIndex thrown =
          add_event(NodeKind::throw_event, named(TriggerKind::escalation, "X1"));
      connect(body.exit, thrown);
      connect(thrown, add_end());
    } else {
      connect(body.exit, add_end());
    }
    scope_ = around;
    const NodeIndex merge = add(NodeKind::exclusive_gateway);
    connect(sub, merge);
    if (escalates) attach(sub, merge, named(TriggerKind::escalation, "X1"), chance(2));
    if (chance(3)) {
      // One draw after the other: the order of arguments is the compiler's choice.
      const bool is_interrupting = chance(2);
      attach(sub, merge, outside_event(), is_interrupting);
    }
    if (chance(3)) {
      MultiInstance repeat;
      repeat.is_sequential = chance(2);
      repeat.cardinality = parsed("2");
      out_.nodes[sub].loop = std::move(repeat);
    }
    return {sub, merge};
  }

  // Ends with an error now and then, which is caught.
  Block failing_sub_process(int depth) {
    const ScopeIndex around = scope_;
    const NodeIndex sub = open_sub(false);
    enter(sub);
    const NodeIndex start = add(NodeKind::start_event, EventNode{});
    const Block body = sequence(depth);
    const NodeIndex choice = add(NodeKind::exclusive_gateway);
    connect(start, body.entry);
    connect(body.exit, choice);
    connect(choice, add_end(named(TriggerKind::error, "E1")), condition());
    connect_default(choice, add_end());
    scope_ = around;
    const NodeIndex merge = add(NodeKind::exclusive_gateway);
    connect(sub, merge);
    attach(sub, merge, named(TriggerKind::error, chance(2) ? "E1" : ""), true);
    return {sub, merge};
  }

  // Two activities with handlers, and a throwing event that has both undone.
  Block compensated() {
    Block all;
    for (int i = 0; i < 2; ++i) {
      const NodeIndex done = i == 0 ? task().entry : service();
      const NodeIndex handler = i == 0 ? script().entry : service();
      out_.nodes[handler].is_for_compensation = true;
      EventNode event;
      event.trigger.kind = TriggerKind::compensation;
      event.attached_to = done;
      event.compensated_by = handler;
      add(NodeKind::boundary_event, std::move(event));
      if (i == 0) {
        all = {done, done};
      } else {
        connect(all.exit, done);
        all.exit = done;
      }
    }
    const NodeIndex thrown = add_event(NodeKind::throw_event, named(TriggerKind::compensation, ""));
    connect(all.exit, thrown);
    return {all.entry, thrown};
  }

  void event_sub_process() {
    const NodeIndex sub = open_sub(true);
    enter(sub);
    EventNode event;
    event.trigger = chance(2) ? message() : signal();
    event.is_interrupting = chance(6);
    const NodeIndex start = add(NodeKind::start_event, std::move(event));
    const Block body = chance(2) ? script() : task();
    connect(start, body.entry);
    connect(body.exit, add_end());
    scope_ = 0;
  }

  bool may_call_;
  int leaves_ = 0;
  bool has_call_ = false;
};

}  // namespace

process::ProcessDefinition make_process(Random& random, bool may_call) {
  return Maker(random, may_call).run();
}

}  // namespace cinnabar::sim
