// The settings of nodes: our extension elements and what is understood of other tools'. Inside of
// the importer; docs/reference/bpmn.md is the reference of what is read here.
#pragma once

#include "domain/process/bpmn/xml.h"
#include "domain/process/definition.h"

#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

namespace cinnabar::process::bpmn {

class SettingsReader {
 public:
  // `form` may be null pointer: then field ids are taken as they are written.
  SettingsReader(Document& document, const form::FormDefinition* form)
      : document_(document), form_(form) {}

  std::vector<StartCheck> read_checks(const pugi::xml_node& start);
  UserTask read_user_task(const pugi::xml_node& element);
  // What holds for all tasks; before any of them is read.
  void read_process(const pugi::xml_node& process);
  std::optional<expr::Expression> read_title_rule(const pugi::xml_node& process);
  std::vector<Assignment> read_assignments(const pugi::xml_node& element);

 private:
  // Empty when the attribute is absent or wrong.
  std::optional<bool> read_flag(const pugi::xml_node& element, const char* name);
  void read_foreign_attributes(const pugi::xml_node& element, UserTask& task);
  void read_timing(const pugi::xml_node& element, UserTask& task);
  void read_policies(const pugi::xml_node& element, UserTask& task);
  void read_participants(const pugi::xml_node& element, UserTask& task);
  void read_relative_participants(const pugi::xml_node& element, UserTask& task);
  void read_completion(const pugi::xml_node& element, UserTask& task);
  std::vector<VoteWeight> read_weights(const pugi::xml_node& element);
  void read_repeated_task(const pugi::xml_node& element, UserTask& task, bool has_rule);
  void read_quick_action(const pugi::xml_node& element, UserTask& task);
  void read_field_access(const pugi::xml_node& element, UserTask& task);
  void read_foreign_people(const pugi::xml_node& element, std::string_view attribute,
                           std::string_view list, UserTask& task);
  void read_zeebe_people(const pugi::xml_node& element, UserTask& task);
  void add_foreign_expression(const pugi::xml_node& element, std::string_view value,
                              UserTask& task);
  void add_foreign_person(const pugi::xml_node& element, std::string_view value, UserTask& task);
  void check_attributes(const pugi::xml_node& element,
                        std::initializer_list<std::string_view> known);
  template <typename Enum, std::size_t N>
  void read_choice(const pugi::xml_node& element, const char* attribute,
                   const std::array<std::pair<std::string_view, Enum>, N>& choices, Enum& into);
  std::optional<std::string_view> require(const pugi::xml_node& element, const char* attribute);
  [[nodiscard]] std::string field_id(std::string_view written) const;

  Document& document_;
  const form::FormDefinition* form_;
  std::optional<bool> allow_batch_;  // of the process
};

// True for a multi-instance that repeats the task itself, not only for its participants.
bool has_own_loop_data(const pugi::xml_node& multi_instance);

}  // namespace cinnabar::process::bpmn
