// The settings of nodes: our extension elements and what is understood of other tools'. Inside of
// the importer; docs/reference/bpmn.md is the reference of what is read here.
#pragma once

#include "domain/process/bpmn/xml.h"
#include "domain/process/definition.h"

namespace cinnabar::process::bpmn {

class SettingsReader {
 public:
  // `form` may be null pointer: then field ids are taken as they are written.
  SettingsReader(Document& document, const form::FormDefinition* form)
      : document_(document), form_(form) {}

  StartEvent read_start_event(const pugi::xml_node& element);
  UserTask read_user_task(const pugi::xml_node& element);
  std::optional<expr::Expression> read_title_rule(const pugi::xml_node& process);
  // Elements that have no settings: whatever is there is named in a finding.
  void read_nothing(const pugi::xml_node& element);

 private:
  void read_user_task_attributes(const pugi::xml_node& element, UserTask& task);
  void read_user_task_child(const pugi::xml_node& child, UserTask& task);
  void read_multi_instance(const pugi::xml_node& element, UserTask& task, bool has_rule);
  void read_participants(const pugi::xml_node& element, UserTask& task);
  void read_completion(const pugi::xml_node& element, UserTask& task);
  void read_quick_action(const pugi::xml_node& element, UserTask& task);
  void read_field_access(const pugi::xml_node& element, UserTask& task);
  std::vector<Assignment> read_assignments(const pugi::xml_node& element);
  void read_foreign_people(const pugi::xml_node& element, const pugi::xml_attribute& attribute,
                           UserTask& task);
  void add_foreign_person(const pugi::xml_node& element, std::string_view value, UserTask& task);

  // Extension elements of ours below `element`; others are listed as ignored.
  std::vector<pugi::xml_node> own_extensions(const pugi::xml_node& element);
  void refuse(const pugi::xml_node& extension);
  void check_attributes(const pugi::xml_node& element,
                        std::initializer_list<std::string_view> known);
  void ignore_attribute(const pugi::xml_node& element, const pugi::xml_attribute& attribute);
  std::optional<std::string_view> require(const pugi::xml_node& element, const char* attribute);
  [[nodiscard]] std::string field_id(std::string_view written) const;

  Document& document_;
  const form::FormDefinition* form_;
};

}  // namespace cinnabar::process::bpmn
