#include "services/engine_run.h"

#include "domain/form/validate.h"
#include "domain/process/scope.h"
#include "ports/schema.h"
#include "services/codec/instance_codec.h"
#include "services/current_position.h"
#include "services/invalid_fields.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace waits = ports::schema::wait;
namespace triggers = ports::schema::start_trigger;
using codec::Effect;
using codec::EffectKind;

bool is_of_store(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::conflict ||
         error.code == Code::resource_exhausted;
}

bool is_allowed(const std::vector<ProcessId>* allowed, ProcessId process) {
  return allowed == nullptr || std::ranges::find(*allowed, process) != allowed->end();
}

// What the called process gives back: its variables, and its record by field id.
expr::Variables outcome_of(const process::Instance& ended) {
  expr::Variables out = ended.variables;
  for (const auto& [id, value] : ended.fields) out.emplace(id, expr::from_field(value));
  return out;
}

}  // namespace

SplitVariables split_variables(const form::FormDefinition& form, const expr::Variables& variables) {
  SplitVariables split;
  for (const auto& [name, value] : variables) {
    const form::Field* field = form.find(name);
    if (field == nullptr) {
      split.variables.emplace(name, value);
    } else if (!value.is_null()) {
      split.fields.insert_or_assign(field->id, expr::to_field(value));
    }
  }
  return split;
}

EngineRun::EngineRun(ports::WriteTransaction& transaction, const CallContext& context,
                     EngineSurroundings surroundings)
    : transaction_(transaction),
      context_(context),
      around_(std::move(surroundings)),
      ids_(transaction),
      events_(transaction, context, *around_.catalog),
      own_ledger_(transaction, *around_.catalog) {}

Result<EngineRun::Touched*> EngineRun::touch(ProcessInstanceId id) {
  const auto it = touched_.find(id);
  if (it != touched_.end()) return &it->second;
  Touched touched;
  CINNABAR_TRY(touched.before, load_instance(transaction_, *around_.catalog, id));
  touched.definition = touched.before.definition;
  touched.now = touched.before.instance;
  touched.form = id_of<FormId>(touched.before.record_row, schema::record::form_id);
  return &touched_.emplace(id, std::move(touched)).first->second;
}

Result<const process::Instance*> EngineRun::instance(ProcessInstanceId id) {
  CINNABAR_TRY(const Touched* touched, touch(id));
  return &touched->now;
}

const LoadedInstance& EngineRun::loaded(ProcessInstanceId id) const {
  return touched_.at(id).before;
}

std::int64_t EngineRun::number_of(ProcessInstanceId id) const {
  return touched_.at(id).before.number;
}

InstanceState EngineRun::state_of(ProcessInstanceId id) const {
  return touched_.at(id).now.state;
}

const ListedInstance& EngineRun::listed(ProcessInstanceId id) const {
  return touched_.at(id).listed;
}

Status EngineRun::decide(Touched& touched, const process::Command& command) {
  process::Environment environment;
  environment.now = around_.now;
  environment.directory = around_.people.get();
  environment.ids = &ids_;
  environment.utc_offset = around_.utc_offset;
  environment.calendar = around_.people->calendar();
  const bool had_ended = !touched.is_new && has_ended(touched.now.state);
  CINNABAR_TRY(process::Decision decision,
               process::decide(*touched.definition->graph, *touched.definition->form, touched.now,
                               command, environment));
  CINNABAR_CHECK_OK(ids_.status());
  touched.now = std::move(decision.after);
  const std::size_t from = touched.events.size();
  std::ranges::move(decision.events, std::back_inserter(touched.events));
  if (touched.now.definition != touched.definition->id) {
    touched.definition = around_.catalog->definition(touched.now.definition);
    CINNABAR_ASSERT(touched.definition != nullptr);
  }
  follow(touched, from);
  if (!had_ended && has_ended(touched.now.state)) answer_caller(touched.now);
  return {};
}

Status EngineRun::apply(ProcessInstanceId id, const process::Command& command,
                        std::string_view action, bool has_attachments) {
  CINNABAR_TRY(Touched * touched, touch(id));
  CINNABAR_CHECK_OK(decide(*touched, command));
  if (touched->action.empty()) touched->action = action;
  touched->has_attachments = touched->has_attachments || has_attachments;
  return {};
}

