#include "domain/process/bpmn/import.h"

#include "base/text.h"
#include "domain/process/bpmn/settings.h"
#include "domain/process/bpmn/xml.h"
#include "domain/process/node_types.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace cinnabar::process::bpmn {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

// Drawn or written for people; executing it would do nothing.
constexpr std::array<std::string_view, 10> kQuietInProcess = {
    "documentation",      "extensionElements", "laneSet",     "dataObject", "dataObjectReference",
    "dataStoreReference", "textAnnotation",    "association", "group",      "artifact"};
constexpr std::array<std::string_view, 4> kQuietInNode = {"documentation", "extensionElements",
                                                          "incoming", "outgoing"};
constexpr std::array<std::string_view, 5> kQuietInDefinitions = {
    "process", "collaboration", "documentation", "extensionElements", "category"};

constexpr std::array<std::string_view, 6> kFollowUps = {
    "node_unreachable",    "node_has_no_outgoing", "start_event_has_no_outgoing",
    "start_event_missing", "end_event_missing",    "flow_condition_missing"};

class Importer {
 public:
  explicit Importer(const form::FormDefinition* form) : form_(form), settings_(document_, form) {}

  Imported run(std::string_view xml) {
    if (document_.load(xml)) {
      check_ids();
      check_definitions();
      if (const pugi::xml_node process = choose_process()) read_process(process);
    }
    Imported imported;
    if (definition_ != nullptr) add_structure_findings();
    if (!document_.has_errors()) imported.definition = std::move(definition_);
    imported.findings = document_.take_findings();
    return imported;
  }

 private:
  // What could not be read leaves gaps, and findings that only repeat those help nobody.
  void add_structure_findings() {
    const bool has_gaps = document_.has_errors();
    for (Finding& finding : validate(*definition_, form_)) {
      if (has_gaps && is_one_of(finding.rule, kFollowUps)) continue;
      document_.add(std::move(finding));
    }
  }

  // An id names one thing in the whole document. Walks without recursion; the depth is bounded.
  void check_ids() {
    std::set<std::string_view> ids;
    const pugi::xml_node root = document_.root();
    pugi::xml_node at = root;
    while (at) {
      if (at.type() == pugi::node_element && namespace_of(at) == kBpmn) {
        const auto id = Document::attribute(at, "id");
        if (id && !ids.insert(*id).second) {
          document_.error("id_repeated", at,
                          "another element has the id " + std::string(*id) + "; rename one");
        }
      }
      if (at.first_child()) {
        at = at.first_child();
        continue;
      }
      while (at && at != root && !at.next_sibling()) at = at.parent();
      at = at == root ? pugi::xml_node() : at.next_sibling();
    }
  }

  void check_definitions() {
    for (const pugi::xml_node child : document_.root().children()) {
      if (child.type() != pugi::node_element || namespace_of(child) != kBpmn) continue;
      const std::string_view name = local_name(child.name());
      if (is_one_of(name, kQuietInDefinitions)) continue;
      document_.warn("element_ignored", child, std::string(name) + " is kept but has no effect");
    }
  }

  pugi::xml_node choose_process() {
    std::vector<pugi::xml_node> all;
    std::vector<pugi::xml_node> executable;
    for (const pugi::xml_node child : document_.root().children()) {
      if (!is_element(child, kBpmn, "process")) continue;
      all.push_back(child);
      if (document_.boolean(child, child.attribute("isExecutable")).value_or(false)) {
        executable.push_back(child);
      }
    }
    if (all.size() == 1) return all.front();
    if (executable.size() == 1) return executable.front();
    if (all.empty()) {
      document_.error("process_missing", document_.root(), "the document has no <process>");
    } else {
      document_.error("process_ambiguous", all.back(),
                      "of several processes exactly one must have isExecutable=\"true\"");
    }
    return {};
  }

