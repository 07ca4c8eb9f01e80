// Automations: what the server does by itself when something happens to a record, such as making
// another one, changing those that match, or telling people. A definition is a part of an
// application package. What one run does: services/automation_runner.h.
//
// Expressions (FEEL) see the record's fields by id, `before` (the fields before a change, as a
// context), `target` (the fields of a record that matches), `executor` (who wrote the record) and
// `event`. Ownership: plain values. Thread: immutable once they are in a catalog.
#pragma once

#include "base/result.h"
#include "domain/expr/expression.h"
#include "services/webhook_kind.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar::services {

inline constexpr std::size_t kAutomationActionsMax = 20;
// Automations may lead to each other so often; a run beyond that is kept as failed.
inline constexpr int kAutomationDepthMax = 10;
// Records that one action changes or removes; more fail it as a whole.
inline constexpr std::int64_t kAutomationTargetsMax = 100;

enum class AutomationActionKind : std::uint8_t {
  create_record,
  change_record,
  remove_record,
  notify
};
std::string_view name(AutomationActionKind kind);
std::optional<AutomationActionKind> parse_automation_action_kind(std::string_view text);

using FieldExpressions = std::map<std::string, expr::Expression, std::less<>>;

struct AutomationAction {
  AutomationActionKind kind = AutomationActionKind::notify;
  // Key of a form of the application; empty: the one that is followed.
  std::string form;
  // Fields of that form that are equal to something. Empty, without a form: the record itself.
  FieldExpressions match;
  FieldExpressions values;     // by field; null clears
  bool start_process = false;  // of create_record
  // Whom notify tells, each once, and what.
  std::vector<std::string> users;  // names
  std::vector<std::pair<GroupKind, std::string>> groups;
  std::vector<std::string> fields;  // of the record, that hold people or groups
  std::optional<expr::Expression> text;
  friend bool operator==(const AutomationAction&, const AutomationAction&) = default;
};

struct AutomationDefinition {
  std::string key;
  std::string name;
  std::string form;                 // key
  std::int64_t events = 0;          // bits of WebhookKind
  std::vector<std::string> fields;  // one of them has changed; empty: any
  std::optional<expr::Expression> condition;
  bool enabled = true;
  bool include_api_writes = false;  // those that do not ask for automations as well
  std::vector<AutomationAction> actions;
  friend bool operator==(const AutomationDefinition&, const AutomationDefinition&) = default;
};

struct DeployedAutomation {
  std::int64_t id = 0;
  ApplicationId application;
  FormId form;
  AutomationDefinition definition;
  std::vector<FormId> targets;  // of each action
};

}  // namespace cinnabar::services
