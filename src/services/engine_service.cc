#include "services/engine_service.h"

#include "ports/schema.h"
#include "services/instance_access.h"
#include "services/invalid_fields.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <map>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

// What the caller is to the instance.
struct Standing {
  UserId user;
  bool is_system = false;
  bool may_modify = false;
  bool may_manage = false;
  bool is_initiator = false;
  bool is_participant = false;
};

// Writes who it is into the command, and says whether they may.
struct Authorize {
  const Standing& caller;

  bool operator()(process::Start&) const { return false; }
  bool operator()(process::Complete&) const { return false; }
  bool operator()(process::Terminate& command) const { return manages(command.by); }
  bool operator()(process::FireTimer&) const { return caller.may_manage; }
  bool operator()(process::DeliverMessage&) const { return caller.may_manage; }
  bool operator()(process::DeliverSignal&) const { return caller.may_manage; }
  bool operator()(process::CompleteJob&) const { return caller.may_manage; }
  bool operator()(process::FailJob&) const { return caller.may_manage; }
  bool operator()(process::ThrowJobError&) const { return caller.may_manage; }
  // What is not named here is between instances.
  template <typename Command>
  bool operator()(Command&) const {
    return caller.is_system;
  }
  bool operator()(process::ChangeData& command) const { return manages(command.by); }
  bool operator()(process::RetryIncident& command) const { return manages(command.by); }
  bool operator()(process::SkipIncident& command) const { return manages(command.by); }
  bool operator()(process::Claim& command) const { return takes_part(command.by); }
  bool operator()(process::Unclaim& command) const { return takes_part(command.by); }
  bool operator()(process::Transfer& command) const { return for_others(command); }
  bool operator()(process::Delegate& command) const { return for_others(command); }
  bool operator()(process::Resolve& command) const { return takes_part(command.by); }
  bool operator()(process::AddParticipants& command) const { return for_others(command); }
  bool operator()(process::RemoveParticipant& command) const { return for_others(command); }
  bool operator()(process::Return& command) const { return for_others(command); }
  bool operator()(process::Withdraw& command) const {
    command.by = caller.user;
    command.for_others = caller.may_manage && !caller.is_initiator;
    return caller.is_initiator || caller.may_manage;
  }
  // The engine knows whose decision it was.
  bool operator()(process::TakeBack& command) const {
    command.by = caller.user;
    return true;
  }
  bool operator()(process::Urge& command) const { return concerns(command.by); }
  bool operator()(process::SendNotice& command) const { return concerns(command.by); }
  // The engine knows whose copy it is.
  bool operator()(process::ReadNotice& command) const {
    command.by = caller.user;
    return true;
  }
  bool operator()(process::Suspend& command) const { return manages(command.by); }
  bool operator()(process::Resume& command) const { return manages(command.by); }
  bool operator()(process::Jump& command) const { return manages(command.by); }
  bool operator()(process::Reactivate& command) const { return manages(command.by); }
  bool operator()(process::Migrate& command) const { return manages(command.by); }

 private:
  bool manages(UserId& by) const {
    by = caller.user;
    return caller.may_manage;
  }
  bool takes_part(UserId& by) const {
    by = caller.user;
    return caller.is_participant || caller.may_modify;
  }
  bool concerns(UserId& by) const {
    by = caller.user;
    return caller.is_participant || caller.is_initiator || caller.may_modify;
  }
  template <typename Command>
  bool for_others(Command& command) const {
    command.by = caller.user;
    command.for_others = caller.may_modify;
    return caller.is_participant || caller.may_modify;
  }
};

Standing standing_of(const People& people, const CallContext& context, ProcessId process,
                     const process::Instance& instance) {
  Standing standing;
  standing.user = context.principal.user;
  standing.is_system = context.principal.kind == PrincipalKind::system;
  standing.may_manage =
      standing.is_system || people.may(standing.user, PermissionAction::manage, process);
  standing.may_modify =
      standing.may_manage || people.may(standing.user, PermissionAction::modify, process);
  standing.is_initiator = instance.initiator == standing.user;
  standing.is_participant = is_participant(people, instance, standing.user);
  return standing;
}

