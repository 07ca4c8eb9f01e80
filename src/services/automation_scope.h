// What the expressions of an automation see: services/automation.h says which names. Borrows
// everything and lives as long as one evaluation. Thread: one.
#pragma once

#include "base/time.h"
#include "domain/expr/expression.h"
#include "domain/form/form_definition.h"
#include "services/webhook_kind.h"
#include "vocab/field_value.h"
#include "vocab/ids.h"

#include <optional>
#include <string_view>

namespace cinnabar::services {

struct AutomationFacts {
  const form::FormDefinition& form;
  const FieldValues& fields;
  const FieldValues* former = nullptr;  // before a change; null pointer: there is no before
  const FieldValues* target = nullptr;  // of a record that matches
  UserId executor;
  WebhookKind kind = WebhookKind::record_created;
  Instant at;
};

class AutomationScope final : public expr::Scope {
 public:
  explicit AutomationScope(const AutomationFacts& facts) : facts_(facts) {}

  [[nodiscard]] std::optional<expr::Value> find(std::string_view name) const override;
  [[nodiscard]] std::optional<Instant> now() const override { return facts_.at; }

 private:
  const AutomationFacts& facts_;
};

}  // namespace cinnabar::services
