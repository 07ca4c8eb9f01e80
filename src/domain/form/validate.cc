#include "domain/form/validate.h"

#include "domain/expr/pattern.h"
#include "domain/form/value_types.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <utility>

namespace cinnabar::form {
namespace {

bool is_blank(const FieldValue& value) {
  if (const auto* assignee = value.get<AssigneeRef>()) {
    return !assignee->user.is_assigned() && !assignee->group.is_assigned();
  }
  return is_empty(value);
}

// Fields that nobody fills in are never demanded.
bool can_be_required(const Field& field) {
  return field.type != FieldType::label && field.type != FieldType::serial && !field.formula;
}

class Validation {
 public:
  Validation(const org::Directory& directory, bool check_rules)
      : directory_(directory), check_rules_(check_rules) {}

  // A value that is not Null. `stored` is what the record holds, or null pointer: people and groups
  // that were there before may stay after they left.
  void check_value(const Field& field, const std::string& id, const FieldValue& value,
                   const FieldValue* stored, bool check_required) {
    if (!has_type(field, value)) {
      add(id, reasons::kFieldWrongType,
          "expected a value of type " + std::string(name(field.type)));
      return;
    }
    count_bytes(id, value);
    if (const auto* text = value.get<std::string>()) return check_text(field, id, *text);
    if (const auto* list = value.get<FieldValue::List>()) {
      return check_list(field, id, *list, stored);
    }
    if (const auto* table = value.get<FieldValue::Table>()) {
      return check_table(field, id, *table, check_required);
    }
    if (stored == nullptr || *stored != value) check_reference(id, value);
  }

  void add(std::string id, Reason reason, std::string detail) {
    errors_.push_back({std::move(id), reason, std::move(detail)});
  }

  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  void count_bytes(const std::string& id, const FieldValue& value) {
    std::size_t bytes = 16;
    if (const auto* text = value.get<std::string>()) bytes += text->size();
    const bool fitted = bytes_ <= limits::kRecordBytesMax;
    bytes_ += bytes;
    if (fitted && bytes_ > limits::kRecordBytesMax) {
      add(id, reasons::kFieldTooLong, "the values of this submission are too long together");
    }
  }

  void check_text(const Field& field, const std::string& id, const std::string& text) {
    if (text.size() > limits::kFieldTextBytesMax) {
      add(id, reasons::kFieldTooLong,
          "at most " + std::to_string(limits::kFieldTextBytesMax) + " bytes");
      return;
    }
    if (text.empty() || !check_rules_) return;
    if (!field.pattern.empty() && !expr::matches_fully(text, field.pattern)) {
      add(id, reasons::kFieldPatternMismatch, "must match " + field.pattern);
    }
    check_option(field, id, text);
  }

  void check_option(const Field& field, const std::string& id, const std::string& text) {
    if (!field.strict_options) return;
    if (std::ranges::find(field.options, text, &Option::value) != field.options.end()) return;
    add(id, reasons::kFieldOptionUnknown, "no option has this value");
  }

  void check_list(const Field& field, const std::string& id, const FieldValue::List& list,
                  const FieldValue* stored) {
    if (list.size() > limits::kSubtableRowsMax) {
      add(id, reasons::kFieldTooLong,
          "at most " + std::to_string(limits::kSubtableRowsMax) + " elements");
      return;
    }
    const auto* before = stored == nullptr ? nullptr : stored->get<FieldValue::List>();
    for (const FieldValue& element : list) {
      const std::size_t errors = errors_.size();
      count_bytes(id, element);
      if (const auto* text = element.get<std::string>()) {
        check_text(field, id, *text);
      } else if (before == nullptr || std::ranges::find(*before, element) == before->end()) {
        check_reference(id, element);
      }
      if (errors_.size() != errors) return;  // one finding per list is enough
    }
  }

  void check_reference(const std::string& id, const FieldValue& value) {
    if (!check_rules_) return;
    if (const auto* user = value.get<UserRef>()) {
      check_user(id, user->user);
    } else if (const auto* group = value.get<GroupRef>()) {
      check_group(id, group->group);
    } else if (const auto* assignee = value.get<AssigneeRef>()) {
      if (assignee->group.is_assigned()) check_group(id, assignee->group);
      if (assignee->user.is_assigned()) check_user(id, assignee->user);
    }
  }

  void check_user(const std::string& id, UserId user) {
    if (directory_.is_active(user)) return;
    add(id, reasons::kUserUnknown, "no active user " + std::to_string(user.value()));
  }