Status EngineRun::start(const Process& process, RecordId record, process::Start command,
                        std::string_view action, Marks marks) {
  CINNABAR_CHECK_OK(ids_.status());
  Touched fresh;
  fresh.before.instance.id = command.instance;
  fresh.before.definition = process.current;
  fresh.before.process = process.id;
  fresh.before.record = record;
  fresh.definition = process.current;
  fresh.now = fresh.before.instance;
  fresh.form = process.form;
  fresh.action = action;
  fresh.is_new = true;
  fresh.has_attachments = marks.has_attachments;
  fresh.before.start.important = marks.important;
  fresh.before.start.urgent = marks.urgent;
  fresh.before.start.initiator_position = position_of(*around_.people, command.initiator);
  if (const User* initiator = around_.people->user(command.initiator)) {
    fresh.before.start.initiator_name = initiator->display_name;
  }
  const ProcessInstanceId id = command.instance;
  CINNABAR_CHECK_OK(decide(fresh, process::Command{std::move(command)}));
  touched_.emplace(id, std::move(fresh));
  return {};
}

// ---- what happened for others ----

void EngineRun::follow(const Touched& touched, std::size_t from) {
  for (std::size_t i = from; i < touched.events.size(); ++i) {
    const process::Event& event = touched.events[i];
    Effect effect;
    effect.instance = touched.now.id;
    effect.hops = hops_ + 1;
    if (const auto* message = std::get_if<process::MessageThrown>(&event)) {
      effect.kind = EffectKind::message;
      effect.name = message->name;
      effect.key = message->key;
      effect.variables = message->variables;
      effect.until = WaitId{message->before};
    } else if (const auto* signal = std::get_if<process::SignalThrown>(&event)) {
      effect.kind = EffectKind::signal;
      effect.name = signal->name;
      effect.variables = signal->variables;
      effect.until = WaitId{signal->before};
    } else if (const auto* call = std::get_if<process::CallStarted>(&event)) {
      effect.kind = EffectKind::call;
      effect.wait = call->wait;
      effect.name = call->called;
      effect.variables = call->variables;
    } else if (const auto* escalation = std::get_if<process::EscalationThrown>(&event)) {
      if (escalation->is_handled || !touched.now.caller.is_assigned()) continue;
      effect.kind = EffectKind::call_escalated;
      effect.instance = touched.now.caller;
      effect.wait = touched.now.caller_wait;
      effect.name = escalation->code;
    } else if (const auto* cancelled = std::get_if<process::CallCancelled>(&event)) {
      effect.kind = EffectKind::cancel_call;
      effect.wait = cancelled->wait;
    } else {
      continue;
    }
    effects_.push_back(std::move(effect));
  }
}

void EngineRun::answer_caller(const process::Instance& ended) {
  if (!ended.caller.is_assigned()) return;
  Effect effect;
  effect.instance = ended.caller;
  effect.wait = ended.caller_wait;
  effect.hops = hops_ + 1;
  if (ended.state == InstanceState::completed) {
    effect.kind = EffectKind::call_done;
    effect.variables = outcome_of(ended);
  } else {
    effect.kind = EffectKind::call_failed;
    effect.name = ended.state == InstanceState::failed ? ended.failure : std::string();
    effect.key = ended.state == InstanceState::failed ? "" : "the called process was terminated";
  }
  effects_.push_back(std::move(effect));
}

Status EngineRun::deliver(const Effect& effect) {
  switch (effect.kind) {
    case EffectKind::message: {
      const auto delivery = deliver_message(effect);
      if (!delivery) return delivery.error();
      return {};
    }
    case EffectKind::signal:
      return deliver_signal(effect);
    case EffectKind::call:
      return start_called(effect);
    case EffectKind::cancel_call:
      return cancel_called(effect);
    case EffectKind::call_done:
    case EffectKind::call_failed:
    case EffectKind::call_escalated:
      return answer_call(effect);
    case EffectKind::condition:
      return start_by_condition(effect);
  }
  CINNABAR_UNREACHABLE();
}

