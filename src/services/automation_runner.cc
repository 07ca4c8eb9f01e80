#include "services/automation_runner.h"

#include "base/assert.h"
#include "base/text.h"
#include "domain/form/value_types.h"
#include "ports/schema.h"
#include "services/aggregate.h"
#include "services/automation_scope.h"
#include "services/codec/instance_codec.h"
#include "services/expiry.h"
#include "services/rows.h"
#include "services/submit_all.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <set>

namespace cinnabar::services {
namespace {

namespace runs = ports::schema::automation_run;

constexpr std::int64_t kRunsAtATime = 64;
constexpr Duration kRetryPause = minutes(1);
constexpr std::size_t kMessageBytesMax = 500;

Error failed(Reason reason, std::string detail) {
  return make_error(Code::failed_precondition, reason, std::move(detail));
}

AutomationRun read_run(const ports::Row& row) {
  AutomationRun run;
  run.id = int_of(row, runs::id);
  run.automation = int_of(row, runs::automation_id);
  run.form = id_of<FormId>(row, runs::form_id);
  run.record = id_of<RecordId>(row, runs::record_id);
  run.event = enum_of<WebhookKind>(row, runs::kind);
  run.executor = id_of<UserId>(row, runs::executor_id);
  run.state = enum_of<AutomationRunState>(row, runs::state);
  run.actions_done = int_of(row, runs::step);
  run.queued_at = instant_of(row, runs::queued_at);
  run.finished_at = optional_instant_of(row, runs::finished_at);
  run.message = optional_text_of(row, runs::message).value_or("");
  return run;
}

void finish(ports::Row& row, AutomationRunState state, std::string message, Instant now) {
  row[runs::state] = cell(state);
  row[runs::due_at] = CellValue{};
  row[runs::finished_at] = cell(now);
  row[runs::message] = cell_or_null(std::move(message));
}

// One action of one run.
class Acting {
 public:
  Acting(ports::WriteTransaction& transaction, RecordService& records, const Catalog& catalog,
         const People& people, const DeployedForm& form, const ports::Row& run, Instant now)
      : transaction_(transaction),
        records_(records),
        catalog_(catalog),
        people_(people),
        form_(form),
        now_(now),
        record_(id_of<RecordId>(run, runs::record_id)),
        executor_(id_of<UserId>(run, runs::executor_id)),
        kind_(enum_of<WebhookKind>(run, runs::kind)),
        context_{Principal{PrincipalKind::system, executor_}, "automation", "", ""} {
    context_.automation_depth = static_cast<int>(int_of(run, runs::depth));
  }

  Status read(const ports::Row& run) {
    CINNABAR_TRY(fields_, codec::decode_fields(text_of(run, runs::data)));
    if (!is_null(run, runs::former)) {
      CINNABAR_TRY(former_, codec::decode_fields(text_of(run, runs::former)));
    }
    return {};
  }

  Status act(const AutomationAction& action, FormId target) {
    const DeployedForm* form = catalog_.form(target);
    if (form == nullptr) return failed(reasons::kFormUnknown, "the form is gone");
    switch (action.kind) {
      case AutomationActionKind::create_record:
        return create(action, *form);
      case AutomationActionKind::change_record:
        return change(action, *form);
      case AutomationActionKind::remove_record:
        return remove(action, *form);
      case AutomationActionKind::notify:
        return notify(action);
    }
    CINNABAR_UNREACHABLE();
  }

 private:
  [[nodiscard]] AutomationFacts facts(const FieldValues* target = nullptr) const {
    return {.form = *form_.definition,
            .fields = fields_,
            .former = former_ ? &*former_ : nullptr,
            .target = target,
            .executor = executor_,
            .kind = kind_,
            .at = now_};
  }

  Result<expr::Value> evaluate(const expr::Expression& expression, const std::string& what,
                               const FieldValues* target) const {
    const AutomationFacts known = facts(target);
    auto value = expression.eval(AutomationScope(known));
    if (value) return value;
    return failed(value.error().reason, what + ": " + value.error().detail);
  }