  void check_group(const std::string& id, GroupId group) {
    if (directory_.group_exists(group)) return;
    add(id, reasons::kGroupUnknown, "no group " + std::to_string(group.value()));
  }

  void check_table(const Field& field, const std::string& id, const FieldValue::Table& table,
                   bool check_required) {
    if (table.size() > limits::kSubtableRowsMax) {
      add(id, reasons::kFieldTooLong,
          "at most " + std::to_string(limits::kSubtableRowsMax) + " rows");
      return;
    }
    for (std::size_t row = 0; row < table.size(); ++row) {
      check_row(field, id + "[" + std::to_string(row) + "].", table[row], check_required);
    }
  }

  void check_row(const Field& table, const std::string& prefix, const FieldValues& row,
                 bool check_required) {
    // A row may carry its own id beside its columns.
    std::size_t known = row.contains(kRowId) ? 1 : 0;
    for (const Field& column : table.columns) {
      const auto it = row.find(column.id);
      if (it != row.end()) ++known;
      const bool is_set = it != row.end() && !it->second.is_null();
      // Subtables in subtables are refused when a form is made, so this goes one level deep.
      if (is_set && column.type != FieldType::subtable) {
        check_value(column, prefix + column.id, it->second, nullptr, check_required);
      }
      if (check_required && column.required && !column.hidden && can_be_required(column) &&
          (!is_set || is_blank(it->second))) {
        add(prefix + column.id, reasons::kFieldRequired, "must not be empty");
      }
    }
    if (known == row.size()) return;
    for (const auto& [id, value] : row) {
      if (id == kRowId) continue;
      if (std::ranges::find(table.columns, id, &Field::id) == table.columns.end()) {
        add(prefix + id, reasons::kFieldUnknown, "the table has no such column");
      }
    }
  }

  const org::Directory& directory_;
  bool check_rules_;
  std::vector<FieldError> errors_;
  std::size_t bytes_ = 0;
};

const FieldValue* find_value(const FieldValues* values, const std::string& id) {
  if (values == nullptr) return nullptr;
  const auto it = values->find(id);
  return it == values->end() ? nullptr : &it->second;
}

bool is_required(const Field& field, const NodeFields* access) {
  bool required = field.required;
  bool hidden = field.hidden;
  if (access != nullptr) {
    if (const auto it = access->find(field.id); it != access->end()) {
      required = it->second.required.value_or(required);
      hidden = it->second.hidden.value_or(hidden);
    }
  }
  return required && !hidden && can_be_required(field);
}

}  // namespace

std::vector<FieldError> validate(const FormDefinition& form, const Submission& submission,
                                 const org::Directory& directory) {
  Validation validation(directory, submission.check_rules);
  std::size_t known = 0;
  for (const Field& field : form.fields) {
    const FieldValue* stored = find_value(submission.stored, field.id);
    const FieldValue* submitted = find_value(submission.submitted, field.id);
    if (submitted != nullptr) ++known;
    if (submitted != nullptr && !submitted->is_null()) {
      validation.check_value(field, field.id, *submitted, stored, submission.check_required);
    }
    if (!submission.check_required || !is_required(field, submission.access)) continue;
    const FieldValue* merged = submitted != nullptr ? submitted : stored;
    if (merged == nullptr || is_blank(*merged)) {
      validation.add(field.id, reasons::kFieldRequired, "must not be empty");
    }
  }
  if (submission.submitted != nullptr && known != submission.submitted->size()) {
    for (const auto& [id, value] : *submission.submitted) {
      if (std::ranges::find(form.fields, id, &Field::id) == form.fields.end()) {
        validation.add(id, reasons::kFieldUnknown, "the form has no such field");
      }
    }
  }
  return validation.take();
}

FieldValues merge(FieldValues stored, const FieldValues& submitted) {
  for (const auto& [id, value] : submitted) {
    if (value.is_null()) {
      stored.erase(id);
    } else {
      stored.insert_or_assign(id, value);
    }
  }
  return stored;
}

FieldValues defaults_for(const FormDefinition& form, const FieldValues& submitted) {
  FieldValues defaults;
  for (const Field& field : form.fields) {
    if (field.default_value.is_null() || submitted.contains(field.id)) continue;
    defaults.emplace(field.id, field.default_value);
  }
  return defaults;
}

}  // namespace cinnabar::form
