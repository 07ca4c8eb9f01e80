#include "domain/process/bpmn/process_reader.h"

#include "base/text.h"
#include "domain/process/node_types.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>

namespace cinnabar::process::bpmn {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

// Drawn or written for people; executing it would do nothing.
constexpr std::array<std::string_view, 13> kQuietInScope = {
    "documentation",      "extensionElements", "laneSet",   "dataObject", "dataObjectReference",
    "dataStoreReference", "textAnnotation",    "group",     "artifact",   "property",
    "ioSpecification",    "auditing",          "monitoring"};
// Belongs to the node and is read, or is quiet.
constexpr std::array<std::string_view, 14> kKnownInNode = {"documentation",
                                                           "extensionElements",
                                                           "incoming",
                                                           "outgoing",
                                                           "ioSpecification",
                                                           "dataInputAssociation",
                                                           "dataOutputAssociation",
                                                           "dataInput",
                                                           "dataOutput",
                                                           "property",
                                                           "script",
                                                           "standardLoopCharacteristics",
                                                           "multiInstanceLoopCharacteristics",
                                                           "auditing"};
constexpr std::array<std::string_view, 2> kLoops = {"standardLoopCharacteristics",
                                                    "multiInstanceLoopCharacteristics"};

}  // namespace

std::shared_ptr<ProcessDefinition> ProcessReader::read(const pugi::xml_node& process) {
  definition_ = std::make_shared<ProcessDefinition>();
  definition_->key = process.attribute("id").value();
  definition_->name = process.attribute("name").value();
  if (definition_->key.empty()) {
    document_.error("id_missing", process, "give the process an id");
  }
  if (definition_->name.empty()) definition_->name = definition_->key;
  definition_->title_rule = settings_.read_title_rule(process);
  settings_.read_process(process);
  definition_->scopes.front().variables = activities_.read_variables(process);
  document_.report_left_over(process);
  read_scope(process, 0, false);
  for (const pugi::xml_node& flow : flows_) read_flow(flow);
  for (const auto& [element, index] : elements_) {
    read_default(element, index);
    check_references(element, index);
    read_attachment(element, index);
    check_direction(element, definition_->nodes[index]);
  }
  for (const pugi::xml_node& lanes : lanes_) check_lanes(lanes);
  read_associations();
  resolve_activity_references();
  definition_->finish();
  return definition_;
}

// Depth is that of the document, which is bounded.
void ProcessReader::read_scope(const pugi::xml_node& container, ScopeIndex scope,
                               bool is_event_sub_process) {
  const bool is_process = scope == 0;
  for (const pugi::xml_node child : container.children()) {
    if (child.type() != pugi::node_element) continue;
    const std::string_view name = local_name(child.name());
    if (namespace_of(child) != kBpmn) {
      document_.warn("extension_ignored", child,
                     std::string(child.name()) + " is kept but has no effect");
    } else if (name == "sequenceFlow") {
      flows_.push_back(child);
    } else if (name == "association") {
      associations_.push_back(child);
    } else if (name == "laneSet") {
      lanes_.push_back(child);
    } else if (name == "dataObjectReference") {
      check_drawn_reference(child, "dataObjectRef");
    } else if (!is_one_of(name, kQuietInScope) && (is_process || !is_one_of(name, kKnownInNode))) {
      read_node(child, scope, is_event_sub_process);
    }
  }
}

const NodeBehavior* ProcessReader::find_type(const pugi::xml_node& element) {
  const std::string_view name = local_name(element.name());
  for (const NodeBehavior* type : node_types()) {
    if (type->element == name) return type;
  }
  document_.error("element_unsupported", element,
                  std::string(name) + " is not executed; use another element");
  return nullptr;
}

bool ProcessReader::has_room(const pugi::xml_node& element) {
  if (definition_->nodes.size() < limits::kDefinitionNodesMax) return true;
  if (!is_too_large_) {
    is_too_large_ = true;
    document_.error(
        "definition_too_large", element,
        "a process has at most " + std::to_string(limits::kDefinitionNodesMax) + " nodes");
  }
  return false;
}

