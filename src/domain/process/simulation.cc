#include "domain/process/simulation.h"

#include "base/assert.h"
#include "domain/process/scope.h"
#include "domain/process/timer_rule.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

constexpr int kDeliveriesMax = 10'000;
constexpr int kFiringsMax = 100'000;

const Trigger* trigger_of(const Node& node) {
  if (const EventNode* event = node.event()) return &event->trigger;
  if (const auto* message = node.get<MessageTask>()) return &message->trigger;
  return nullptr;
}

std::function<bool(const Trigger&)> is_of(TriggerKind kind, const std::string& name) {
  return [kind, &name](const Trigger& trigger) {
    return trigger.kind == kind && trigger.name == name;
  };
}

// What starts an instance, with instantiating gateways replaced by the events behind them.
std::vector<NodeIndex> triggered_starts(const ProcessDefinition& definition) {
  std::vector<NodeIndex> starts;
  for (const NodeIndex start : definition.scope(0).event_starts) {
    if (definition.node(start).kind != NodeKind::event_gateway) {
      starts.push_back(start);
      continue;
    }
    for (const NodeIndex behind : definition.successors(start)) starts.push_back(behind);
  }
  return starts;
}

}  // namespace

Simulation::Simulation(const org::Directory& directory, const form::FormDefinition& form,
                       Instant now)
    : directory_(directory), form_(form), now_(now) {}

Environment Simulation::environment() {
  Environment environment;
  environment.now = now_;
  environment.directory = &directory_;
  environment.ids = &ids_;
  return environment;
}

void Simulation::deploy(std::shared_ptr<const ProcessDefinition> definition) {
  definitions_.push_back(definition);
  const ProcessDefinitionId id{static_cast<std::int64_t>(definitions_.size())};
  const auto before = current_.find(definition->key);
  if (before != current_.end()) {
    std::erase_if(start_timers_,
                  [&](const StartTimer& timer) { return timer.definition == before->second; });
  }
  current_.insert_or_assign(definition->key, id);
  const Instance nothing;
  for (const NodeIndex start : triggered_starts(*definition)) {
    const Trigger* trigger = trigger_of(definition->node(start));
    if (trigger == nullptr || !trigger->timer) continue;
    const InstanceScope scope(form_, nothing, {}, Outcome::none, now_);
    const auto value = trigger->timer->value.eval(scope);
    if (!value) continue;
    const auto plan = plan_timer(trigger->timer->form, *value, now_, UtcOffset{});
    if (!plan) continue;
    start_timers_.push_back(
        {id, definition->node(start).id, plan->due, plan->interval, plan->repeats});
  }
}

const ProcessDefinition& Simulation::definition_of(const Instance& instance) const {
  return *definitions_[static_cast<std::size_t>(instance.definition.value() - 1)];
}

Result<ProcessInstanceId> Simulation::start(std::string_view key, Start command) {
  const auto it = current_.find(key);
  if (it == current_.end()) {
    return make_error(Code::not_found, reasons::kProcessUnknown,
                      "there is no process " + std::string(key));
  }
  const ProcessInstanceId id{ids_.next()};
  command.instance = id;
  command.definition = it->second;
  const auto definition = definitions_[static_cast<std::size_t>(it->second.value() - 1)];
  instances_.emplace(id, Instance{});
  const Status started = run(id, *definition, Command{std::move(command)});
  if (!started) {
    instances_.erase(id);
    return started.error();
  }
  settle();
  return id;
}

Status Simulation::apply(ProcessInstanceId id, const Command& command) {
  const auto it = instances_.find(id);
  if (it == instances_.end()) {
    return make_error(Code::not_found, reasons::kInstanceUnknown, "no such instance");
  }
  CINNABAR_CHECK_OK(run(id, definition_of(it->second), command));
  settle();
  return {};
}

Status Simulation::run(ProcessInstanceId id, const ProcessDefinition& definition,
                       const Command& command) {
  Instance& instance = instances_.at(id);
  const Environment around = environment();
  CINNABAR_TRY(Decision decision, decide(definition, form_, instance, command, around));
  const InstanceState before = instance.state;
  const bool is_new = instance.history_size == 0;
  instance = std::move(decision.after);
  if (observer_) observer_(instance, decision.events);
  follow(id, decision.events);
  const bool ends_now = has_ended(instance.state) && (is_new || before != instance.state);
  if (ends_now && instance.caller.is_assigned()) {
    later([this, id] { answer_caller(instances_.at(id)); });
  }
  return {};
}

