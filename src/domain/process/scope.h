// What an expression of a process sees, inner names hiding outer ones: the variables of the
// activity for which it is evaluated and of all around it, with the counters of loops; the
// variables of the process; the record's fields by id, without regard to ASCII case; the headers
// $title, $status and $level; `initiator`, and `outcome` of the activity that was just finished.
// Borrows everything; lives as long as one evaluation. Thread: one.
#pragma once

#include "domain/expr/expression.h"
#include "domain/form/form_definition.h"
#include "domain/process/instance.h"

#include <optional>
#include <string_view>

namespace cinnabar::process {

class InstanceScope final : public expr::Scope {
 public:
  InstanceScope(const form::FormDefinition& form, const Instance& instance,
                ActivityInstanceId activity, Outcome outcome, std::optional<Instant> now)
      : form_(form), instance_(instance), activity_(activity), outcome_(outcome), now_(now) {}

  [[nodiscard]] std::optional<expr::Value> find(std::string_view name) const override;
  [[nodiscard]] std::optional<Instant> now() const override { return now_; }

 private:
  const form::FormDefinition& form_;
  const Instance& instance_;
  ActivityInstanceId activity_;
  Outcome outcome_;
  std::optional<Instant> now_;
};

// The counters of a loop body under their names, where nothing hides them.
void add_loop_variables(const ActivityInstance& activity, expr::Variables& into);

// Names an expression may use besides the fields and variables.
bool is_scope_name(std::string_view name);

}  // namespace cinnabar::process
