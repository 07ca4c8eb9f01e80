// Automatic activities, loops, and the data that goes in and out of activities. Inside of the
// importer. Borrows the document. Thread: one.
#pragma once

#include "domain/process/bpmn/events.h"
#include "domain/process/bpmn/xml.h"
#include "domain/process/definition.h"

#include <optional>
#include <string>
#include <vector>

namespace cinnabar::process::bpmn {

class ActivityReader {
 public:
  ActivityReader(Document& document, EventReader& events) : document_(document), events_(events) {}

  ScriptTask read_script(const pugi::xml_node& element);
  NodeSettings read_service(const pugi::xml_node& element);
  NodeSettings read_send(const pugi::xml_node& element);
  NodeSettings read_receive(const pugi::xml_node& element);
  // Its mappings go to the node, too.
  CallActivity read_call(const pugi::xml_node& element, Node& node);
  // After its mappings, which may say what the loop is over.
  Loop read_loop(const pugi::xml_node& element, const Node& node);
  // Inputs and outputs of every way to write them.
  void read_mappings(const pugi::xml_node& element, Node& node);
  // Variables that a process or sub-process declares with a value.
  std::vector<Mapping> read_variables(const pugi::xml_node& scope);
  void check_quantities(const pugi::xml_node& element);

 private:
  std::optional<ServiceTask> read_job(const pugi::xml_node& element);
  void read_retries(const pugi::xml_node& element, std::string_view text, ServiceTask& task);
  StandardLoop read_standard_loop(const pugi::xml_node& loop);
  MultiInstance read_multi_instance(const pugi::xml_node& loop, const Node& node);
  void read_multi_instance_attributes(const pugi::xml_node& loop, MultiInstance& multi);
  void read_call_data(const pugi::xml_node& element, CallActivity& call, Node& node);
  void read_parameters(const pugi::xml_node& element, Node& node);
  void read_associations(const pugi::xml_node& element, Node& node);
  void add_mapping(const pugi::xml_node& at, std::string_view target, std::string_view value,
                   std::vector<Mapping>& into);
  std::optional<expr::Expression> parameter_value(const pugi::xml_node& parameter);
  std::optional<expr::Expression> name_expression(const pugi::xml_node& at, std::string_view name);
  // The name of what a reference to a data object, input or output means.
  std::string data_name(std::string_view reference);

  Document& document_;
  EventReader& events_;
};

}  // namespace cinnabar::process::bpmn
