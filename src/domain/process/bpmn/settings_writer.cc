#include "domain/process/bpmn/settings_writer.h"

#include "base/assert.h"
#include "base/text.h"

#include <optional>

namespace cinnabar::process::bpmn {
namespace {

bool is_marked(std::string_view text) {
  return text.starts_with('=') || text.starts_with("${") || text.starts_with("#{");
}

// The content of a text literal that needs no escapes.
std::optional<std::string_view> literal(std::string_view text) {
  if (text.size() < 3 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
  const std::string_view inside = text.substr(1, text.size() - 2);
  if (inside.find_first_of("\"\\\r\n") != std::string_view::npos) return std::nullopt;
  if (trim(inside) != inside || is_marked(inside)) return std::nullopt;
  return inside;
}

std::optional<std::string_view> root_element(TriggerKind kind) {
  switch (kind) {
    case TriggerKind::message:
      return "message";
    case TriggerKind::signal:
      return "signal";
    case TriggerKind::error:
      return "error";
    case TriggerKind::escalation:
      return "escalation";
    case TriggerKind::none:
    case TriggerKind::timer:
    case TriggerKind::condition:
    case TriggerKind::link:
    case TriggerKind::compensation:
    case TriggerKind::terminate:
      return std::nullopt;
  }
  CINNABAR_UNREACHABLE();
}

std::string root_text(const Trigger& trigger) {
  return trigger.name_rule ? marked(*trigger.name_rule) : trigger.name;
}

const Trigger* trigger_of(const Node& node) {
  if (const EventNode* event = node.event()) return &event->trigger;
  const auto* message = node.get<MessageTask>();
  return message == nullptr ? nullptr : &message->trigger;
}

// ---- attributes ----

void write_trigger_attributes(XmlWriter& xml, const Trigger& trigger) {
  if (trigger.correlation_key) {
    xml.attribute("c:correlationKey", trigger.correlation_key->text());
  }
  if (!trigger.code_variable.empty()) {
    const bool is_error = trigger.kind == TriggerKind::error;
    xml.attribute(is_error ? "c:errorCodeVariable" : "c:escalationCodeVariable",
                  trigger.code_variable);
  }
  if (!trigger.message_variable.empty()) {
    xml.attribute("c:errorMessageVariable", trigger.message_variable);
  }
  if (!trigger.result_variable.empty()) {
    xml.attribute("c:resultVariable", trigger.result_variable);
  }
}

void write_event_attributes(XmlWriter& xml, const ProcessDefinition& definition, const Node& node,
                            const EventNode& event) {
  if (event.attached_to) {
    xml.attribute("attachedToRef", definition.node(*event.attached_to).id);
  }
  // A compensation event says nothing of that: its activity is over.
  const bool says_so = !event.is_interrupting && event.trigger.kind != TriggerKind::compensation;
  if (says_so && node.kind == NodeKind::boundary_event) xml.attribute("cancelActivity", "false");
  if (says_so && node.kind == NodeKind::start_event) xml.attribute("isInterrupting", "false");
  write_trigger_attributes(xml, event.trigger);
}

struct SettingsAttributes {
  XmlWriter& xml;
  const ProcessDefinition& definition;
  const Node& node;
  const Roots& roots;

  void operator()(const std::monostate& /*none*/) const {}
  void operator()(const EventNode& event) const {
    write_event_attributes(xml, definition, node, event);
  }
  void operator()(const UserTask& task) const { write_task_attributes(xml, task); }
  void operator()(const ScriptTask& task) const {
    if (task.lua != nullptr || task.feel) {
      xml.attribute("scriptFormat", task.lua != nullptr ? "lua" : "feel");
    }
    if (!task.result_variable.empty()) xml.attribute("c:resultVariable", task.result_variable);
  }
  void operator()(const ServiceTask& task) const {
    xml.attribute("c:jobType", task.job_type_rule ? marked(*task.job_type_rule) : task.job_type);
    xml.attribute("c:retries", std::to_string(task.retries));
    if (!task.result_variable.empty()) xml.attribute("c:resultVariable", task.result_variable);
  }
  void operator()(const MessageTask& task) const {
    xml.attribute("messageRef", roots.id_of(task.trigger));
    if (task.is_instantiating) xml.attribute("instantiate", "true");
    write_trigger_attributes(xml, task.trigger);
  }
  void operator()(const CallActivity& call) const {
    xml.attribute("calledElement", call.called_rule ? marked(*call.called_rule) : call.called);
  }
  void operator()(const SubProcess& sub) const {
    if (sub.is_triggered_by_event) xml.attribute("triggeredByEvent", "true");
  }
  void operator()(const EventGateway& gateway) const {
    if (gateway.is_instantiating) xml.attribute("instantiate", "true");
  }
};

// ---- children ----

void write_timer(XmlWriter& xml, const TimerRule& timer) {
  const std::string value = unquoted(timer.value);
  switch (timer.form) {
    case TimerRule::Form::date:
      xml.leaf("timeDate", value);
      return;
    case TimerRule::Form::duration:
      xml.leaf("timeDuration", value);
      return;
    case TimerRule::Form::cycle:
      xml.leaf("timeCycle", value);
      return;
  }
}

void write_reference(XmlWriter& xml, const char* attribute, const std::string& id) {
  if (!id.empty()) xml.attribute(attribute, id);
}

void write_definition(XmlWriter& xml, const ProcessDefinition& definition, const Trigger& trigger,
                      const Roots& roots) {
  switch (trigger.kind) {
    case TriggerKind::none:
      return;
    case TriggerKind::message:
      xml.start("messageEventDefinition");
      write_reference(xml, "messageRef", roots.id_of(trigger));
      break;
    case TriggerKind::signal:
      xml.start("signalEventDefinition");
      write_reference(xml, "signalRef", roots.id_of(trigger));
      break;
    case TriggerKind::error:
      xml.start("errorEventDefinition");
      write_reference(xml, "errorRef", roots.id_of(trigger));
      break;
    case TriggerKind::escalation:
      xml.start("escalationEventDefinition");
      write_reference(xml, "escalationRef", roots.id_of(trigger));
      break;
    case TriggerKind::timer:
      xml.start("timerEventDefinition");
      if (trigger.timer) write_timer(xml, *trigger.timer);
      break;
    case TriggerKind::condition:
      xml.start("conditionalEventDefinition");
      if (trigger.condition) xml.leaf("condition", trigger.condition->text());
      break;
    case TriggerKind::link:
      xml.start("linkEventDefinition");
      xml.attribute("name", trigger.name);
      break;
    case TriggerKind::compensation:
      xml.start("compensateEventDefinition");
      if (!trigger.waits_for_completion) xml.attribute("waitForCompletion", "false");
      if (trigger.activity) xml.attribute("activityRef", definition.node(*trigger.activity).id);
      break;
    case TriggerKind::terminate:
      xml.start("terminateEventDefinition");
      break;
  }
  xml.end();
}

struct LoopWriter {
  XmlWriter& xml;

  void operator()(const std::monostate& /*none*/) const {}
  void operator()(const StandardLoop& loop) const {
    xml.start("standardLoopCharacteristics");
    if (loop.test_before) xml.attribute("testBefore", "true");
    if (loop.maximum) xml.attribute("loopMaximum", std::to_string(*loop.maximum));
    if (loop.condition) xml.leaf("loopCondition", loop.condition->text());
    xml.end();
  }
  void operator()(const MultiInstance& loop) const {
    xml.start("multiInstanceLoopCharacteristics");
    if (loop.is_sequential) xml.attribute("isSequential", "true");
    if (loop.collection) xml.attribute("c:collection", marked(*loop.collection));
    if (!loop.element_variable.empty()) {
      xml.attribute("c:elementVariable", loop.element_variable);
    }
    if (!loop.output_collection.empty()) {
      xml.attribute("c:outputCollection", loop.output_collection);
    }
    if (loop.output_element) xml.attribute("c:outputElement", loop.output_element->text());
    if (loop.cardinality) xml.leaf("loopCardinality", loop.cardinality->text());
    if (!loop.output_variable.empty()) {
      xml.start("outputDataItem");
      xml.attribute("name", loop.output_variable);
      xml.end();
    }
    if (loop.completion) xml.leaf("completionCondition", loop.completion->text());
    xml.end();
  }
};

}  // namespace

std::string marked(const expr::Expression& expression) {
  const std::string& text = expression.text();
  return is_marked(text) ? text : "=" + text;
}

std::string unquoted(const expr::Expression& expression) {
  if (const auto text = literal(expression.text())) return std::string(*text);
  return marked(expression);
}

// ---- roots ----

Roots::Roots(const ProcessDefinition& definition) {
  taken_.insert(definition.key);
  for (const Node& node : definition.nodes) taken_.insert(node.id);
  for (const SequenceFlow& flow : definition.flows) taken_.insert(flow.id);
  for (const Node& node : definition.nodes) {
    const Trigger* trigger = trigger_of(node);
    if (trigger == nullptr || !root_element(trigger->kind)) continue;
    Key key{trigger->kind, root_text(*trigger)};
    if (key.second.empty() || ids_.contains(key)) continue;
    std::string id = unused_id(std::string(*root_element(trigger->kind)) + "_" +
                               std::to_string(ids_.size() + 1));
    ids_.emplace(std::move(key), std::move(id));
  }
}

std::string Roots::unused_id(const std::string& wanted) {
  std::string id = wanted;
  while (!taken_.insert(id).second) id += "_";
  return id;
}

std::string Roots::id_of(const Trigger& trigger) const {
  const auto it = ids_.find(Key{trigger.kind, root_text(trigger)});
  return it == ids_.end() ? std::string() : it->second;
}

void Roots::write(XmlWriter& xml) const {
  for (const auto& [key, id] : ids_) {
    const auto& [kind, text] = key;
    xml.start(*root_element(kind));
    xml.attribute("id", id);
    xml.attribute("name", text);
    if (kind == TriggerKind::error) xml.attribute("errorCode", text);
    if (kind == TriggerKind::escalation) xml.attribute("escalationCode", text);
    xml.end();
  }
}

// ---- nodes ----

void write_attributes(XmlWriter& xml, const ProcessDefinition& definition, const Node& node,
                      const Roots& roots) {
  xml.attribute("id", node.id);
  if (!node.name.empty()) xml.attribute("name", node.name);
  if (node.is_for_compensation) xml.attribute("isForCompensation", "true");
  if (node.default_flow) xml.attribute("default", definition.flows[*node.default_flow].id);
  std::visit(SettingsAttributes{xml, definition, node, roots}, node.settings);
}

void write_extensions(XmlWriter& xml, const ProcessDefinition& definition, const Node& node) {
  Extensions extensions(xml);
  const auto pairs = [&](std::string_view element, const char* key,
                         const std::vector<Mapping>& mappings) {
    for (const Mapping& mapping : mappings) {
      extensions.start(element);
      xml.attribute(key, mapping.target);
      xml.attribute("value", mapping.value.text());
      xml.end();
    }
  };
  if (const UserTask* task = node.user_task()) write_task_extensions(extensions, *task);
  if (const EventNode* event = node.event()) {
    for (const StartCheck& check : event->checks) {
      extensions.start("c:check");
      xml.attribute("condition", check.condition.text());
      xml.attribute("message", check.message);
      xml.end();
    }
  }
  if (const auto* sub = node.get<SubProcess>()) {
    pairs("c:variable", "name", definition.scope(sub->body).variables);
  }
  if (const auto* service = node.get<ServiceTask>()) {
    for (const auto& [key, value] : service->headers) {
      extensions.start("c:header");
      xml.attribute("key", key);
      xml.attribute("value", value);
      xml.end();
    }
  }
  if (const auto* call = node.get<CallActivity>()) {
    for (const bool is_in : {true, false}) {
      if (!(is_in ? call->all_in : call->all_out)) continue;
      extensions.start(is_in ? "c:in" : "c:out");
      xml.attribute("variables", "all");
      xml.end();
    }
  }
  pairs("c:input", "target", node.inputs);
  pairs("c:output", "target", node.outputs);
}

void write_children(XmlWriter& xml, const ProcessDefinition& definition, const Node& node,
                    const Roots& roots) {
  std::visit(LoopWriter{xml}, node.loop);
  if (const auto* script = node.get<ScriptTask>()) {
    xml.leaf("script", script->lua != nullptr ? script->lua->source()
                       : script->feel         ? script->feel->text()
                                              : std::string());
  }
  if (const EventNode* event = node.event()) {
    write_definition(xml, definition, event->trigger, roots);
  }
}

}  // namespace cinnabar::process::bpmn