// The record has its own rules and its own way in.
Status check_no_fields(const form::FormDefinition& form, const expr::Variables& variables) {
  std::vector<FieldError> errors;
  for (const auto& [name, value] : variables) {
    if (form.find(name) == nullptr) continue;
    errors.push_back({name, reasons::kFieldUnknown, "is a field of the form, not a variable"});
  }
  if (errors.empty()) return {};
  return invalid_fields(std::move(errors));
}

CallContext of_the_system() {
  return CallContext{system_principal(), "engine", "", ""};
}

Error unknown(Reason reason, std::string_view what, std::int64_t id) {
  return make_error(Code::not_found, reason, "no such " + std::string(what), std::to_string(id));
}

Result<ProcessInstanceId> instance_in(ports::ReadTransaction& snapshot, const ports::Table& table,
                                      std::uint16_t column, std::int64_t id, Error missing) {
  CINNABAR_TRY(const auto row, snapshot.get(table, {cell(id)}));
  if (!row) return missing;
  return id_of<ProcessInstanceId>(*row, column);
}

}  // namespace

EngineService::EngineService(ports::Clock& clock, const CatalogSource& catalog,
                             const PeopleSource& people, UtcOffset utc_offset, Logger logger)
    : clock_(clock),
      catalog_(catalog),
      people_(people),
      utc_offset_(utc_offset),
      logger_(std::move(logger)) {}

EngineSurroundings EngineService::surroundings() const {
  return {catalog_.current(), people_.current(), clock_.now(), utc_offset_, &logger_};
}

Status EngineService::check_may_manage(const CallContext& context, ProcessId process) const {
  if (context.principal.kind == PrincipalKind::system) return {};
  if (people_.current()->may(context.principal.user, PermissionAction::manage, process)) return {};
  return not_permitted();
}

Status EngineService::check_administrator(const CallContext& context) const {
  if (context.principal.kind == PrincipalKind::system) return {};
  const auto people = people_.current();
  const User* user = people->user(context.principal.user);
  if (user != nullptr && user->administrator) return {};
  return not_permitted();
}

std::vector<ProcessId> EngineService::managed_by(const CallContext& context) const {
  std::vector<ProcessId> managed;
  for (const auto& [id, process] : catalog_.current()->processes()) {
    if (check_may_manage(context, id)) managed.push_back(id);
  }
  return managed;
}

Result<Applied> EngineService::apply(ports::WriteTransaction& transaction,
                                     const CallContext& context, ProcessInstanceId instance,
                                     process::Command command, std::string_view action) {
  const EngineSurroundings around = surroundings();
  EngineRun run(transaction, context, around);
  std::vector<process::Command> commands;
  commands.push_back(std::move(command));
  return apply_all(context, run, around, instance, std::move(commands), action);
}

// One after the other, with one answer: all of them happen, or none.
Result<Applied> EngineService::apply_all(const CallContext& context, EngineRun& run,
                                         const EngineSurroundings& around,
                                         ProcessInstanceId instance,
                                         std::vector<process::Command> commands,
                                         std::string_view action) {
  CINNABAR_TRY(const process::Instance* stored, run.instance(instance));
  const LoadedInstance& loaded = run.loaded(instance);
  const Standing caller = standing_of(*around.people, context, loaded.process, *stored);
  for (process::Command& command : commands) {
    if (!std::visit(Authorize{caller}, command)) return not_permitted();
    if (auto* migrate = std::get_if<process::Migrate>(&command)) {
      const auto target = around.catalog->definition(migrate->definition);
      if (target == nullptr || target->process != loaded.process) {
        return unknown(reasons::kProcessUnknown, "version of this process",
                       migrate->definition.value());
      }
      migrate->target = target->graph.get();
    }
    CINNABAR_CHECK_OK(run.apply(instance, command, action));
  }
  CINNABAR_CHECK_OK(run.finish());
  return Applied{instance, loaded.process, loaded.number, run.state_of(instance)};
}