Result<std::optional<std::pair<ProcessInstanceId, WaitId>>> EngineRun::find_receiver(
    const Effect& effect, const std::vector<ProcessId>* allowed) {
  std::optional<std::pair<ProcessInstanceId, WaitId>> first;
  const auto offer = [&](ProcessInstanceId instance, WaitId wait) {
    // What came to wait after it was thrown does not get it.
    if (effect.until.is_assigned() && wait >= effect.until) return;
    if (!first || wait < first->second) first = {instance, wait};
  };
  for (const auto& [id, touched] : touched_) {
    if (touched.now.state != InstanceState::running) continue;
    if (!is_allowed(allowed, touched.before.process)) continue;
    for (const process::Wait& wait : touched.now.waits) {
      if (wait.kind != WaitKind::message || wait.name != effect.name) continue;
      if (wait.key.empty() || wait.key == effect.key) offer(id, wait.id);
    }
  }
  // Waits that this transaction has ended are still in the table, so a few more are asked for.
  for (const std::string& key : {std::string(), effect.key}) {
    ports::Select select;
    select.table = &waits::kTable;
    std::vector<FilterNode> parts{where_equal(waits::active, cell(true)),
                                  where_equal(waits::kind, cell(WaitKind::message)),
                                  where_equal(waits::name, cell(effect.name)),
                                  where_equal(waits::correlation_key, cell(key))};
    if (allowed != nullptr) {
      std::vector<CellValue> processes;
      for (const ProcessId process : *allowed) processes.push_back(cell(process));
      parts.push_back(where_one_of(waits::process_id, std::move(processes)));
    }
    select.filter = all_of(std::move(parts));
    select.order = {{waits::id, false}};
    select.limit = static_cast<std::int64_t>(touched_.size()) * 16 + 1;
    CINNABAR_TRY(const auto rows, transaction_.select(select));
    for (const ports::Row& row : rows) {
      const auto instance = id_of<ProcessInstanceId>(row, waits::instance_id);
      if (!touched_.contains(instance)) offer(instance, id_of<WaitId>(row, waits::id));
    }
    if (effect.key.empty()) break;
  }
  return first;
}

Result<EngineRun::Delivery> EngineRun::deliver_message(const Effect& effect,
                                                       const std::vector<ProcessId>* allowed) {
  Delivery delivery;
  if (allowed != nullptr && allowed->empty()) return delivery;
  CINNABAR_TRY(const auto receiver, find_receiver(effect, allowed));
  if (receiver) {
    CINNABAR_CHECK_OK(
        apply(receiver->first,
              process::DeliverMessage{effect.name, effect.key, effect.variables, receiver->second},
              "message"));
    delivery = {true, receiver->first};
    return delivery;
  }
  CINNABAR_CHECK_OK(start_by_message(effect, allowed, delivery));
  return delivery;
}

Result<std::vector<ProcessInstanceId>> EngineRun::signal_receivers(const Effect& effect,
                                                                   WaitId& last,
                                                                   bool& is_last_page) {
  std::vector<ProcessInstanceId> receivers;
  const auto add = [&](ProcessInstanceId id) {
    if (std::ranges::find(receivers, id) == receivers.end()) receivers.push_back(id);
  };
  if (!effect.after.is_assigned()) {
    for (const auto& [id, touched] : touched_) {
      // Whoever threw it has told its own waits.
      if (touched.now.state != InstanceState::running || id == effect.instance) continue;
      for (const process::Wait& wait : touched.now.waits) {
        const bool is_meant =
            wait.kind == WaitKind::signal && wait.name == effect.name && wait.id <= effect.until;
        if (is_meant) add(id);
      }
    }
  }
  ports::Select select;
  select.table = &waits::kTable;
  select.filter = all_of({where_equal(waits::active, cell(true)),
                          where_equal(waits::kind, cell(WaitKind::signal)),
                          where_equal(waits::name, cell(effect.name)),
                          where(waits::id, FilterOp::greater, cell(effect.after)),
                          where(waits::id, FilterOp::less_equal, cell(effect.until))});
  select.order = {{waits::id, false}};
  select.limit = static_cast<std::int64_t>(limits::kEffectInstancesMax);
  CINNABAR_TRY(const auto rows, transaction_.select(select));
  is_last_page = rows.size() < limits::kEffectInstancesMax;
  for (const ports::Row& row : rows) {
    last = id_of<WaitId>(row, waits::id);
    const auto id = id_of<ProcessInstanceId>(row, waits::instance_id);
    // Of what is touched already, the state in memory says who waits.
    if (!touched_.contains(id) && id != effect.instance) add(id);
  }
  return receivers;
}

