#include "services/start_triggers.h"

#include "domain/process/bpmn/import.h"
#include "domain/process/scope.h"
#include "domain/process/timer_rule.h"
#include "ports/schema.h"
#include "services/rows.h"

#include <map>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::start_trigger;

const process::Trigger* trigger_of(const process::Node& node) {
  if (const process::EventNode* event = node.event()) return &event->trigger;
  if (const auto* message = node.get<process::MessageTask>()) return &message->trigger;
  return nullptr;
}

// What starts an instance, with instantiating gateways replaced by the events behind them.
std::vector<process::NodeIndex> triggered_starts(const process::ProcessDefinition& definition) {
  std::vector<process::NodeIndex> starts;
  for (const process::NodeIndex start : definition.scope(0).event_starts) {
    if (definition.node(start).kind != process::NodeKind::event_gateway) {
      starts.push_back(start);
      continue;
    }
    for (const process::NodeIndex behind : definition.successors(start)) starts.push_back(behind);
  }
  return starts;
}

// Everything but the id; nullopt for what starts nothing.
std::optional<ports::Row> make_row(const process::Node& node, const TriggerTime& time) {
  const process::Trigger* trigger = trigger_of(node);
  if (trigger == nullptr) return std::nullopt;
  const form::FormDefinition no_form;
  const process::Instance nothing;
  const process::InstanceScope scope(no_form, nothing, {}, Outcome::none, time.now);
  std::string name = trigger->name;
  if (trigger->name_rule) {
    const auto value = trigger->name_rule->eval(scope);
    const std::string* text = value ? value->get<std::string>() : nullptr;
    if (text == nullptr) return std::nullopt;
    name = *text;
  }
  ports::Row row{CellValue{},           CellValue{},           CellValue{},         cell(node.id),
                 CellValue{},           cell(std::move(name)), cell(std::string()), CellValue{},
                 cell(std::int64_t{0}), cell(std::int64_t{0})};
  if (trigger->kind == process::TriggerKind::message) {
    row[columns::kind] = cell(WaitKind::message);
  } else if (trigger->kind == process::TriggerKind::signal) {
    row[columns::kind] = cell(WaitKind::signal);
  } else if (trigger->kind == process::TriggerKind::condition && trigger->condition) {
    row[columns::kind] = cell(WaitKind::condition);
    row[columns::rule] = cell(trigger->condition->text());
  } else if (trigger->kind == process::TriggerKind::timer && trigger->timer) {
    const auto value = trigger->timer->value.eval(scope);
    if (!value) return std::nullopt;
    const auto plan = process::plan_timer(trigger->timer->form, *value, time.now, time.utc_offset);
    if (!plan) return std::nullopt;
    row[columns::kind] = cell(WaitKind::timer);
    row[columns::rule] = cell(trigger->timer->value.text());
    row[columns::due_at] = cell(plan->due);
    row[columns::interval] = cell(plan->interval.micros());
    row[columns::repeats] = cell(std::int64_t{plan->repeats});
  } else {
    return std::nullopt;
  }
  return row;
}

// The timers of a definition, by start event; it need not be deployable any more.
std::map<std::string, std::string> timer_rules(std::string_view bpmn) {
  std::map<std::string, std::string> rules;
  if (bpmn.empty()) return rules;
  const auto imported = process::bpmn::import(bpmn, nullptr);
  if (imported.definition == nullptr) return rules;
  for (const process::NodeIndex start : triggered_starts(*imported.definition)) {
    const process::Node& node = imported.definition->node(start);
    const process::Trigger* trigger = trigger_of(node);
    if (trigger != nullptr && trigger->timer) rules.emplace(node.id, trigger->timer->value.text());
  }
  return rules;
}

}  // namespace

Status write_start_triggers(ports::WriteTransaction& transaction, ProcessId process,
                            ProcessDefinitionId definition, std::string_view bpmn,
                            std::string_view former_bpmn, const TriggerTime& time) {
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = where_equal(columns::process_id, cell(process));
  CINNABAR_TRY(auto stored, transaction.select(select));
  std::map<std::string, ports::Row> before;
  for (ports::Row& row : stored) {
    transaction.erase(columns::kTable, {row[columns::id]});
    before.emplace(text_of(row, columns::node_id), std::move(row));
  }
  // Only names and times are read, for which no form is needed.
  const auto imported = process::bpmn::import(bpmn, nullptr);
  if (imported.definition == nullptr) return {};
  const std::map<std::string, std::string> former = timer_rules(former_bpmn);
  for (const process::NodeIndex start : triggered_starts(*imported.definition)) {
    auto row = make_row(imported.definition->node(start), time);
    if (!row) continue;
    const auto stood = former.find(text_of(*row, columns::node_id));
    const bool has_ended = stood != former.end() && !is_null(*row, columns::due_at) &&
                           !before.contains(stood->first) &&
                           stood->second == text_of(*row, columns::rule);
    if (has_ended) continue;
    CINNABAR_TRY(const std::int64_t id, transaction.next_number("start_trigger"));
    (*row)[columns::id] = cell(id);
    (*row)[columns::process_id] = cell(process);
    (*row)[columns::definition_id] = cell(definition);
    const auto same = before.find(text_of(*row, columns::node_id));
    const bool goes_on = same != before.end() && !is_null(*row, columns::due_at) &&
                         same->second[columns::rule] == (*row)[columns::rule];
    if (goes_on) {
      for (const auto column : {columns::due_at, columns::interval, columns::repeats}) {
        (*row)[column] = same->second[column];
      }
    }
    transaction.insert(columns::kTable, std::move(*row));
  }
  return {};
}

}  // namespace cinnabar::services