void ProcessReader::read_node(const pugi::xml_node& element, ScopeIndex scope,
                              bool is_event_sub_process) {
  const NodeBehavior* type = find_type(element);
  if (type == nullptr || !has_room(element)) return;
  Node node;
  node.id = element.attribute("id").value();
  node.name = element.attribute("name").value();
  node.kind = type->kind;
  node.scope = scope;
  node.line = document_.line_of(element);
  if (node.id.empty()) {
    document_.error("id_missing", element, "give this element an id");
    return;
  }
  node.settings = read_settings(element, node, is_event_sub_process);
  if (is_activity(node.kind)) {
    activities_.check_quantities(element);
    activities_.read_mappings(element, node);
    node.loop = activities_.read_loop(element, node);
    node.is_for_compensation =
        document_.boolean(element, element.attribute("isForCompensation")).value_or(false);
  } else if (node.event() != nullptr) {
    activities_.read_mappings(element, node);
  }
  check_children(element, node);
  document_.report_left_over(element);
  const auto index = static_cast<NodeIndex>(definition_->nodes.size());
  by_id_.emplace(node.id, index);
  elements_.emplace_back(element, index);
  std::optional<SubProcess> inner;
  if (const auto* sub = node.get<SubProcess>()) inner = *sub;
  definition_->nodes.push_back(std::move(node));
  if (inner) {
    definition_->scopes[inner->body].owner = index;
    read_scope(element, inner->body, inner->is_triggered_by_event);
  }
}

NodeSettings ProcessReader::read_settings(const pugi::xml_node& element, Node& node,
                                          bool is_event_sub_process) {
  switch (node.kind) {
    case NodeKind::start_event: {
      const Position position = node.scope == 0        ? Position::process_start
                                : is_event_sub_process ? Position::event_sub_process_start
                                                       : Position::sub_process_start;
      EventNode event = events_.read(element, position);
      if (node.scope == 0) event.checks = settings_.read_checks(element);
      return event;
    }
    case NodeKind::end_event:
      return events_.read(element, Position::end);
    case NodeKind::catch_event:
      return events_.read(element, Position::catching);
    case NodeKind::throw_event:
      return events_.read(element, Position::throwing);
    case NodeKind::boundary_event:
      return events_.read(element, Position::boundary);
    case NodeKind::user_task:
      return settings_.read_user_task(element);
    case NodeKind::script_task:
      return activities_.read_script(element);
    case NodeKind::service_task:
      return activities_.read_service(element);
    case NodeKind::send_task:
      return activities_.read_send(element);
    case NodeKind::receive_task:
      return activities_.read_receive(element);
    case NodeKind::call_activity:
      return activities_.read_call(element, node);
    case NodeKind::sub_process:
      return read_sub_process(element);
    case NodeKind::event_gateway:
      return read_event_gateway(element);
    case NodeKind::none_task:
    case NodeKind::manual_task:
    case NodeKind::exclusive_gateway:
    case NodeKind::parallel_gateway:
    case NodeKind::inclusive_gateway:
      return {};
  }
  return {};
}

NodeSettings ProcessReader::read_sub_process(const pugi::xml_node& element) {
  SubProcess sub;
  sub.body = static_cast<ScopeIndex>(definition_->scopes.size());
  sub.is_triggered_by_event =
      document_.boolean(element, element.attribute("triggeredByEvent")).value_or(false);
  ScopeDefinition scope;
  scope.variables = activities_.read_variables(element);
  definition_->scopes.push_back(std::move(scope));
  return sub;
}

NodeSettings ProcessReader::read_event_gateway(const pugi::xml_node& element) {
  EventGateway gateway;
  gateway.is_instantiating =
      document_.boolean(element, element.attribute("instantiate")).value_or(false);
  const std::string_view type = element.attribute("eventGatewayType").value();
  if (!type.empty() && type != "Exclusive") {
    document_.error("attribute_value", element, "only eventGatewayType=\"Exclusive\" is executed");
  }
  return gateway;
}

