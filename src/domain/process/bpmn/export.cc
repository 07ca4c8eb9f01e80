#include "domain/process/bpmn/export.h"

#include "domain/process/bpmn/settings_writer.h"
#include "domain/process/bpmn/xml.h"
#include "domain/process/node_types.h"

namespace cinnabar::process::bpmn {
namespace {

class Exporter {
 public:
  explicit Exporter(const ProcessDefinition& definition)
      : definition_(definition), roots_(definition), flows_of_(definition.scopes.size()) {
    for (FlowIndex i = 0; i < definition.flows.size(); ++i) {
      flows_of_[definition.node(definition.flows[i].source).scope].push_back(i);
    }
  }

  std::string run() {
    xml_.start("definitions");
    xml_.attribute("xmlns", kBpmn);
    xml_.attribute("xmlns:xsi", kSchemaInstance);
    xml_.attribute("xmlns:c", kOwn);
    xml_.attribute("targetNamespace", kOwn);
    roots_.write(xml_);
    xml_.start("process");
    xml_.attribute("id", definition_.key);
    xml_.attribute("name", definition_.name);
    xml_.attribute("isExecutable", "true");
    write_process_extensions();
    write_scopes();
    xml_.end();
    xml_.end();
    return xml_.take();
  }

 private:
  void write_process_extensions() {
    Extensions extensions(xml_);
    if (definition_.title_rule) {
      extensions.start("c:title");
      xml_.attribute("rule", definition_.title_rule->text());
      xml_.end();
    }
    for (const Mapping& variable : definition_.scope(0).variables) {
      extensions.start("c:variable");
      xml_.attribute("name", variable.target);
      xml_.attribute("value", variable.value.text());
      xml_.end();
    }
  }

  // Sub-processes lie in each other to any depth: walks with a stack of its own.
  void write_scopes() {
    struct Position {
      ScopeIndex scope = 0;
      std::size_t next = 0;
    };
    std::vector<Position> open{{0, 0}};
    while (!open.empty()) {
      Position& at = open.back();
      const ScopeDefinition& scope = definition_.scope(at.scope);
      if (at.next == scope.nodes.size()) {
        write_flows(at.scope);
        open.pop_back();
        if (!open.empty()) xml_.end();
        continue;
      }
      const Node& node = definition_.node(scope.nodes[at.next++]);
      xml_.start(behavior_of(node.kind).element);
      write_attributes(xml_, definition_, node, roots_);
      write_extensions(xml_, definition_, node);
      write_children(xml_, definition_, node, roots_);
      if (const auto* sub = node.get<SubProcess>()) {
        open.push_back({sub->body, 0});
      } else {
        xml_.end();
      }
    }
  }

  void write_flows(ScopeIndex scope) {
    for (const FlowIndex index : flows_of_[scope]) {
      const SequenceFlow& flow = definition_.flows[index];
      xml_.start("sequenceFlow");
      xml_.attribute("id", flow.id);
      if (!flow.name.empty()) xml_.attribute("name", flow.name);
      xml_.attribute("sourceRef", definition_.node(flow.source).id);
      xml_.attribute("targetRef", definition_.node(flow.target).id);
      if (flow.condition) {
        xml_.start("conditionExpression");
        xml_.attribute("xsi:type", "tFormalExpression");
        xml_.text(flow.condition->text());
        xml_.end();
      }
      xml_.end();
    }
    for (const NodeIndex index : definition_.scope(scope).nodes) write_association(index);
  }

  void write_association(NodeIndex index) {
    const Node& node = definition_.node(index);
    const EventNode* event = node.event();
    if (event == nullptr || !event->compensated_by) return;
    xml_.start("association");
    xml_.attribute("id", roots_.unused_id("association_" + node.id));
    xml_.attribute("associationDirection", "One");
    xml_.attribute("sourceRef", node.id);
    xml_.attribute("targetRef", definition_.node(*event->compensated_by).id);
    xml_.end();
  }

  const ProcessDefinition& definition_;
  XmlWriter xml_;
  Roots roots_;
  std::vector<std::vector<FlowIndex>> flows_of_;
};

}  // namespace

std::string to_xml(const ProcessDefinition& definition) {
  return Exporter(definition).run();
}

}  // namespace cinnabar::process::bpmn