void Simulation::follow(ProcessInstanceId id, const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (const auto* message = std::get_if<MessageThrown>(&event)) {
      later([this, thrown = *message] {
        publish_message(thrown.name, thrown.key, thrown.variables, thrown.before);
      });
    } else if (const auto* signal = std::get_if<SignalThrown>(&event)) {
      later([this, id, thrown = *signal] {
        broadcast_signal(thrown.name, thrown.variables, thrown.before, id);
      });
    } else if (const auto* call = std::get_if<CallStarted>(&event)) {
      later([this, id, started = *call] { follow(id, started); });
    } else if (const auto* escalation = std::get_if<EscalationThrown>(&event)) {
      const Instance& instance = instances_.at(id);
      if (escalation->is_handled || !instance.caller.is_assigned()) continue;
      later([this, caller = instance.caller, wait = instance.caller_wait, code = escalation->code] {
        const auto it = instances_.find(caller);
        if (it == instances_.end() || it->second.find_wait(wait) == nullptr) return;
        const Status told = apply(caller, EscalateCall{wait, code});
        CINNABAR_ASSERT(told);
      });
    } else if (const auto* cancelled = std::get_if<CallCancelled>(&event)) {
      later([this, id, gone = *cancelled] { follow(id, gone); });
    }
  }
}

void Simulation::follow(ProcessInstanceId id, const CallStarted& call) {
  if (instances_.at(id).find_wait(call.wait) == nullptr) return;  // cancelled meanwhile
  Start command;
  command.initiator = instances_.at(id).initiator;
  command.variables = call.variables;
  command.caller = id;
  command.caller_wait = call.wait;
  command.call_depth = instances_.at(id).call_depth + 1;
  const auto started = start(call.called, std::move(command));
  if (started) return;
  const Status failed = apply(id, FailCall{call.wait, {}, started.error().detail});
  CINNABAR_ASSERT(failed);
}

void Simulation::follow(ProcessInstanceId id, const CallCancelled& call) {
  for (const auto& [called, instance] : instances_) {
    const bool is_it =
        instance.caller == id && instance.caller_wait == call.wait && !has_ended(instance.state);
    if (!is_it) continue;
    const Status ended = apply(called, Terminate{});
    CINNABAR_ASSERT(ended);
    return;
  }
}

void Simulation::answer_caller(const Instance& ended) {
  const auto caller = instances_.find(ended.caller);
  if (caller == instances_.end() || caller->second.find_wait(ended.caller_wait) == nullptr) return;
  Status answered;
  switch (ended.state) {
    case InstanceState::completed:
      answered = apply(ended.caller, CompleteCall{ended.caller_wait, ended.variables});
      break;
    case InstanceState::failed:
      answered = apply(ended.caller, FailCall{ended.caller_wait, ended.failure, {}});
      break;
    default:
      answered = apply(ended.caller, FailCall{ended.caller_wait, {}, "it was terminated"});
      break;
  }
  CINNABAR_ASSERT(answered || caller->second.state != InstanceState::running);
}

bool Simulation::start_by(const std::function<bool(const Trigger&)>& is_meant,
                          const expr::Variables& variables, bool only_one) {
  std::vector<std::pair<std::string, std::string>> starts;
  for (const auto& [key, id] : current_) {
    const ProcessDefinition& definition = *definitions_[static_cast<std::size_t>(id.value() - 1)];
    for (const NodeIndex index : triggered_starts(definition)) {
      const Trigger* trigger = trigger_of(definition.node(index));
      if (trigger == nullptr || !is_meant(*trigger)) continue;
      starts.emplace_back(key, definition.node(index).id);
    }
  }
  for (const auto& [key, node] : starts) {
    Start command;
    command.variables = variables;
    command.node = node;
    if (start(key, std::move(command)) && only_one) return true;
  }
  return !starts.empty();
}

