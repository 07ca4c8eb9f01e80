// A form: its fields, in order, with their types and rules. One immutable version of a form is one
// FormDefinition; records refer to the version they were checked against.
//
// Thread: immutable after it was made. Limits: vocab/limits.h (fields, text lengths).
#pragma once

#include "base/result.h"
#include "domain/expr/expression.h"
#include "vocab/field_value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::form {

// Under this key a row of a table may hold its own id, a text; no field has such an id.
inline constexpr std::string_view kRowId = "$id";

enum class FieldType : std::uint8_t {
  text,          // std::string
  long_text,     // std::string
  number,        // Decimal
  boolean,       // bool
  date,          // CalendarDate
  datetime,      // Instant
  select,        // std::string, the option's value
  multi_select,  // List of std::string
  user,          // UserRef
  users,         // List of UserRef
  group,         // GroupRef
  groups,        // List of GroupRef
  assignee,      // AssigneeRef
  file,          // List of FileRef
  subtable,      // Table
  address,       // std::string
  serial,        // std::string, assigned by the server
  label,         // no value
};

// A field may feed what lists show of an instance.
enum class FieldRole : std::uint8_t { none, title, status, level, assignee };

std::string_view name(FieldType type);
std::string_view name(FieldRole role);
std::optional<FieldType> parse_field_type(std::string_view text);
std::optional<FieldRole> parse_field_role(std::string_view text);

struct Option {
  std::string value;
  std::string text;
  friend bool operator==(const Option&, const Option&) = default;
};

struct Field {
  std::string id;  // unique in the form; compared without regard to ASCII case
  FieldType type = FieldType::text;
  std::string title;
  FieldRole role = FieldRole::none;
  bool required = false;
  bool hidden = false;
  bool read_only = false;
  bool unique = false;
  bool strict_options = false;  // refuse values that are no option
  std::string pattern;          // RE2 syntax, matches the whole text; empty: any
  std::string placeholder;
  std::vector<Option> options;
  FieldValue default_value;
  std::vector<Field> columns;  // subtable only; no nested subtables
  // Calculated by the server with every write, from fields and columns above it: form/formula.h.
  std::optional<expr::Expression> formula;
  std::string alias;  // a name for programs; empty: none
  friend bool operator==(const Field&, const Field&) = default;
};

struct FormDefinition {
  std::string key;
  std::string name;
  std::vector<Field> fields;

  // Compares ids without regard to ASCII case; null pointer when there is none.
  [[nodiscard]] const Field* find(std::string_view id) const;
  [[nodiscard]] const Field* find_role(FieldRole role) const;
  friend bool operator==(const FormDefinition&, const FormDefinition&) = default;
};

// Findings that forbid deployment: empty or duplicate ids, bad patterns, two fields of one role,
// nested subtables, options on a type without options, formulas that read what is not above them,
// aliases that two fields share, limits. Empty when all is well.
std::vector<FieldError> check(const FormDefinition& form);

}  // namespace cinnabar::form
