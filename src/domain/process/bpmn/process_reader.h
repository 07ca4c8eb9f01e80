// One <process> of a document -> a process definition: its scopes, nodes and flows. Inside of the
// importer. Borrows the document. Thread: one.
#pragma once

#include "domain/process/bpmn/activities.h"
#include "domain/process/bpmn/events.h"
#include "domain/process/bpmn/roots.h"
#include "domain/process/bpmn/settings.h"
#include "domain/process/bpmn/xml.h"
#include "domain/process/node_behavior.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::process::bpmn {

class ProcessReader {
 public:
  ProcessReader(Document& document, RootElements& roots, const form::FormDefinition* form)
      : document_(document),
        settings_(document, form),
        events_(document, roots),
        activities_(document, events_) {}

  // Finished, but not validated.
  std::shared_ptr<ProcessDefinition> read(const pugi::xml_node& process);

 private:
  void read_scope(const pugi::xml_node& container, ScopeIndex scope, bool is_event_sub_process);
  void read_node(const pugi::xml_node& element, ScopeIndex scope, bool is_event_sub_process);
  const NodeBehavior* find_type(const pugi::xml_node& element);
  bool has_room(const pugi::xml_node& element);
  NodeSettings read_settings(const pugi::xml_node& element, Node& node, bool is_event_sub_process);
  NodeSettings read_sub_process(const pugi::xml_node& element);
  NodeSettings read_event_gateway(const pugi::xml_node& element);
  void check_children(const pugi::xml_node& element, const Node& node);
  void check_direction(const pugi::xml_node& element, const Node& node);
  void read_flow(const pugi::xml_node& element);
  std::optional<NodeIndex> flow_end(const pugi::xml_node& element, const char* attribute,
                                    const char* rule);
  std::optional<expr::Expression> read_condition(const pugi::xml_node& flow);
  void read_default(const pugi::xml_node& element, NodeIndex index);
  void check_references(const pugi::xml_node& element, NodeIndex index);
  void read_attachment(const pugi::xml_node& element, NodeIndex index);
  void check_drawn_reference(const pugi::xml_node& element, const char* attribute);
  void check_lanes(const pugi::xml_node& lanes);
  void read_associations();
  void resolve_activity_references();

  Document& document_;
  SettingsReader settings_;
  EventReader events_;
  ActivityReader activities_;
  std::shared_ptr<ProcessDefinition> definition_;
  std::map<std::string, NodeIndex, std::less<>> by_id_;
  std::map<std::string, FlowIndex, std::less<>> flows_by_id_;
  std::vector<std::pair<pugi::xml_node, NodeIndex>> elements_;
  std::vector<pugi::xml_node> flows_;
  std::vector<pugi::xml_node> associations_;
  std::vector<pugi::xml_node> lanes_;
  bool is_too_large_ = false;
};

}  // namespace cinnabar::process::bpmn