  void read_process(const pugi::xml_node& process) {
    definition_ = std::make_shared<ProcessDefinition>();
    definition_->key = process.attribute("id").value();
    definition_->name = process.attribute("name").value();
    if (definition_->key.empty()) {
      document_.error("id_missing", process, "give the process an id");
    }
    if (definition_->name.empty()) definition_->name = definition_->key;
    definition_->title_rule = settings_.read_title_rule(process);
    std::vector<pugi::xml_node> flows;
    for (const pugi::xml_node child : process.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string_view name = local_name(child.name());
      if (namespace_of(child) != kBpmn) {
        document_.warn("extension_ignored", child,
                       std::string(child.name()) + " is kept but has no effect");
      } else if (name == "sequenceFlow") {
        flows.push_back(child);
      } else if (!is_one_of(name, kQuietInProcess)) {
        read_node(child);
      }
    }
    for (const pugi::xml_node& flow : flows) read_flow(flow);
    for (const auto& [element, index] : elements_) {
      read_default(element, index);
      check_references(element, index);
    }
  }

  // The event definition inside of an event, or an empty name. More than one is refused.
  std::string_view event_definition_of(const pugi::xml_node& element) {
    std::string_view found;
    for (const pugi::xml_node child : element.children()) {
      if (child.type() != pugi::node_element || namespace_of(child) != kBpmn) continue;
      const std::string_view name = local_name(child.name());
      if (!name.ends_with("EventDefinition") && name != "eventDefinitionRef") continue;
      if (!found.empty()) {
        document_.error("element_unsupported", child, "an event has at most one definition here");
      }
      found = name;
    }
    return found;
  }

  const NodeBehavior* find_type(const pugi::xml_node& element) {
    const std::string_view name = local_name(element.name());
    const std::string_view event = event_definition_of(element);
    for (const NodeBehavior* type : node_types()) {
      if (type->element == name && type->event_definition == event) return type;
    }
    document_.error("element_unsupported", element,
                    std::string(name) + (event.empty() ? "" : " with " + std::string(event)) +
                        " is not executed; use another element");
    return nullptr;
  }

  void read_node(const pugi::xml_node& element) {
    const NodeBehavior* type = find_type(element);
    if (type == nullptr) return;
    if (definition_->nodes.size() >= limits::kDefinitionNodesMax) {
      if (definition_->nodes.size() == limits::kDefinitionNodesMax && !is_too_large_) {
        is_too_large_ = true;
        document_.error("definition_too_large", element, "a process has at most 2000 nodes");
      }
      return;
    }
    Node node;
    node.id = element.attribute("id").value();
    node.name = element.attribute("name").value();
    node.kind = type->kind;
    node.line = document_.line_of(element);
    if (node.id.empty()) {
      document_.error("id_missing", element, "give this element an id");
      return;
    }
    check_children(element, *type);
    check_activity(element);
    if (type->kind == NodeKind::start_event) {
      definition_->start = static_cast<NodeIndex>(definition_->nodes.size());
      node.settings = settings_.read_start_event(element);
    } else if (type->kind == NodeKind::user_task) {
      node.settings = settings_.read_user_task(element);
    } else {
      settings_.read_nothing(element);
    }
    const auto index = static_cast<NodeIndex>(definition_->nodes.size());
    by_id_.emplace(node.id, index);
    elements_.emplace_back(element, index);
    definition_->nodes.push_back(std::move(node));
  }

  void check_children(const pugi::xml_node& element, const NodeBehavior& type) {
    for (const pugi::xml_node child : element.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string_view name = local_name(child.name());
      if (namespace_of(child) != kBpmn) {
        document_.warn("extension_ignored", child,
                       std::string(child.name()) + " is kept but has no effect");
      } else if (name == "standardLoopCharacteristics" ||
                 (name == "multiInstanceLoopCharacteristics" && type.kind != NodeKind::user_task)) {
        document_.error("element_unsupported", child,
                        std::string(name) + " is not executed here; draw the loop instead");
      } else if (!is_one_of(name, kQuietInNode) && name != type.event_definition &&
                 name != "multiInstanceLoopCharacteristics") {
        document_.warn("element_ignored", child, std::string(name) + " is kept but has no effect");
      }
    }
  }

  void check_activity(const pugi::xml_node& element) {
    for (const char* attribute : {"startQuantity", "completionQuantity"}) {
      const auto value = Document::attribute(element, attribute);
      if (value && trim(*value) != "1") {
        document_.error("attribute_value", element,
                        std::string(attribute) + " other than 1 is not executed");
      }
    }
    const pugi::xml_attribute compensation = element.attribute("isForCompensation");
    if (document_.boolean(element, compensation).value_or(false)) {
      document_.error("element_unsupported", element, "compensation is not executed");
    }
  }