Result<Applied> EngineService::set_variables(ports::WriteTransaction& transaction,
                                             const CallContext& context, ProcessInstanceId instance,
                                             expr::Variables variables) {
  const EngineSurroundings around = surroundings();
  EngineRun run(transaction, context, around);
  CINNABAR_TRY([[maybe_unused]] const process::Instance* stored, run.instance(instance));
  CINNABAR_CHECK_OK(check_may_manage(context, run.loaded(instance).process));
  CINNABAR_CHECK_OK(check_no_fields(*run.loaded(instance).definition->form, variables));
  std::vector<process::Command> commands{process::ChangeData{{}, {}, std::move(variables)}};
  return apply_all(context, run, around, instance, std::move(commands), "set_variables");
}

Result<Applied> EngineService::resolve_incident(ports::WriteTransaction& transaction,
                                                const CallContext& context,
                                                process::RetryIncident retry,
                                                expr::Variables variables) {
  const EngineSurroundings around = surroundings();
  CINNABAR_TRY(const ProcessInstanceId instance, instance_of(transaction, retry.incident));
  EngineRun run(transaction, context, around);
  CINNABAR_TRY([[maybe_unused]] const process::Instance* stored, run.instance(instance));
  CINNABAR_CHECK_OK(check_may_manage(context, run.loaded(instance).process));
  CINNABAR_CHECK_OK(check_no_fields(*run.loaded(instance).definition->form, variables));
  std::vector<process::Command> commands{process::ChangeData{{}, {}, std::move(variables)}, retry};
  return apply_all(context, run, around, instance, std::move(commands), "resolve_incident");
}

Result<ProcessInstanceId> EngineService::instance_of(ports::ReadTransaction& snapshot,
                                                     WorkItemId item) {
  return instance_in(snapshot, schema::work_item::kTable, schema::work_item::instance_id,
                     item.value(), unknown(reasons::kWorkItemUnknown, "work item", item.value()));
}
Result<ProcessInstanceId> EngineService::instance_of(ports::ReadTransaction& snapshot,
                                                     IncidentId incident) {
  return instance_in(snapshot, schema::incident::kTable, schema::incident::instance_id,
                     incident.value(),
                     unknown(reasons::kIncidentUnknown, "incident", incident.value()));
}
Result<ProcessInstanceId> EngineService::instance_of(ports::ReadTransaction& snapshot,
                                                     WaitId wait) {
  return instance_in(snapshot, schema::wait::kTable, schema::wait::instance_id, wait.value(),
                     unknown(reasons::kWaitUnknown, "job or timer", wait.value()));
}

Result<Applied> EngineService::correlate(ports::WriteTransaction& transaction,
                                         const CallContext& context, Message message) {
  EngineRun run(transaction, context, surroundings());
  codec::Effect effect;
  effect.name = std::move(message.name);
  effect.key = std::move(message.key);
  effect.variables = std::move(message.variables);
  const std::vector<ProcessId> managed = managed_by(context);
  const bool is_system = context.principal.kind == PrincipalKind::system;
  CINNABAR_TRY(const EngineRun::Delivery delivery,
               run.deliver_message(effect, is_system ? nullptr : &managed));
  if (!delivery.is_delivered) {
    return make_error(Code::not_found, reasons::kMessageUnwanted,
                      "nobody waits for this message, and it starts nothing", effect.name);
  }
  const ProcessId process = run.loaded(delivery.instance).process;
  CINNABAR_CHECK_OK(run.finish());
  return Applied{delivery.instance, process, run.number_of(delivery.instance),
                 run.state_of(delivery.instance)};
}

