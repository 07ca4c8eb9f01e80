// A submission against a form. Total: any values give a list of errors, never a crash.
#pragma once

#include "domain/form/form_definition.h"
#include "domain/org/directory.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::form {

// How one node changes the rules of one field; absent members leave the form's own rule.
struct FieldAccess {
  std::optional<bool> required;
  std::optional<bool> read_only;
  std::optional<bool> hidden;
  friend bool operator==(const FieldAccess&, const FieldAccess&) = default;
};
// Field id as in the form -> change.
using NodeFields = std::map<std::string, FieldAccess, std::less<>>;

struct Submission {
  const FieldValues* stored = nullptr;     // what the record holds; null pointer for a new record
  const FieldValues* submitted = nullptr;  // keys spelt as in the form; a Null value clears a field
  const NodeFields* access = nullptr;      // null pointer: the form's own rules
  bool check_required = true;              // quick actions and drafts do not demand fields
  // False: types and sizes alone, as for what programs write: no patterns, options, references.
  bool check_rules = true;
};

// Errors in form order: field_unknown, field_wrong_type, field_too_long, field_pattern_mismatch,
// field_option_unknown, field_required (submitted over stored), group_unknown, user_unknown.
std::vector<FieldError> validate(const FormDefinition& form, const Submission& submission,
                                 const org::Directory& directory);

// The stored values with the submitted ones over them; Null removes.
FieldValues merge(FieldValues stored, const FieldValues& submitted);

// Values of fields that were not submitted and have a default.
FieldValues defaults_for(const FormDefinition& form, const FieldValues& submitted);

}  // namespace cinnabar::form
