#include "domain/form/form_definition.h"

#include "base/text.h"
#include "domain/expr/pattern.h"
#include "domain/form/value_types.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <array>
#include <set>

namespace cinnabar::form {
namespace {

constexpr std::array kTypeNames = {
    std::string_view{"text"},     std::string_view{"long_text"},    std::string_view{"number"},
    std::string_view{"boolean"},  std::string_view{"date"},         std::string_view{"datetime"},
    std::string_view{"select"},   std::string_view{"multi_select"}, std::string_view{"user"},
    std::string_view{"users"},    std::string_view{"group"},        std::string_view{"groups"},
    std::string_view{"assignee"}, std::string_view{"file"},         std::string_view{"subtable"},
    std::string_view{"address"},  std::string_view{"serial"},       std::string_view{"label"},
};
static_assert(kTypeNames.size() == static_cast<std::size_t>(FieldType::label) + 1);

constexpr std::array kRoleNames = {
    std::string_view{"none"},  std::string_view{"title"},    std::string_view{"status"},
    std::string_view{"level"}, std::string_view{"assignee"},
};
static_assert(kRoleNames.size() == static_cast<std::size_t>(FieldRole::assignee) + 1);

bool may_have_options(FieldType type) {
  return type == FieldType::select || type == FieldType::multi_select;
}

bool may_have_pattern(FieldType type) {
  return type == FieldType::text || type == FieldType::long_text || type == FieldType::address ||
         type == FieldType::serial;
}

class Checker {
 public:
  void check_fields(const std::vector<Field>& fields, const std::string& prefix, bool is_column) {
    std::set<std::string> seen;
    std::set<FieldRole> roles;
    for (const Field& field : fields) {
      const std::string id = prefix + field.id;
      if (field.id.empty() || field.id.size() > limits::kNameBytesMax) {
        add(id, reasons::kArgumentMalformed, "a field needs an id of 1 to 200 bytes");
      } else if (!seen.insert(to_lower_ascii(field.id)).second) {
        add(id, reasons::kNameTaken, "another field has this id");
      }
      if (field.role != FieldRole::none && !roles.insert(field.role).second) {
        add(id, reasons::kNameTaken, "another field has the role " + std::string(name(field.role)));
      }
      if (is_column && field.role != FieldRole::none) {
        add(id, reasons::kArgumentMalformed, "a column can not have a role");
      }
      check_field(field, id, is_column);
    }
  }

  void add(std::string id, Reason reason, std::string detail) {
    errors_.push_back({std::move(id), reason, std::move(detail)});
  }

  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  void check_field(const Field& field, const std::string& id, bool is_column) {
    if (!field.pattern.empty() && !may_have_pattern(field.type)) {
      add(id, reasons::kArgumentMalformed, "only text fields may have a pattern");
    } else if (!field.pattern.empty() && !expr::is_pattern(field.pattern)) {
      add(id, reasons::kArgumentMalformed, "the pattern is no regular expression (RE2 syntax)");
    }
    if (!field.options.empty() && !may_have_options(field.type)) {
      add(id, reasons::kArgumentMalformed, "only select fields may have options");
    }
    if (field.strict_options && field.options.empty()) {
      add(id, reasons::kArgumentMalformed, "strict options need at least one option");
    }
    if (!field.default_value.is_null() && !has_type(field, field.default_value)) {
      add(id, reasons::kFieldWrongType,
          "the default value does not fit a field of type " + std::string(name(field.type)));
    }
    check_columns(field, id, is_column);
  }

  void check_columns(const Field& field, const std::string& id, bool is_column) {
    if (field.type != FieldType::subtable) {
      if (!field.columns.empty()) {
        add(id, reasons::kArgumentMalformed, "only subtables may have columns");
      }
      return;
    }
    if (is_column) {
      add(id, reasons::kArgumentMalformed, "a subtable can not hold a subtable");
      return;
    }
    if (field.columns.size() > limits::kFormFieldsMax) {
      add(id, reasons::kLimitExceeded, "too many columns");
      return;
    }
    check_fields(field.columns, id + ".", true);
  }

  std::vector<FieldError> errors_;
};

}  // namespace

std::string_view name(FieldType type) {
  return kTypeNames[static_cast<std::size_t>(type)];
}

std::string_view name(FieldRole role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

std::optional<FieldType> parse_field_type(std::string_view text) {
  for (std::size_t i = 0; i < kTypeNames.size(); ++i) {
    if (kTypeNames[i] == text) return static_cast<FieldType>(i);
  }
  return std::nullopt;
}

std::optional<FieldRole> parse_field_role(std::string_view text) {
  for (std::size_t i = 0; i < kRoleNames.size(); ++i) {
    if (kRoleNames[i] == text) return static_cast<FieldRole>(i);
  }
  return std::nullopt;
}

const Field* FormDefinition::find(std::string_view id) const {
  for (const Field& field : fields) {
    if (equals_ignore_ascii_case(field.id, id)) return &field;
  }
  return nullptr;
}

const Field* FormDefinition::find_role(FieldRole role) const {
  for (const Field& field : fields) {
    if (field.role == role) return &field;
  }
  return nullptr;
}

std::vector<FieldError> check(const FormDefinition& form) {
  Checker checker;
  if (form.fields.size() > limits::kFormFieldsMax) {
    checker.add("", reasons::kLimitExceeded, "a form has at most 1000 fields");
    return checker.take();
  }
  checker.check_fields(form.fields, "", false);
  return checker.take();
}

}  // namespace cinnabar::form
