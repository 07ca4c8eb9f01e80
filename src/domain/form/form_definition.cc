#include "domain/form/form_definition.h"

#include "base/text.h"
#include "domain/expr/pattern.h"
#include "domain/form/value_types.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
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

bool may_have_formula(FieldType type) {
  return type != FieldType::file && type != FieldType::subtable && type != FieldType::serial &&
         type != FieldType::label;
}

// For programs that write names without quotes.
bool is_alias(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= limits::kNameBytesMax && is_letter(text.front()) &&
         std::ranges::all_of(
             text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

class Checker {
 public:
  explicit Checker(const FormDefinition& form) : form_(form) {}

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
    check_aliases(fields, seen, prefix);
  }

  void add(std::string id, Reason reason, std::string detail) {
    errors_.push_back({std::move(id), reason, std::move(detail)});
  }

  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  void check_aliases(const std::vector<Field>& fields, std::set<std::string> taken,
                     const std::string& prefix) {
    for (const Field& field : fields) {
      if (field.alias.empty()) continue;
      if (!is_alias(field.alias)) {
        add(prefix + field.id, reasons::kArgumentMalformed,
            "an alias begins with a small letter; small letters, digits and _ follow");
      } else if (to_lower_ascii(field.id) != field.alias && !taken.insert(field.alias).second) {
        add(prefix + field.id, reasons::kNameTaken,
            "another field has the alias, or the id, " + field.alias);
      }
    }
  }

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
    check_formula(field, id, is_column);
    check_columns(field, id, is_column);
  }

  // What a formula may read: the fields above it, those without a formula anywhere, and for a
  // column the same of its table.
  void check_formula(const Field& field, const std::string& id, bool is_column) {
    if (!field.formula) return;
    if (!may_have_formula(field.type)) {
      add(id, reasons::kArgumentMalformed,
          "a field of type " + std::string(name(field.type)) + " can not be calculated");
    }
    if (field.required || field.unique || !field.default_value.is_null()) {
      add(id, reasons::kArgumentMalformed,
          "a calculated field is not required or unique and has no default value");
    }
    for (const std::string& read : field.formula->names()) {
      const auto reads = [&read](const Field& other) {
        const std::string_view whole = read;
        return equals_ignore_ascii_case(other.id, whole) ||
               (whole.size() > other.id.size() && whole[other.id.size()] == '.' &&
                equals_ignore_ascii_case(other.id, whole.substr(0, other.id.size())));
      };
      if (is_column && may_be_read(table_->columns, field, reads)) continue;
      if (!may_be_read(form_.fields, is_column ? *table_ : field, reads)) {
        add(id, reasons::kFieldUnknown, "the formula reads no field above it: " + read);
      }
    }
  }

  template <typename Reads>
  static bool may_be_read(const std::vector<Field>& fields, const Field& reader,
                          const Reads& reads) {
    bool is_above = true;
    for (const Field& other : fields) {
      if (&other == &reader) {
        is_above = false;
        continue;
      }
      const bool is_filled_in = !other.formula && other.columns.empty();
      if ((is_above || is_filled_in) && reads(other)) return true;
    }
    return false;
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
    table_ = &field;
    check_fields(field.columns, id + ".", true);
    table_ = nullptr;
  }

  const FormDefinition& form_;
  const Field* table_ = nullptr;  // whose columns are being checked
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
  Checker checker(form);
  if (form.fields.size() > limits::kFormFieldsMax) {
    checker.add("", reasons::kLimitExceeded, "a form has at most 1000 fields");
    return checker.take();
  }
  checker.check_fields(form.fields, "", false);
  return checker.take();
}

}  // namespace cinnabar::form