  std::optional<NodeIndex> flow_end(const pugi::xml_node& element, const char* attribute,
                                    const char* rule) {
    const auto reference = Document::attribute(element, attribute);
    const auto it = by_id_.find(trim(reference.value_or("")));
    if (it != by_id_.end()) return it->second;
    document_.error(rule, element,
                    std::string(attribute) + " names no node of this process: \"" +
                        std::string(reference.value_or("")) + "\"");
    return std::nullopt;
  }

  void read_flow(const pugi::xml_node& element) {
    if (definition_->flows.size() >= limits::kDefinitionFlowsMax) {
      if (!is_too_large_) {
        is_too_large_ = true;
        document_.error("definition_too_large", element, "a process has at most 4000 flows");
      }
      return;
    }
    SequenceFlow flow;
    flow.id = element.attribute("id").value();
    flow.name = element.attribute("name").value();
    flow.line = document_.line_of(element);
    if (flow.id.empty()) {
      document_.error("id_missing", element, "give this sequence flow an id");
      return;
    }
    const auto source = flow_end(element, "sourceRef", "flow_source_missing");
    const auto target = flow_end(element, "targetRef", "flow_target_missing");
    flow.condition = read_condition(element);
    settings_.read_nothing(element);
    if (!source || !target) return;
    flow.source = *source;
    flow.target = *target;
    const auto index = static_cast<FlowIndex>(definition_->flows.size());
    flows_by_id_.emplace(flow.id, index);
    definition_->nodes[*source].outgoing.push_back(index);
    definition_->nodes[*target].incoming.push_back(index);
    definition_->flows.push_back(std::move(flow));
  }

  std::optional<expr::Expression> read_condition(const pugi::xml_node& flow) {
    std::optional<expr::Expression> condition;
    for (const pugi::xml_node child : flow.children()) {
      if (!is_element(child, kBpmn, "conditionExpression")) continue;
      const std::string_view text = trim(child.text().get());
      if (text.empty()) {
        document_.warn("condition_empty", flow, "an empty condition is no condition; remove it");
      } else {
        condition = document_.expression(flow, text);
      }
    }
    return condition;
  }

  void read_default(const pugi::xml_node& element, NodeIndex index) {
    const auto reference = Document::attribute(element, "default");
    if (!reference || reference->empty()) return;
    Node& node = definition_->nodes[index];
    if (node.kind == NodeKind::parallel_gateway || node.kind == NodeKind::start_event ||
        node.kind == NodeKind::end_event || node.kind == NodeKind::terminate_end_event) {
      document_.error("default_flow_misplaced", element,
                      "this element can not have a default flow");
      return;
    }
    const auto it = flows_by_id_.find(*reference);
    if (it == flows_by_id_.end() || definition_->flows[it->second].source != index) {
      document_.error("default_flow_unknown", element,
                      "default names no flow that leaves this element: " + std::string(*reference));
      return;
    }
    node.default_flow = it->second;
  }

  // The flows say how nodes are connected; what <incoming> and <outgoing> say must agree.
  void check_references(const pugi::xml_node& element, NodeIndex index) {
    for (const pugi::xml_node child : element.children()) {
      const bool is_incoming = is_element(child, kBpmn, "incoming");
      if (!is_incoming && !is_element(child, kBpmn, "outgoing")) continue;
      const std::string id(trim(child.text().get()));
      const auto it = flows_by_id_.find(local_name(id));
      if (it == flows_by_id_.end()) {
        document_.error("flow_reference_missing", element, "there is no sequence flow " + id);
        continue;
      }
      const SequenceFlow& flow = definition_->flows[it->second];
      if ((is_incoming ? flow.target : flow.source) == index) continue;
      document_.error("flow_reference_wrong", element,
                      "the sequence flow " + id + " is not connected to this element");
    }
  }

  Document document_;
  const form::FormDefinition* form_;
  SettingsReader settings_;
  std::shared_ptr<ProcessDefinition> definition_;
  std::map<std::string, NodeIndex, std::less<>> by_id_;
  std::map<std::string, FlowIndex, std::less<>> flows_by_id_;
  std::vector<std::pair<pugi::xml_node, NodeIndex>> elements_;
  bool is_too_large_ = false;
};

}  // namespace

Imported import(std::string_view xml, const form::FormDefinition* form) {
  return Importer(form).run(xml);
}

}  // namespace cinnabar::process::bpmn