  Result<FieldValues> evaluate(const FieldExpressions& expressions,
                               const form::FormDefinition& form, const FieldValues* target) const {
    FieldValues values;
    for (const auto& [id, expression] : expressions) {
      const form::Field* field = form.find(id);
      if (field == nullptr) return failed(reasons::kFieldUnknown, id + ": the field is gone");
      CINNABAR_TRY(const expr::Value value, evaluate(expression, id, target));
      auto fitted = form::fit(*field, expr::to_field(value));
      if (!fitted) {
        return failed(reasons::kFieldWrongType, id + ": the value does not fit the field");
      }
      values.insert_or_assign(field->id, std::move(*fitted));
    }
    return values;
  }

  Result<std::vector<RecordView>> targets(const AutomationAction& action,
                                          const DeployedForm& form) {
    std::vector<RecordView> found;
    if (action.match.empty()) {
      CINNABAR_TRY(RecordView own, records_.find(transaction_, context_, form.id, record_));
      found.push_back(std::move(own));
      return found;
    }
    CINNABAR_TRY(FieldValues wanted, evaluate(action.match, *form.definition, nullptr));
    RecordQuery query;
    query.form = form.id;
    query.limit = kAutomationTargetsMax + 1;
    for (auto& [id, value] : wanted) {
      FieldCondition condition;
      condition.field = form.definition->find(id);
      condition.op = value.is_null() ? FieldOp::empty : FieldOp::equal;
      if (!value.is_null()) condition.values.push_back(std::move(value));
      query.conditions.push_back(std::move(condition));
    }
    CINNABAR_TRY(found, records_.list(transaction_, context_, query));
    if (std::ssize(found) > kAutomationTargetsMax) {
      return failed(reasons::kLimitExceeded, "more than 100 records match");
    }
    return found;
  }

  Status create(const AutomationAction& action, const DeployedForm& form) {
    CreateRecords request;
    request.form = form.id;
    request.creator = executor_;
    request.start_process = action.start_process;
    NewRecord row;
    CINNABAR_TRY(row.fields, evaluate(action.values, *form.definition, nullptr));
    request.rows.push_back(std::move(row));
    CINNABAR_TRY(auto made, records_.create(transaction_, context_, std::move(request)));
    if (made.front().error) return std::move(*made.front().error);
    return {};
  }

  // Only what differs is written, so that automations that follow each other come to rest.
  Status change(const AutomationAction& action, const DeployedForm& form) {
    AggregateLedger ledger(transaction_, catalog_);
    CINNABAR_TRY(const auto found, targets(action, form));
    for (const RecordView& record : found) {
      CINNABAR_TRY(FieldValues values, evaluate(action.values, *form.definition, &record.fields));
      std::erase_if(values, [&](const auto& change) {
        const auto stored = record.fields.find(change.first);
        return stored == record.fields.end() ? change.second.is_null()
                                             : stored->second == change.second;
      });
      if (values.empty()) continue;
      CINNABAR_CHECK_OK(records_.change(transaction_, context_,
                                        {form.id, record.id, std::move(values), {}, &ledger}));
    }
    return {};
  }

  Status remove(const AutomationAction& action, const DeployedForm& form) {
    CINNABAR_TRY(const auto found, targets(action, form));
    std::vector<RecordId> ids;
    for (const RecordView& record : found) ids.push_back(record.id);
    CINNABAR_CHECK_OK(records_.remove(transaction_, context_, form.id, ids));
    return {};
  }

  void add_reader(std::set<UserId>& readers, const FieldValue& value) const {
    if (const auto* list = value.get<FieldValue::List>()) {
      for (const FieldValue& one : *list) add_reader(readers, one);
    } else if (const auto* user = value.get<UserRef>()) {
      readers.insert(user->user);
    } else if (const auto* group = value.get<GroupRef>()) {
      const auto members = people_.members(group->group);
      readers.insert(members.begin(), members.end());
    } else if (const auto* assignee = value.get<AssigneeRef>()) {
      add_reader(readers, assignee->user.is_assigned() ? FieldValue{UserRef{assignee->user}}
                                                       : FieldValue{GroupRef{assignee->group}});
    }
  }