Status EngineRun::deliver_signal(const Effect& effect) {
  if (effect.started != 0) return start_by_signal(effect);
  WaitId last = effect.after;
  bool is_last_page = true;
  CINNABAR_TRY(const auto receivers, signal_receivers(effect, last, is_last_page));
  for (const ProcessInstanceId id : receivers) {
    CINNABAR_CHECK_OK(apply(
        id, process::DeliverSignal{effect.name, effect.variables, effect.until.value()}, "signal"));
  }
  if (!is_last_page) {
    Effect rest = effect;
    rest.after = last;
    effects_.push_back(std::move(rest));
    return {};
  }
  return start_by_signal(effect);
}

Result<std::vector<ports::Row>> EngineRun::starts_of(WaitKind kind, const Effect& effect) {
  ports::Select select;
  select.table = &triggers::kTable;
  select.filter = all_of({where_equal(triggers::kind, cell(kind)),
                          where_equal(triggers::name, cell(effect.name)),
                          where(triggers::id, FilterOp::greater, cell(effect.started))});
  select.order = {{triggers::id, false}};
  select.limit = static_cast<std::int64_t>(limits::kEffectInstancesMax);
  return transaction_.select(select);
}

const Process* EngineRun::startable(const ports::Row& trigger) const {
  const Process* process =
      around_.catalog->process(id_of<ProcessId>(trigger, triggers::process_id));
  if (process == nullptr || process->current == nullptr || !process->enabled) return nullptr;
  return process;
}

Status EngineRun::start_by_signal(const Effect& effect) {
  return start_page(WaitKind::signal, effect,
                    [](const Process&, const std::string&) -> Result<bool> { return true; });
}

// What happens has no instance yet: the condition sees the facts alone, by names of fields and of
// variables.
Status EngineRun::start_by_condition(const Effect& effect) {
  const auto holds = [&](const Process& process, const std::string& node_id) -> Result<bool> {
    const process::ProcessDefinition& graph = *process.current->graph;
    const auto index = graph.find_node(node_id);
    const process::EventNode* event = index ? graph.node(*index).event() : nullptr;
    if (event == nullptr || !event->trigger.condition) return false;
    const form::FormDefinition& form = *process.current->form;
    SplitVariables split = split_variables(form, effect.variables);
    process::Instance facts;
    facts.fields = std::move(split.fields);
    facts.variables = std::move(split.variables);
    const process::InstanceScope scope(form, facts, {}, Outcome::none, around_.now);
    return event->trigger.condition->eval_condition(scope);
  };
  return start_page(WaitKind::condition, effect, holds);
}

Status EngineRun::start_page(
    WaitKind kind, const Effect& effect,
    const std::function<Result<bool>(const Process&, const std::string&)>& is_meant) {
  CINNABAR_TRY(const auto rows, starts_of(kind, effect));
  for (const ports::Row& row : rows) {
    const Process* process = startable(row);
    if (process == nullptr) continue;
    const std::string node_id = text_of(row, triggers::node_id);
    const auto meant = is_meant(*process, node_id);
    if (!meant) note_refused(effect, meant.error());
    if (!meant.value_or(false)) continue;
    const auto started = start_by_trigger(*process, node_id, effect.variables);
    // A start that its checks refuse is nobody's trouble but the sender's.
    if (started) continue;
    if (is_of_store(started.error())) return started.error();
    note_refused(effect, started.error());
  }
  if (rows.size() < limits::kEffectInstancesMax) return {};
  Effect rest = effect;
  rest.started = int_of(rows.back(), triggers::id);
  effects_.push_back(std::move(rest));
  return {};
}

Status EngineRun::start_by_message(const Effect& effect, const std::vector<ProcessId>* allowed,
                                   Delivery& delivery) {
  Effect page = effect;
  while (true) {
    CINNABAR_TRY(const auto rows, starts_of(WaitKind::message, page));
    for (const ports::Row& row : rows) {
      const Process* process = startable(row);
      if (process == nullptr || !is_allowed(allowed, process->id)) continue;
      CINNABAR_TRY(const ProcessInstanceId started,
                   start_by_trigger(*process, text_of(row, triggers::node_id), effect.variables));
      delivery = {true, started};
      return {};
    }
    if (rows.size() < limits::kEffectInstancesMax) return {};
    page.started = int_of(rows.back(), triggers::id);
  }
}

