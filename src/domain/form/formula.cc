#include "domain/form/formula.h"

#include "base/text.h"
#include "domain/form/validate.h"
#include "domain/form/value_types.h"

#include <algorithm>
#include <utility>

namespace cinnabar::form {
namespace {

// A record as a formula sees it, and a row of one of its tables before it.
class RecordScope final : public expr::Scope {
 public:
  RecordScope(const FormDefinition& form, const FieldValues& fields, const Field* table = nullptr,
              const FieldValues* row = nullptr)
      : form_(form), fields_(fields), table_(table), row_(row) {}

  [[nodiscard]] std::optional<expr::Value> find(std::string_view name) const override {
    if (table_ != nullptr) {
      for (const Field& column : table_->columns) {
        if (equals_ignore_ascii_case(column.id, name)) return value_of(*row_, column.id);
      }
    }
    const Field* field = form_.find(name);
    if (field == nullptr) return std::nullopt;
    return value_of(fields_, field->id);
  }

 private:
  static expr::Value value_of(const FieldValues& values, const std::string& id) {
    const auto it = values.find(id);
    return it == values.end() ? expr::Value{} : expr::from_field(it->second);
  }

  const FormDefinition& form_;
  const FieldValues& fields_;
  const Field* table_;
  const FieldValues* row_;
};

void set(FieldValues& values, const Field& field, const expr::Scope& scope) {
  const auto result = field.formula->eval(scope);
  auto fitted = result ? fit(field, expr::to_field(*result)) : std::nullopt;
  if (fitted && !fitted->is_null()) {
    values.insert_or_assign(field.id, std::move(*fitted));
  } else {
    values.erase(field.id);
  }
}

bool has_column_formulas(const Field& field) {
  return std::ranges::any_of(field.columns,
                             [](const Field& column) { return column.formula.has_value(); });
}

void calculate_rows(const FormDefinition& form, const Field& field, FieldValues& fields) {
  const auto it = fields.find(field.id);
  const auto* stored = it == fields.end() ? nullptr : it->second.get<FieldValue::Table>();
  if (stored == nullptr) return;
  FieldValue::Table rows = *stored;
  for (FieldValues& row : rows) {
    for (const Field& column : field.columns) {
      if (column.formula) set(row, column, RecordScope(form, fields, &field, &row));
    }
  }
  it->second = FieldValue{std::move(rows)};
}

}  // namespace

bool has_formulas(const FormDefinition& form) {
  return std::ranges::any_of(form.fields, [](const Field& field) {
    return field.formula.has_value() || has_column_formulas(field);
  });
}

void calculate(const FormDefinition& form, FieldValues& fields) {
  for (const Field& field : form.fields) {
    if (field.formula) set(fields, field, RecordScope(form, fields));
    if (has_column_formulas(field)) calculate_rows(form, field, fields);
  }
}

FieldValues with_calculated(const FormDefinition& form, const FieldValues& stored,
                            FieldValues changes) {
  if (!has_formulas(form)) return changes;
  FieldValues after = merge(stored, changes);
  calculate(form, after);
  for (const Field& field : form.fields) {
    if (!field.formula && !has_column_formulas(field)) continue;
    const auto it = after.find(field.id);
    if (it != after.end()) {
      changes.insert_or_assign(field.id, it->second);
    } else if (field.formula) {
      changes.insert_or_assign(field.id, FieldValue{});
    }
  }
  return changes;
}

}  // namespace cinnabar::form