  Status notify(const AutomationAction& action) {
    std::set<UserId> readers;
    for (const std::string& name : action.users) {
      if (const User* user = people_.user_by_name(name)) readers.insert(user->id);
    }
    for (const auto& [kind, key] : action.groups) {
      if (const auto group = people_.find_group(kind, key)) {
        add_reader(readers, FieldValue{GroupRef{*group}});
      }
    }
    for (const std::string& id : action.fields) {
      const form::Field* field = form_.definition->find(id);
      const auto it = field == nullptr ? fields_.end() : fields_.find(field->id);
      if (it != fields_.end()) add_reader(readers, it->second);
    }
    CINNABAR_TRY(const expr::Value text, evaluate(*action.text, "text", nullptr));
    RecordNotice notice;
    notice.form = form_.id;
    notice.record = record_;
    notice.sent_by = executor_;
    notice.text = utf8_prefix(to_plain_text(expr::to_field(text)), kNoticeTextBytesMax);
    for (const UserId reader : readers) {
      const User* user = people_.user(reader);
      if (user == nullptr || !user->enabled) continue;
      notice.reader = reader;
      CINNABAR_CHECK_OK(add_notice(transaction_, notice, now_));
    }
    return {};
  }

  ports::WriteTransaction& transaction_;
  RecordService& records_;
  const Catalog& catalog_;
  const People& people_;
  const DeployedForm& form_;
  Instant now_;
  RecordId record_;
  UserId executor_;
  WebhookKind kind_;
  CallContext context_;
  FieldValues fields_;
  std::optional<FieldValues> former_;
};

}  // namespace

std::string_view name(AutomationRunState state) {
  switch (state) {
    case AutomationRunState::waiting:
      return "waiting";
    case AutomationRunState::done:
      return "done";
    case AutomationRunState::failed:
      return "failed";
  }
  CINNABAR_UNREACHABLE();
}

std::optional<AutomationRunState> parse_automation_run_state(std::string_view text) {
  for (const auto state :
       {AutomationRunState::waiting, AutomationRunState::done, AutomationRunState::failed}) {
    if (name(state) == text) return state;
  }
  return std::nullopt;
}

AutomationRunner::AutomationRunner(ports::Store& store, ports::Clock& clock,
                                   const CatalogSource& catalog, const PeopleSource& people,
                                   RecordService& records, Logger logger)
    : store_(store),
      clock_(clock),
      catalog_(catalog),
      people_(people),
      records_(records),
      logger_(std::move(logger)) {}

Result<std::size_t> AutomationRunner::tick() {
  std::vector<std::int64_t> due;
  {
    CINNABAR_TRY(auto snapshot, store_.read());
    ports::Select select;
    select.table = &runs::kTable;
    select.filter = where(runs::due_at, FilterOp::less_equal, cell(clock_.now()));
    select.order = {{runs::due_at}, {runs::id}};
    select.limit = kRunsAtATime;
    select.columns = {runs::id};
    CINNABAR_TRY(const auto rows, snapshot->select(select));
    for (const ports::Row& row : rows) due.push_back(int_of(row, runs::id));
  }
  // In the order in which they happened, and in few commits.
  const SubmittedAll all =
      submit_all(store_, due.size(), [&](ports::WriteTransaction& transaction, std::size_t i) {
        return go_on(transaction, due[i]);
      });
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (all.results[i] && !*all.results[i]) give_up(due[i], all.results[i]->error());
  }
  CINNABAR_CHECK_OK(all.refused);
  return due.size();
}

