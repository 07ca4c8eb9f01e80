// What an expression of a process sees: the record's fields by id, without regard to ASCII case,
// the headers $title, $status and $level, `initiator`, and `outcome` of the activity that was just
// finished. Borrows everything; lives as long as one evaluation. Thread: one.
#pragma once

#include "domain/expr/expression.h"
#include "domain/form/form_definition.h"
#include "domain/process/instance.h"

#include <string_view>

namespace cinnabar::process {

class InstanceScope final : public expr::Scope {
 public:
  InstanceScope(const form::FormDefinition& form, const FieldValues& fields, const Headers& headers,
                UserId initiator, Outcome outcome)
      : form_(form), fields_(fields), headers_(headers), initiator_(initiator), outcome_(outcome) {}

  [[nodiscard]] const FieldValue* find(std::string_view name) const override;

 private:
  const form::FormDefinition& form_;
  const FieldValues& fields_;
  const Headers& headers_;
  UserId initiator_;
  Outcome outcome_;
  // Values that are no fields are made when they are asked for.
  mutable FieldValue title_;
  mutable FieldValue status_;
  mutable FieldValue level_;
  mutable FieldValue initiator_value_;
  mutable FieldValue outcome_value_;
};

// Names an expression may use besides the fields.
bool is_scope_name(std::string_view name);

}  // namespace cinnabar::process