void ProcessReader::check_children(const pugi::xml_node& element, const Node& node) {
  for (const pugi::xml_node child : element.children()) {
    if (child.type() != pugi::node_element) continue;
    const std::string_view name = local_name(child.name());
    if (namespace_of(child) != kBpmn) {
      document_.warn("extension_ignored", child,
                     std::string(child.name()) + " is kept but has no effect");
      continue;
    }
    const bool is_loop = is_one_of(name, kLoops);
    if (is_loop && !is_activity(node.kind)) {
      document_.error("element_unsupported", child, "only activities can be repeated");
    }
    if (is_one_of(name, kKnownInNode) || name.ends_with("EventDefinition") ||
        name == "eventDefinitionRef" || node.kind == NodeKind::sub_process) {
      continue;
    }
    document_.warn("element_ignored", child, std::string(name) + " is kept but has no effect");
  }
}

// What a gateway says of itself must agree with its flows.
void ProcessReader::check_direction(const pugi::xml_node& element, const Node& node) {
  const auto direction = Document::attribute(element, "gatewayDirection");
  if (!direction || direction->empty() || *direction == "Unspecified") return;
  const bool converges = node.incoming.size() > 1;
  const bool diverges = node.outgoing.size() > 1;
  const bool is_right = (*direction == "Converging" && !diverges) ||
                        (*direction == "Diverging" && !converges) || *direction == "Mixed";
  if (is_right) return;
  document_.error("attribute_value", element,
                  "gatewayDirection=\"" + std::string(*direction) +
                      "\" does not agree with the flows of this gateway");
}

std::optional<NodeIndex> ProcessReader::flow_end(const pugi::xml_node& element,
                                                 const char* attribute, const char* rule) {
  const auto reference = Document::attribute(element, attribute);
  const auto it = by_id_.find(local_name(trim(reference.value_or(""))));
  if (it != by_id_.end()) return it->second;
  document_.error(rule, element,
                  std::string(attribute) + " names no node of this process: \"" +
                      std::string(reference.value_or("")) + "\"");
  return std::nullopt;
}