Status EngineService::broadcast(ports::WriteTransaction& transaction, const CallContext& context,
                                Message signal) {
  CINNABAR_CHECK_OK(check_administrator(context));
  EngineRun run(transaction, context, surroundings());
  codec::Effect effect;
  effect.kind = codec::EffectKind::signal;
  effect.name = std::move(signal.name);
  effect.variables = std::move(signal.variables);
  effect.until = WaitId{run.fresh_id()};
  run.enqueue(std::move(effect));
  return run.finish();
}

Status EngineService::tell_facts(ports::WriteTransaction& transaction, const CallContext& context,
                                 expr::Variables facts) {
  CINNABAR_CHECK_OK(check_administrator(context));
  EngineRun run(transaction, context, surroundings());
  codec::Effect effect;
  effect.kind = codec::EffectKind::condition;
  effect.variables = std::move(facts);
  run.enqueue(std::move(effect));
  return run.finish();
}

Result<std::vector<IncidentRow>> EngineService::incidents(ports::ReadTransaction& snapshot,
                                                          const CallContext& context,
                                                          const IncidentQuery& query) {
  namespace columns = schema::incident;
  std::vector<CellValue> processes;
  if (query.process.is_assigned()) {
    CINNABAR_CHECK_OK(check_may_manage(context, query.process));
    processes.push_back(cell(query.process));
  } else {
    for (const ProcessId process : managed_by(context)) processes.push_back(cell(process));
    if (processes.empty()) return not_permitted();
  }
  std::vector<FilterNode> parts{where_one_of(columns::process_id, std::move(processes)),
                                where_equal(columns::resolved_at, CellValue{}),
                                where(columns::id, FilterOp::greater, cell(query.after))};
  if (query.definition.is_assigned()) {
    parts.push_back(where_equal(columns::definition_id, cell(query.definition)));
  }
  if (!query.node_id.empty()) parts.push_back(where_equal(columns::node_id, cell(query.node_id)));
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = all_of(std::move(parts));
  select.order = {{columns::id, false}};
  select.limit = std::min<std::int64_t>(query.limit, limits::kPageRowsMax);
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<IncidentRow> out;
  for (const ports::Row& row : rows) {
    out.push_back(
        {id_of<IncidentId>(row, columns::id), id_of<ProcessInstanceId>(row, columns::instance_id),
         id_of<ProcessId>(row, columns::process_id),
         id_of<ProcessDefinitionId>(row, columns::definition_id), int_of(row, columns::number),
         text_of(row, columns::node_id), enum_of<IncidentKind>(row, columns::kind),
         text_of(row, columns::detail), instant_of(row, columns::created_at),
         optional_instant_of(row, columns::resolved_at)});
  }
  return out;
}

Result<std::vector<WaitRow>> EngineService::waits(ports::ReadTransaction& snapshot,
                                                  const CallContext& context,
                                                  ProcessInstanceId instance) {
  CINNABAR_TRY(const LoadedInstance loaded, load_instance(snapshot, *catalog_.current(), instance));
  CINNABAR_CHECK_OK(check_may_manage(context, loaded.process));
  std::vector<WaitRow> out;
  for (const process::Wait& wait : loaded.instance.waits) {
    out.push_back({wait.id, wait.kind, wait.node_id, wait.name, wait.key, wait.due, wait.retries});
  }
  return out;
}

Result<expr::Variables> EngineService::variables(ports::ReadTransaction& snapshot,
                                                 const CallContext& context,
                                                 ProcessInstanceId instance) {
  CINNABAR_TRY(LoadedInstance loaded, load_instance(snapshot, *catalog_.current(), instance));
  CINNABAR_CHECK_OK(check_may_manage(context, loaded.process));
  return std::move(loaded.instance.variables);
}