Status AutomationRunner::go_on(ports::WriteTransaction& transaction, std::int64_t run) {
  CINNABAR_TRY(auto row, transaction.get(runs::kTable, {cell(run)}));
  if (!row || is_null(*row, runs::due_at)) return {};
  const auto catalog = catalog_.current();
  const auto known = catalog->automations().find(int_of(*row, runs::automation_id));
  if (known == catalog->automations().end()) {
    finish(*row, AutomationRunState::failed, "the automation was removed", clock_.now());
    transaction.update(runs::kTable, std::move(*row));
    return {};
  }
  const auto& actions = known->second.definition.actions;
  const auto step = static_cast<std::size_t>(int_of(*row, runs::step));
  if (step < actions.size()) {
    CINNABAR_CHECK_OK(act(transaction, *catalog, *row, known->second, step));
    (*row)[runs::step] = cell(static_cast<std::int64_t>(step) + 1);
  }
  if (step + 1 >= actions.size()) finish(*row, AutomationRunState::done, {}, clock_.now());
  transaction.update(runs::kTable, std::move(*row));
  return {};
}

Status AutomationRunner::act(ports::WriteTransaction& transaction, const Catalog& catalog,
                             const ports::Row& run, const DeployedAutomation& automation,
                             std::size_t step) {
  const auto people = people_.current();
  const DeployedForm* form = catalog.form(automation.form);
  CINNABAR_ASSERT(form != nullptr);
  Acting acting(transaction, records_, catalog, *people, *form, run, clock_.now());
  CINNABAR_CHECK_OK(acting.read(run));
  return acting.act(automation.definition.actions[step], automation.targets[step]);
}

void AutomationRunner::give_up(std::int64_t run, const Error& error) {
  logger_.warning("automations.failed", {{"run", run}, {"error", to_string(error)}});
  const Status noted =
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        CINNABAR_TRY(auto row, transaction.get(runs::kTable, {cell(run)}));
        // Done all the same, only the answer was lost.
        if (!row || is_null(*row, runs::due_at)) return {};
        if (is_temporary(error)) {
          (*row)[runs::due_at] = cell(clock_.now() + kRetryPause);
        } else {
          finish(*row, AutomationRunState::failed,
                 std::string(utf8_prefix(to_valid_utf8(error.detail), kMessageBytesMax)),
                 clock_.now());
        }
        transaction.update(runs::kTable, std::move(*row));
        return {};
      });
  if (!noted) {
    logger_.warning("automations.note_failed", {{"error", to_string(noted.error())}});
  }
}

Result<std::int64_t> AutomationRunner::forget_old() {
  return erase_older(store_, runs::kTable, runs::finished_at, clock_.now() - kAutomationRunsKept);
}

Status AutomationService::check_may(const CallContext& context) const {
  if (context.principal.kind == PrincipalKind::system) return {};
  const auto people = people_.current();
  const User* caller = people->user(context.principal.user);
  if (caller != nullptr && caller->enabled && caller->administrator) return {};
  return make_error(Code::permission_denied, reasons::kNotPermitted,
                    "automations are for administrators");
}

Result<std::vector<const DeployedAutomation*>> AutomationService::list(
    const Catalog& catalog, const CallContext& context) const {
  CINNABAR_CHECK_OK(check_may(context));
  std::vector<const DeployedAutomation*> found;
  for (const auto& [id, automation] : catalog.automations()) found.push_back(&automation);
  return found;
}

Result<std::vector<AutomationRun>> AutomationService::runs(ports::ReadTransaction& snapshot,
                                                           const CallContext& context,
                                                           const AutomationRunQuery& query) const {
  CINNABAR_CHECK_OK(check_may(context));
  if (!catalog_.current()->automations().contains(query.automation)) {
    return make_error(Code::not_found, reasons::kAutomationUnknown, "no such automation",
                      std::to_string(query.automation));
  }
  ports::Select select;
  select.table = &runs::kTable;
  std::vector<FilterNode> parts{where_equal(runs::automation_id, cell(query.automation))};
  if (query.state) parts.push_back(where_equal(runs::state, cell(*query.state)));
  if (query.before > 0) {
    parts.push_back(where(runs::id, FilterOp::less, cell(query.before)));
  }
  select.filter = all_of(std::move(parts));
  select.order = {{runs::id, true}};
  select.limit = query.limit;
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<AutomationRun> found;
  for (const ports::Row& row : rows) found.push_back(read_run(row));
  return found;
}

}  // namespace cinnabar::services