void ProcessReader::read_flow(const pugi::xml_node& element) {
  if (definition_->flows.size() >= limits::kDefinitionFlowsMax) {
    if (!is_too_large_) {
      is_too_large_ = true;
      document_.error(
          "definition_too_large", element,
          "a process has at most " + std::to_string(limits::kDefinitionFlowsMax) + " flows");
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
  document_.report_left_over(element);
  if (!source || !target) return;
  if (definition_->nodes[*source].scope != definition_->nodes[*target].scope) {
    document_.error("flow_crosses_scope", element,
                    "a sequence flow does not cross the border of a sub-process");
    return;
  }
  flow.source = *source;
  flow.target = *target;
  const auto index = static_cast<FlowIndex>(definition_->flows.size());
  flows_by_id_.emplace(flow.id, index);
  definition_->nodes[*source].outgoing.push_back(index);
  definition_->nodes[*target].incoming.push_back(index);
  definition_->flows.push_back(std::move(flow));
}

std::optional<expr::Expression> ProcessReader::read_condition(const pugi::xml_node& flow) {
  std::optional<expr::Expression> condition;
  bool is_found = false;
  for (const pugi::xml_node child : flow.children()) {
    if (!is_element(child, kBpmn, "conditionExpression")) continue;
    if (is_found) {
      document_.error("condition_repeated", child, "a flow has one condition; remove this one");
      continue;
    }
    is_found = true;
    const std::string_view language = child.attribute("language").value();
    if (!language.empty() && language.find("FEEL") == std::string_view::npos &&
        language.find("feel") == std::string_view::npos && language != "juel") {
      document_.error("expression_language", child,
                      "conditions are written in FEEL, not in " + std::string(language));
      continue;
    }
    const std::string_view text = trim(child.text().get());
    if (text.empty()) {
      document_.warn("condition_empty", flow, "an empty condition is no condition; remove it");
    } else {
      condition = document_.expression(flow, text);
    }
  }
  return condition;
}

void ProcessReader::read_default(const pugi::xml_node& element, NodeIndex index) {
  const auto reference = Document::attribute(element, "default");
  if (!reference || reference->empty()) return;
  Node& node = definition_->nodes[index];
  if (!is_activity(node.kind) && node.kind != NodeKind::exclusive_gateway &&
      node.kind != NodeKind::inclusive_gateway) {
    document_.error("default_flow_misplaced", element, "this element can not have a default flow");
    return;
  }
  const auto it = flows_by_id_.find(local_name(trim(*reference)));
  if (it == flows_by_id_.end() || definition_->flows[it->second].source != index) {
    document_.error("default_flow_unknown", element,
                    "default names no flow that leaves this element: " + std::string(*reference));
    return;
  }
  node.default_flow = it->second;
}

// The flows say how nodes are connected; what <incoming> and <outgoing> say must agree.
void ProcessReader::check_references(const pugi::xml_node& element, NodeIndex index) {
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

void ProcessReader::read_attachment(const pugi::xml_node& element, NodeIndex index) {
  Node& node = definition_->nodes[index];
  if (node.kind != NodeKind::boundary_event) return;
  const auto reference = Document::attribute(element, "attachedToRef");
  const auto it = by_id_.find(local_name(trim(reference.value_or(""))));
  const bool is_there = it != by_id_.end() && definition_->nodes[it->second].scope == node.scope &&
                        is_activity(definition_->nodes[it->second].kind);
  if (!is_there) {
    document_.error("boundary_attachment", element,
                    "attachedToRef must name an activity of the same scope");
    return;
  }
  auto* event = std::get_if<EventNode>(&node.settings);
  if (event != nullptr) event->attached_to = it->second;
}

// References of what is drawn must name something of the document, too.
void ProcessReader::check_drawn_reference(const pugi::xml_node& element, const char* attribute) {
  const std::string id(local_name(trim(element.attribute(attribute).value())));
  if (!id.empty() && document_.has_id(id)) return;
  document_.error("reference_unknown", element,
                  std::string(attribute) + " names nothing of the document: \"" + id + "\"");
}

void ProcessReader::check_lanes(const pugi::xml_node& lanes) {
  for (const pugi::xml_node lane : lanes.children()) {
    if (!is_element(lane, kBpmn, "lane")) continue;
    for (const pugi::xml_node child : lane.children()) {
      if (is_element(child, kBpmn, "childLaneSet")) check_lanes(child);
      if (!is_element(child, kBpmn, "flowNodeRef")) continue;
      const std::string id(local_name(trim(child.text().get())));
      if (by_id_.contains(id)) continue;
      document_.error("reference_unknown", lane,
                      "flowNodeRef names no node of this process: \"" + id + "\"");
    }
  }
}

// Associations matter where they lead from a compensation event to its handler.
void ProcessReader::read_associations() {
  for (const pugi::xml_node& association : associations_) {
    const auto end = [&](const char* attribute) -> Node* {
      const std::string_view id = local_name(trim(association.attribute(attribute).value()));
      const auto it = by_id_.find(id);
      return it == by_id_.end() ? nullptr : &definition_->nodes[it->second];
    };
    Node* source = end("sourceRef");
    Node* target = end("targetRef");
    check_drawn_reference(association, "sourceRef");
    check_drawn_reference(association, "targetRef");
    if (source == nullptr || source->kind != NodeKind::boundary_event) continue;
    if (!source->is_event(TriggerKind::compensation)) continue;
    if (target == nullptr || !is_activity(target->kind) || !target->is_for_compensation ||
        target->scope != source->scope) {
      document_.error("compensation_handler", association,
                      "the association must lead to an activity with isForCompensation");
      continue;
    }
    auto* event = std::get_if<EventNode>(&source->settings);
    if (event->compensated_by) {
      document_.error("compensation_handler", association, "the event has a handler already");
      continue;
    }
    event->compensated_by = static_cast<NodeIndex>(target - definition_->nodes.data());
  }
}

void ProcessReader::resolve_activity_references() {
  for (const auto& [element, activity] : events_.activity_references()) {
    const auto event = by_id_.find(std::string_view(element.attribute("id").value()));
    if (event == by_id_.end()) continue;
    const auto it = by_id_.find(activity);
    if (it == by_id_.end() || !is_activity(definition_->nodes[it->second].kind)) {
      document_.error("compensation_activity", element,
                      "activityRef names no activity of this process: " + activity);
      continue;
    }
    auto* settings = std::get_if<EventNode>(&definition_->nodes[event->second].settings);
    if (settings != nullptr) settings->trigger.activity = it->second;
  }
}

}  // namespace cinnabar::process::bpmn
