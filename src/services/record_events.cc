#include "services/record_events.h"

#include "ports/schema.h"
#include "services/automation_runner.h"
#include "services/automation_scope.h"
#include "services/codec/instance_codec.h"
#include "services/rows.h"

#include <algorithm>
#include <utility>

namespace cinnabar::services {
namespace {

namespace runs = ports::schema::automation_run;

const FieldValue& value_in(const FieldValues& fields, const std::string& id) {
  static const FieldValue kNull;
  const auto it = fields.find(id);
  return it == fields.end() ? kNull : it->second;
}

// Whether one of the fields that the automation looks at has changed.
bool has_changed(const DeployedAutomation& automation, const form::FormDefinition& form,
                 const FieldValues& fields, const FieldValues* former) {
  const auto& wanted = automation.definition.fields;
  if (wanted.empty() || former == nullptr) return true;
  return std::ranges::any_of(wanted, [&](const std::string& name) {
    const form::Field* field = form.find(name);
    return field != nullptr && value_in(fields, field->id) != value_in(*former, field->id);
  });
}

}  // namespace

bool RecordEvents::is_wanted(const AutomationDefinition& automation, WebhookKind kind) const {
  if (!automation.enabled) return false;
  if ((automation.events & static_cast<std::int64_t>(kind)) == 0) return false;
  return origin_of(context_) != Origin::program || automation.include_api_writes ||
         context_.asks_automations;
}

Result<bool> RecordEvents::are_followed(ApplicationId application, FormId form, WebhookKind kind) {
  const auto& automations = catalog_.automations_of(form);
  const bool is_automated =
      std::ranges::any_of(automations, [&](const DeployedAutomation* automation) {
        return is_wanted(automation->definition, kind);
      });
  if (is_automated) return true;
  return webhooks_.is_heard(application, form, kind);
}

Status RecordEvents::add(WebhookEvent event, const FieldValues* former) {
  for (const DeployedAutomation* automation : catalog_.automations_of(event.form)) {
    if (!is_wanted(automation->definition, event.kind)) continue;
    CINNABAR_CHECK_OK(queue_run(*automation, event, former));
  }
  return webhooks_.add(std::move(event));
}

// The condition is asked here and now: most events lead to nothing and need no row. One that cannot
// be answered is kept as a run that failed.
Status RecordEvents::queue_run(const DeployedAutomation& automation, const WebhookEvent& event,
                               const FieldValues* former) {
  const DeployedForm* form = catalog_.form(event.form);
  const FieldValues& fields = event.record.fields;
  if (form == nullptr || !has_changed(automation, *form->definition, fields, former)) return {};
  const UserId executor = context_.principal.user;
  std::string trouble;
  if (automation.definition.condition) {
    const AutomationFacts facts{.form = *form->definition,
                                .fields = fields,
                                .former = former,
                                .executor = executor,
                                .kind = event.kind,
                                .at = event.at};
    const auto holds = automation.definition.condition->eval_condition(AutomationScope(facts));
    if (holds && !*holds) return {};
    if (!holds) trouble = "condition: " + holds.error().detail;
  }
  if (context_.automation_depth >= kAutomationDepthMax) {
    trouble = "automations led to each other too often";
  }
  CINNABAR_TRY(const std::int64_t id, transaction_.next_number("automation_run"));
  ports::Row row(runs::kColumns.size());
  row[runs::id] = cell(id);
  row[runs::automation_id] = cell(automation.id);
  row[runs::form_id] = cell(event.form);
  row[runs::record_id] = cell(event.record.id);
  row[runs::kind] = cell(event.kind);
  row[runs::executor_id] = cell_or_null(executor);
  row[runs::depth] = cell(std::int64_t{context_.automation_depth} + 1);
  row[runs::data] = cell(codec::encode_fields(fields));
  if (former != nullptr) row[runs::former] = cell(codec::encode_fields(*former));
  row[runs::step] = cell(std::int64_t{0});
  row[runs::queued_at] = cell(event.at);
  const bool is_over = !trouble.empty();
  row[runs::state] = cell(is_over ? AutomationRunState::failed : AutomationRunState::waiting);
  (is_over ? row[runs::finished_at] : row[runs::due_at]) = cell(event.at);
  row[runs::message] = cell_or_null(std::move(trouble));
  transaction_.insert(runs::kTable, std::move(row));
  return {};
}

}  // namespace cinnabar::services
