// The steps of import_omf: reading loose JSON, fields, and one flow. Private to this door.
#pragma once

#include "api/dialects/omflow/import_omf.h"
#include "base/json.h"

#include <optional>
#include <set>

namespace cinnabar::omflow::omf {

// Findings about one file of the package.
class Report {
 public:
  Report(std::vector<services::PackageFinding>& findings, std::string path)
      : findings_(findings), path_(std::move(path)) {}
  void error(std::string_view rule, std::string_view element, std::string message) {
    add(rule, element, std::move(message), true);
  }
  void warn(std::string_view rule, std::string_view element, std::string message) {
    add(rule, element, std::move(message), false);
  }

 private:
  void add(std::string_view rule, std::string_view element, std::string message, bool is_error);

  std::vector<services::PackageFinding>& findings_;
  std::string path_;
};

// Exports hold objects as such or as text, and switches as true, "true" or 1.
Json structured(const Json* json);
std::string text_of(const Json* json);
bool is_true(const Json* json);
// True for null, "", [] and {}.
bool is_blank(const Json* json);
// A key of our own with only allowed characters, not in `taken`; adds it there.
std::string make_key(std::string_view name, std::set<std::string>& taken);

struct Field {
  std::string id;
  std::string type;  // our name of it
  Json json;         // as docs/reference/package.md describes it
  bool required = false;
  bool read_only = false;
  bool hidden = false;
};

struct Form {
  std::vector<Field> fields;
  [[nodiscard]] const Field* find(std::string_view id) const;
  // The field that says whom the work is assigned to; null pointer when there is none.
  [[nodiscard]] const Field* assignee() const;
};

Form read_form(const Json& form_object, Report& report);
std::string print_form(const Form& form, const std::string& key, const std::string& name);

// An operand of rules and settings: a constant, a field "#(ID)", a part of an assignee "#G1(ID)",
// or a variable "$(NAME)".
struct Operand {
  enum class Kind : std::uint8_t { constant, field, group_of, user_of, variable };
  Kind kind = Kind::constant;
  std::string text;  // the constant, field id or variable name
};
Operand parse_operand(std::string_view text);
// An expression that yields the constant in the shape of the field; nullopt when there is none.
std::optional<std::string> constant_expression(const Field& field, const std::string& text);
std::string text_expression(std::string_view text);

// One flow as a BPMN document. Adds fields that only single nodes have to `form`.
std::string convert_flow(const Json& flow, const std::string& key, const std::string& name,
                         Form& form, const OmfNames& names, Report& report);

}  // namespace cinnabar::omflow::omf