bool Simulation::publish_message(const std::string& name, const std::string& key,
                                 const expr::Variables& variables, std::int64_t before) {
  const Instance* longest = nullptr;
  const Wait* first = nullptr;
  for (const auto& [id, instance] : instances_) {
    if (instance.state != InstanceState::running) continue;
    for (const Wait& wait : instance.waits) {
      if (wait.kind != WaitKind::message || wait.name != name) continue;
      if (!wait.key.empty() && wait.key != key) continue;
      if (before != 0 && wait.id.value() >= before) continue;
      if (first != nullptr && first->id <= wait.id) continue;
      longest = &instance;
      first = &wait;
    }
  }
  if (first == nullptr) return start_by(is_of(TriggerKind::message, name), variables, true);
  return static_cast<bool>(apply(longest->id, DeliverMessage{name, key, variables, first->id}));
}

std::size_t Simulation::broadcast_signal(const std::string& name, const expr::Variables& variables,
                                         std::int64_t before, ProcessInstanceId thrower) {
  std::vector<ProcessInstanceId> waiting;
  for (const auto& [id, instance] : instances_) {
    const bool waits = instance.state == InstanceState::running && id != thrower &&
                       std::ranges::any_of(instance.waits, [&](const Wait& wait) {
                         return wait.kind == WaitKind::signal && wait.name == name &&
                                (before == 0 || wait.id.value() < before);
                       });
    if (waits) waiting.push_back(id);
  }
  std::size_t taken = 0;
  for (const ProcessInstanceId id : waiting) {
    if (apply(id, DeliverSignal{name, variables, before})) ++taken;
  }
  if (start_by(is_of(TriggerKind::signal, name), variables, false)) ++taken;
  return taken;
}

bool Simulation::start_by_condition(const expr::Variables& variables) {
  Instance facts;
  facts.variables = variables;
  const InstanceScope scope(form_, facts, {}, Outcome::none, now_);
  const auto holds = [&](const Trigger& trigger) {
    return trigger.condition && trigger.condition->eval_condition(scope).value_or(false);
  };
  return start_by(holds, variables, false);
}

void Simulation::later(std::function<void()> delivery) {
  deliveries_.push_back(std::move(delivery));
}

// Deliveries make deliveries, in turn and never one inside of the other.
void Simulation::settle() {
  if (is_settling_) return;
  is_settling_ = true;
  while (!deliveries_.empty()) {
    if (++delivered_ > kDeliveriesMax) {
      is_exhausted_ = true;
      deliveries_.clear();
      break;
    }
    const auto delivery = std::move(deliveries_.front());
    deliveries_.pop_front();
    delivery();
  }
  is_settling_ = false;
}

void Simulation::fire_start_timer(std::size_t index) {
  StartTimer& timer = start_timers_[index];
  const ProcessDefinition& definition =
      *definitions_[static_cast<std::size_t>(timer.definition.value() - 1)];
  Start command;
  command.node = timer.node_id;
  const std::string key = definition.key;
  if (timer.repeats == 0) {
    start_timers_.erase(start_timers_.begin() + static_cast<std::ptrdiff_t>(index));
  } else {
    timer.due = timer.due + timer.interval;
    if (timer.repeats > 0) --timer.repeats;
  }
  if (!start(key, std::move(command))) is_exhausted_ = true;
}

void Simulation::advance_to(Instant until) {
  for (int fired = 0; fired < kFiringsMax; ++fired) {
    delivered_ = 0;
    const Instance* due_in = nullptr;
    const Wait* first = nullptr;
    for (const auto& [id, instance] : instances_) {
      if (instance.state != InstanceState::running) continue;
      for (const Wait& wait : instance.waits) {
        if (wait.kind != WaitKind::timer || *wait.due > until) continue;
        if (first != nullptr && std::tie(*first->due, first->id) <= std::tie(*wait.due, wait.id)) {
          continue;
        }
        due_in = &instance;
        first = &wait;
      }
    }
    const auto start = std::ranges::min_element(start_timers_, {}, &StartTimer::due);
    if (start != start_timers_.end() && start->due <= until &&
        (first == nullptr || start->due < *first->due)) {
      now_ = std::max(now_, start->due);
      fire_start_timer(static_cast<std::size_t>(start - start_timers_.begin()));
      continue;
    }
    if (first == nullptr) {
      now_ = std::max(now_, until);
      return;
    }
    now_ = std::max(now_, *first->due);
    const Status done = apply(due_in->id, FireTimer{first->id});
    CINNABAR_ASSERT(done);
  }
  is_exhausted_ = true;
}

}  // namespace cinnabar::process