Result<ProcessInstanceId> EngineRun::start_with(const Process& process, process::Start command,
                                                const expr::Variables& variables,
                                                std::string_view action) {
  if (process.current == nullptr || !process.enabled) {
    return make_error(Code::failed_precondition, reasons::kProcessDisabled,
                      "the process is disabled", process.key);
  }
  const form::FormDefinition& form = *process.current->form;
  SplitVariables split = split_variables(form, variables);
  form::Submission submission;
  submission.submitted = &split.fields;
  // Nobody fills in a form here; what it demands, the first task asks for.
  submission.check_required = false;
  auto errors = form::validate(form, submission, *around_.people);
  if (!errors.empty()) return invalid_fields(std::move(errors));
  command.instance = ProcessInstanceId{ids_.next()};
  command.definition = process.current->id;
  command.fields = form::merge(form::defaults_for(form, split.fields), split.fields);
  command.variables = std::move(split.variables);
  const ProcessInstanceId id = command.instance;
  CINNABAR_CHECK_OK(start(process, RecordId{ids_.next()}, std::move(command), action));
  return id;
}

Result<ProcessInstanceId> EngineRun::start_by_trigger(const Process& process,
                                                      const std::string& node_id,
                                                      const expr::Variables& variables) {
  process::Start command;
  command.initiator = context_.principal.user;
  command.node = node_id;
  return start_with(process, std::move(command), variables, "start");
}

// ---- calls ----

// In the caller's application first, then wherever there is one of that name.
const Process* EngineRun::find_called(const process::Instance& caller,
                                      std::string_view called) const {
  const Catalog& catalog = *around_.catalog;
  const auto definition = catalog.definition(caller.definition);
  const Process* mine = definition == nullptr ? nullptr : catalog.process(definition->process);
  if (mine != nullptr) {
    const Application* application = catalog.application(mine->application);
    if (application != nullptr) {
      if (const Process* found = catalog.process_by_key(application->key, called)) return found;
    }
  }
  const Process* found = nullptr;
  for (const auto& [id, process] : catalog.processes()) {
    if (process.key != called) continue;
    if (found != nullptr) return nullptr;
    found = &process;
  }
  return found;
}

Status EngineRun::start_called(const Effect& effect) {
  CINNABAR_TRY(const process::Instance* caller, instance(effect.instance));
  if (caller->find_wait(effect.wait) == nullptr) return {};  // cancelled meanwhile
  process::FailCall failure;
  failure.wait = effect.wait;
  const Process* process = find_called(*caller, effect.name);
  if (process == nullptr) {
    failure.message = "there is no process " + effect.name;
  } else {
    process::Start command;
    command.initiator = caller->initiator;
    command.caller = effect.instance;
    command.caller_wait = effect.wait;
    command.call_depth = caller->call_depth + 1;
    auto started = start_with(*process, std::move(command), effect.variables, "call");
    if (started) return {};
    failure.message = started.error().detail;
  }
  return apply(effect.instance, failure, "call_failed");
}

Status EngineRun::cancel_called(const Effect& effect) {
  const auto is_it = [&](const process::Instance& instance) {
    return instance.caller == effect.instance && instance.caller_wait == effect.wait &&
           !has_ended(instance.state);
  };
  for (const auto& [id, touched] : touched_) {
    if (is_it(touched.now)) return apply(id, process::Terminate{}, "cancel");
  }
  ports::Select select;
  select.table = &schema::process_instance::kTable;
  select.filter = where_equal(schema::process_instance::caller_wait_id, cell(effect.wait));
  CINNABAR_TRY(const auto rows, transaction_.select(select));
  for (const ports::Row& row : rows) {
    const auto id = id_of<ProcessInstanceId>(row, schema::process_instance::id);
    CINNABAR_TRY(const process::Instance* called, instance(id));
    if (is_it(*called)) return apply(id, process::Terminate{}, "cancel");
  }
  return {};
}

