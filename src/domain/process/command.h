// What somebody wants of an instance. Commands arrive authorized: who may do it at all was checked
// by services/authorize; the engine checks that it is possible.
#pragma once

#include "vocab/field_value.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <optional>
#include <string>
#include <variant>

namespace cinnabar::process {

// Makes the instance. `fields` is the whole record, validated and with its defaults.
struct Start {
  ProcessInstanceId instance;
  ProcessDefinitionId definition;
  UserId initiator;
  FieldValues fields;
};

// Decides one work item of an activity, by form or by quick action. Without `item` it is the
// caller's own open work item, else one of a group of theirs, else, if `for_others` is set, the
// first open one; an activity without work items may be finished only with `for_others`.
struct Complete {
  ActivityInstanceId activity;
  std::optional<WorkItemId> item;
  UserId by;
  bool for_others = false;
  Outcome outcome = Outcome::submitted;
  std::optional<std::string> quick_action;
  FieldValues changes;  // validated; Null clears; ignored with a quick action
  std::string comment;
};

struct Terminate {
  UserId by;
  std::string comment;
};

using Command = std::variant<Start, Complete, Terminate>;

}  // namespace cinnabar::process