Result<std::vector<FailedDelivery>> EngineService::failed_deliveries(
    ports::ReadTransaction& snapshot, const CallContext& context, std::int64_t after,
    std::int64_t limit) {
  namespace columns = schema::outbox;
  CINNABAR_CHECK_OK(check_administrator(context));
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = all_of({where_equal(columns::due_at, cell(kDeliveryNever)),
                          where(columns::id, FilterOp::greater, cell(after))});
  select.order = {{columns::id, false}};
  select.limit = std::min<std::int64_t>(limit, limits::kPageRowsMax);
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<FailedDelivery> out;
  for (const ports::Row& row : rows) {
    FailedDelivery failed;
    failed.id = int_of(row, columns::id);
    failed.instance = id_of<ProcessInstanceId>(row, columns::source_id);
    failed.attempts = int_of(row, columns::attempts);
    failed.created_at = instant_of(row, columns::created_at);
    if (const auto effect = codec::decode_effect(text_of(row, columns::payload))) {
      failed.kind = codec::name(effect->kind);
      failed.name = effect->name;
    }
    out.push_back(std::move(failed));
  }
  return out;
}

Status EngineService::retry_delivery(ports::WriteTransaction& transaction,
                                     const CallContext& context, std::int64_t outbox) {
  namespace columns = schema::outbox;
  CINNABAR_CHECK_OK(check_administrator(context));
  CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(outbox)}));
  if (!row || instant_of(*row, columns::due_at) != kDeliveryNever) {
    return unknown(reasons::kDeliveryUnknown, "failed delivery", outbox);
  }
  (*row)[columns::attempts] = cell(std::int64_t{0});
  (*row)[columns::due_at] = cell(clock_.now());
  transaction.update(columns::kTable, std::move(*row));
  return {};
}

// ---- what runs by itself ----

Status EngineService::fire_timer_row(ports::WriteTransaction& transaction, std::int64_t wait) {
  namespace columns = schema::wait;
  CINNABAR_TRY(const auto row, transaction.get(columns::kTable, {cell(wait)}));
  if (!row || !bool_of(*row, columns::active)) return {};
  const auto due = optional_instant_of(*row, columns::due_at);
  if (!due || *due > clock_.now()) return {};
  const auto applied =
      apply(transaction, of_the_system(), id_of<ProcessInstanceId>(*row, columns::instance_id),
            process::FireTimer{WaitId{wait}}, "timer");
  if (!applied) return applied.error();
  return {};
}

Status EngineService::fire_start_trigger(ports::WriteTransaction& transaction,
                                         std::int64_t trigger) {
  namespace columns = schema::start_trigger;
  CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(trigger)}));
  if (!row) return {};
  const EngineSurroundings around = surroundings();
  const auto due = optional_instant_of(*row, columns::due_at);
  if (!due || *due > around.now) return {};
  const Process* process = around.catalog->process(id_of<ProcessId>(*row, columns::process_id));
  const std::string node_id = text_of(*row, columns::node_id);
  const std::int64_t repeats = int_of(*row, columns::repeats);
  if (repeats == 0) {
    transaction.erase(columns::kTable, {cell(trigger)});
  } else {
    (*row)[columns::due_at] = cell(*due + Duration{int_of(*row, columns::interval)});
    (*row)[columns::repeats] = cell(repeats > 0 ? repeats - 1 : repeats);
    transaction.update(columns::kTable, std::move(*row));
  }
  if (process == nullptr) return {};
  const CallContext context = of_the_system();
  EngineRun run(transaction, context, around);
  // A start that is refused is over; its next turn comes.
  if (!run.start_by_trigger(*process, node_id, {})) return {};
  return run.finish();
}

Status EngineService::deliver_parked(ports::WriteTransaction& transaction, std::int64_t outbox) {
  namespace columns = schema::outbox;
  CINNABAR_TRY(const auto row, transaction.get(columns::kTable, {cell(outbox)}));
  if (!row || instant_of(*row, columns::due_at) > clock_.now()) return {};
  CINNABAR_TRY(codec::Effect effect, codec::decode_effect(text_of(*row, columns::payload)));
  transaction.erase(columns::kTable, {cell(outbox)});
  const CallContext context = of_the_system();
  EngineRun run(transaction, context, surroundings());
  run.enqueue(std::move(effect));
  return run.finish();
}

}  // namespace cinnabar::services