Status EngineRun::answer_call(const Effect& effect) {
  auto caller = instance(effect.instance);
  if (!caller) {
    // A caller that was removed waits for nothing.
    if (caller.error().code == Code::not_found) return {};
    return std::move(caller).error();
  }
  if ((*caller)->find_wait(effect.wait) == nullptr || has_ended((**caller).state)) return {};
  // A suspended one is told when it runs again.
  if ((*caller)->state == InstanceState::suspended) return park(effect, 1);
  if (effect.kind == EffectKind::call_done) {
    return apply(effect.instance, process::CompleteCall{effect.wait, effect.variables},
                 "call_done");
  }
  if (effect.kind == EffectKind::call_escalated) {
    return apply(effect.instance, process::EscalateCall{effect.wait, effect.name}, "escalate");
  }
  return apply(effect.instance, process::FailCall{effect.wait, effect.name, effect.key},
               "call_failed");
}

// ---- the end ----

Status EngineRun::park(const Effect& effect, std::int64_t attempts) {
  namespace outbox = schema::outbox;
  CINNABAR_TRY(std::string payload, codec::encode_effect(effect));
  CINNABAR_TRY(const std::int64_t id, transaction_.next_number("outbox"));
  const Instant due = attempts == 0 ? around_.now : around_.now + minutes(1);
  transaction_.insert(outbox::kTable,
                      {cell(id), cell(effect.kind), cell_or_null(effect.instance),
                       cell(std::move(payload)), cell(attempts), cell(due), cell(around_.now)});
  return {};
}

void EngineRun::note_refused(const Effect& effect, const Error& error) const {
  if (around_.logger == nullptr) return;
  around_.logger->warning("delivery.refused", {{"kind", static_cast<int>(effect.kind)},
                                               {"name", effect.name},
                                               {"instance", effect.instance.value()},
                                               {"error", to_string(error)}});
}

Status EngineRun::finish() {
  std::size_t steps = 0;
  while (!effects_.empty()) {
    const Effect effect = std::move(effects_.front());
    effects_.pop_front();
    // What makes itself happen for ever is ended, not carried on.
    if (effect.hops > limits::kEffectHopsMax) {
      note_refused(effect, make_error(Code::failed_precondition, reasons::kStepLimit,
                                      "things led to each other too often"));
      continue;
    }
    const bool is_much =
        touched_.size() >= limits::kEffectInstancesMax || ++steps > limits::kEffectsPerCommandMax;
    if (is_much) {
      CINNABAR_CHECK_OK(park(effect, 0));
      continue;
    }
    hops_ = effect.hops;
    const Status delivered = deliver(effect);
    // What others can not take is theirs to bear; the store's trouble ends this command too.
    if (delivered) continue;
    if (is_of_store(delivered.error())) return delivered;
    note_refused(effect, delivered.error());
  }
  return write();
}

Status EngineRun::count_in(ProcessInstanceId id, FormId form, const FieldValues& fields) {
  CINNABAR_CHECK_OK(ledger_->change(form, nullptr, &fields));
  counted_.emplace(id, fields);
  return {};
}

Status EngineRun::write() {
  for (auto& [id, touched] : touched_) {
    if (touched.events.empty()) continue;
    if (touched.is_new) {
      // The number is taken last, so a refused start leaves no gap to give back.
      CINNABAR_TRY(
          touched.before.number,
          transaction_.next_number("number/" + std::to_string(touched.before.process.value()),
                                   ports::WriteTransaction::Gaps::dense));
    }
    const auto counted = counted_.find(id);
    const FieldValues* before = touched.is_new ? nullptr : &touched.before.instance.fields;
    if (counted != counted_.end()) before = &counted->second;
    CINNABAR_CHECK_OK(ledger_->change(touched.form, before, &touched.now.fields));
    const Process* process = around_.catalog->process(touched.before.process);
    CINNABAR_ASSERT(process != nullptr);
    const process::Decision decision{std::move(touched.events), touched.now};
    CINNABAR_TRY(touched.listed,
                 write_decision(transaction_, {.loaded = touched.before,
                                               .decision = decision,
                                               .context = context_,
                                               .definition = *touched.definition,
                                               .people = *around_.people,
                                               .events = events_,
                                               .application = process->application,
                                               .form = touched.form,
                                               .action = touched.action,
                                               .now = around_.now,
                                               .is_new = touched.is_new,
                                               .has_attachments = touched.has_attachments,
                                               .allow_twins = allows_twins_}));
  }
  return ids_.status();
}

}  // namespace cinnabar::services
