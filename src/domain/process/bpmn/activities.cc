#include "domain/process/bpmn/activities.h"

#include "base/text.h"
#include "domain/process/bpmn/settings.h"
#include "vocab/limits.h"

#include <algorithm>

namespace cinnabar::process::bpmn {
namespace {

constexpr std::int32_t kCountMax = 1'000'000;

pugi::xml_node child_of(const pugi::xml_node& element, std::string_view name) {
  for (const pugi::xml_node child : element.children()) {
    if (is_element(child, kBpmn, name)) return child;
  }
  return {};
}

bool is_lua(std::string_view format) {
  return format == "lua" || format == "text/x-lua" || format == "application/x-lua";
}
bool is_feel(std::string_view format) {
  return format == "feel" || format == "application/feel" || format == "text/feel";
}

bool is_written_as_expression(std::string_view text) {
  return text.starts_with('=') || text.starts_with("${") || text.starts_with("#{");
}

// A text literal of the expression language.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

ScriptTask ActivityReader::read_script(const pugi::xml_node& element) {
  ScriptTask task;
  if (const auto name = document_.take_any(element, "resultVariable")) {
    task.result_variable = *name;
  }
  for (const auto& script : document_.take_children(element, kZeebe, "script")) {
    task.feel = document_.expression(script, script.attribute("expression").value());
    task.result_variable = script.attribute("resultVariable").value();
    return task;
  }
  const pugi::xml_node script = child_of(element, "script");
  const std::string format = to_lower_ascii(trim(element.attribute("scriptFormat").value()));
  const std::string_view source = script.text().get();
  if (!script && !format.empty()) {
    document_.error("script_missing", element, "write the script into <script>");
  } else if (format.empty()) {
    if (!script) {
      document_.error("script_missing", element, "write the script into <script>");
    } else if (!trim(source).empty()) {
      document_.error("script_format_missing", element,
                      "say in which language the script is: scriptFormat=\"lua\" or \"feel\"");
    }
  } else if (is_lua(format)) {
    auto compiled = script::Script::compile(source);
    if (compiled) {
      task.lua = std::make_shared<const script::Script>(std::move(*compiled));
    } else {
      document_.error("script_syntax", element, compiled.error().detail);
    }
  } else if (is_feel(format)) {
    task.feel = document_.expression(element, source);
  } else {
    document_.error("script_format_unsupported", element,
                    "scripts in " + format + " are not run here; use Lua, FEEL or a job worker");
  }
  return task;
}

// ---- jobs ----

std::optional<ServiceTask> ActivityReader::read_job(const pugi::xml_node& element) {
  ServiceTask task;
  bool is_found = false;
  const auto set_type = [&](std::string_view text) {
    events_.read_text(element, text, task.job_type, task.job_type_rule);
    is_found = true;
  };
  if (const auto type = document_.take(element, kOwn, "jobType")) set_type(*type);
  if (const auto retries = document_.take(element, kOwn, "retries")) {
    read_retries(element, *retries, task);
  }
  for (const auto& job : document_.take_children(element, kZeebe, "taskDefinition")) {
    set_type(job.attribute("type").value());
    if (const auto retries = Document::attribute(job, "retries")) {
      read_retries(job, *retries, task);
    }
  }
  for (const auto& headers : document_.take_children(element, kZeebe, "taskHeaders")) {
    for (const pugi::xml_node header : headers.children()) {
      if (!is_element(header, kZeebe, "header")) continue;
      task.headers.emplace_back(header.attribute("key").value(), header.attribute("value").value());
    }
  }
  for (const auto& header : document_.take_children(element, kOwn, "header")) {
    task.headers.emplace_back(header.attribute("key").value(), header.attribute("value").value());
  }
  if (const auto topic = document_.take_any(element, "topic"); topic && !is_found) set_type(*topic);
  const auto type = document_.take_any(element, "type");
  for (const std::string_view other : {"class", "delegateExpression", "expression"}) {
    const auto text = document_.take_any(element, other);
    if (!text || is_found) continue;
    // What it names is code of another server: here a worker does the same.
    task.job_type = *text;
    is_found = true;
    document_.warn("job_type_taken", element,
                   "a worker for jobs of the type " + task.job_type + " has to do this");
  }
  if (type && !is_found && *type != "external") set_type(*type);
  if (const auto name = document_.take_any(element, "resultVariable")) {
    task.result_variable = *name;
  }
  for (const auto& cycle : document_.take_children_any(element, "failedJobRetryTimeCycle")) {
    read_retries(cycle, cycle.text().get(), task);
  }
  if (!is_found) return std::nullopt;
  if (task.job_type.empty() && !task.job_type_rule) return std::nullopt;
  return task;
}

// A number, or the R of a cycle such as R3/PT10S.
void ActivityReader::read_retries(const pugi::xml_node& element, std::string_view text,
                                  ServiceTask& task) {
  std::string_view digits = trim(text);
  if (digits.starts_with('R')) digits = digits.substr(1, digits.find('/') - 1);
  const auto retries = parse_int(digits);
  if (retries && *retries >= 1 && *retries <= limits::kJobRetriesMax) {
    task.retries = static_cast<std::int32_t>(*retries);
  } else {
    document_.error("attribute_value", element, "retries must be 1 to 1000");
  }
}

NodeSettings ActivityReader::read_service(const pugi::xml_node& element) {
  if (auto job = read_job(element)) return std::move(*job);
  document_.error("job_type_missing", element,
                  "say which workers do this: c:jobType, camunda:topic or zeebe:taskDefinition");
  return ServiceTask{};
}

NodeSettings ActivityReader::read_send(const pugi::xml_node& element) {
  if (!element.attribute("messageRef")) {
    if (auto job = read_job(element)) return std::move(*job);
  }
  auto trigger = events_.read_message(element);
  if (!trigger) return MessageTask{};
  return MessageTask{std::move(*trigger), false};
}

NodeSettings ActivityReader::read_receive(const pugi::xml_node& element) {
  MessageTask task;
  task.is_instantiating =
      document_.boolean(element, element.attribute("instantiate")).value_or(false);
  if (auto trigger = events_.read_message(element)) task.trigger = std::move(*trigger);
  return task;
}

// ---- calls ----

CallActivity ActivityReader::read_call(const pugi::xml_node& element, Node& node) {
  CallActivity call;
  if (const auto called = Document::attribute(element, "calledElement")) {
    const std::string_view text = trim(*called);
    events_.read_text(element, is_written_as_expression(text) ? text : local_name(text),
                      call.called, call.called_rule);
  }
  for (const auto& zeebe : document_.take_children(element, kZeebe, "calledElement")) {
    events_.read_text(zeebe, zeebe.attribute("processId").value(), call.called, call.called_rule);
    call.all_out =
        document_.boolean(zeebe, zeebe.attribute("propagateAllChildVariables")).value_or(true);
    call.all_in =
        document_.boolean(zeebe, zeebe.attribute("propagateAllParentVariables")).value_or(true);
  }
  if (call.called.empty() && !call.called_rule) {
    document_.error("called_element_missing", element, "calledElement names no process");
  }
  read_call_data(element, call, node);
  return call;
}

void ActivityReader::read_call_data(const pugi::xml_node& element, CallActivity& call, Node& node) {
  for (const bool is_in : {true, false}) {
    for (const auto& data : document_.take_children_any(element, is_in ? "in" : "out")) {
      if (data.attribute("businessKey")) continue;
      if (std::string_view(data.attribute("variables").value()) == "all") {
        (is_in ? call.all_in : call.all_out) = true;
        continue;
      }
      const std::string_view target = data.attribute("target").value();
      std::vector<Mapping>& into = is_in ? node.inputs : node.outputs;
      if (const auto expression = Document::attribute(data, "sourceExpression")) {
        add_mapping(data, target, *expression, into);
      } else if (auto source = name_expression(data, data.attribute("source").value())) {
        into.push_back({std::string(target), std::move(*source)});
      }
    }
  }
}

// ---- data ----

std::optional<expr::Expression> ActivityReader::name_expression(const pugi::xml_node& at,
                                                                std::string_view name) {
  const std::string_view wanted = trim(name);
  if (wanted.empty()) {
    document_.error("data_name_missing", at, "name the variable");
    return std::nullopt;
  }
  if (is_written_as_expression(wanted)) return document_.expression(at, wanted);
  const bool is_plain = std::ranges::all_of(wanted, [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  if (is_plain) return document_.expression(at, wanted);
  return document_.expression(at, "`" + std::string(wanted) + "`");
}

void ActivityReader::add_mapping(const pugi::xml_node& at, std::string_view target,
                                 std::string_view value, std::vector<Mapping>& into) {
  if (trim(target).empty()) {
    document_.error("data_name_missing", at, "name the variable that receives the value");
    return;
  }
  auto expression = document_.expression(at, value);
  if (expression) into.push_back({std::string(trim(target)), std::move(*expression)});
}

// Text, a list or a map of texts; each text may be an expression.
std::optional<expr::Expression> ActivityReader::parameter_value(const pugi::xml_node& parameter) {
  const auto source_of = [](std::string_view text) {
    const std::string_view written = trim(text);
    if (written.starts_with("${") || written.starts_with("#{")) return std::string(written);
    if (written.starts_with('=')) return std::string(written.substr(1));
    if (Decimal::parse(written)) return std::string(written);
    return quoted(text);
  };
  for (const pugi::xml_node child : parameter.children()) {
    if (child.type() != pugi::node_element) continue;
    const std::string_view name = local_name(child.name());
    if (name == "script") return document_.expression(child, child.text().get());
    if (name != "list" && name != "map") continue;
    std::string source = name == "list" ? "[" : "{";
    for (const pugi::xml_node item : child.children()) {
      if (item.type() != pugi::node_element) continue;
      if (source.size() > 1) source += ", ";
      if (name == "map") source += quoted(item.attribute("key").value()) + ": ";
      source += source_of(item.text().get());
    }
    return document_.expression(child, source + (name == "list" ? "]" : "}"));
  }
  return document_.expression(parameter, source_of(parameter.text().get()));
}

void ActivityReader::read_parameters(const pugi::xml_node& element, Node& node) {
  for (const auto& list : document_.take_children_any(element, "inputOutput")) {
    for (const pugi::xml_node parameter : list.children()) {
      if (parameter.type() != pugi::node_element) continue;
      const bool is_in = local_name(parameter.name()) == "inputParameter";
      if (!is_in && local_name(parameter.name()) != "outputParameter") continue;
      auto value = parameter_value(parameter);
      const std::string name(trim(parameter.attribute("name").value()));
      if (name.empty()) {
        document_.error("data_name_missing", parameter, "name the parameter");
      } else if (value) {
        (is_in ? node.inputs : node.outputs).push_back({name, std::move(*value)});
      }
    }
  }
  for (const auto& list : document_.take_children(element, kZeebe, "ioMapping")) {
    for (const pugi::xml_node mapping : list.children()) {
      if (mapping.type() != pugi::node_element) continue;
      const bool is_in = local_name(mapping.name()) == "input";
      const std::string_view source = trim(mapping.attribute("source").value());
      add_mapping(mapping, mapping.attribute("target").value(),
                  source.starts_with('=') ? std::string(source) : quoted(source),
                  is_in ? node.inputs : node.outputs);
    }
  }
  for (const bool is_in : {true, false}) {
    for (const auto& mapping : document_.take_children(element, kOwn, is_in ? "input" : "output")) {
      add_mapping(mapping, mapping.attribute("target").value(), mapping.attribute("value").value(),
                  is_in ? node.inputs : node.outputs);
    }
  }
}

std::string ActivityReader::data_name(std::string_view reference) {
  std::string id(local_name(trim(reference)));
  pugi::xml_node found = document_.find(id);
  if (found && is_element(found, kBpmn, "dataObjectReference")) {
    const std::string_view object = local_name(trim(found.attribute("dataObjectRef").value()));
    // One step: a reference leads to an object, never to another reference.
    if (!object.empty()) {
      id = object;
      found = document_.find(id);
    }
  }
  const std::string_view name = trim(found.attribute("name").value());
  return name.empty() ? id : std::string(name);
}

void ActivityReader::read_associations(const pugi::xml_node& element, Node& node) {
  for (const pugi::xml_node child : element.children()) {
    const bool is_in = is_element(child, kBpmn, "dataInputAssociation");
    if (!is_in && !is_element(child, kBpmn, "dataOutputAssociation")) continue;
    std::vector<Mapping>& into = is_in ? node.inputs : node.outputs;
    const auto named = [&](const char* part) -> std::string {
      const pugi::xml_node reference = child_of(child, part);
      return reference ? data_name(reference.text().get()) : std::string();
    };
    const std::string target = named("targetRef");
    if (const pugi::xml_node transformation = child_of(child, "transformation")) {
      add_mapping(transformation, target, transformation.text().get(), into);
    } else if (const pugi::xml_node assignment = child_of(child, "assignment")) {
      std::string to(trim(child_of(assignment, "to").text().get()));
      if (to.empty() || !target.empty()) to = target.empty() ? to : target;
      add_mapping(assignment, to, child_of(assignment, "from").text().get(), into);
    } else if (auto source = name_expression(child, named("sourceRef"))) {
      if (target.empty()) {
        document_.error("data_name_missing", child, "targetRef names nothing");
      } else {
        into.push_back({target, std::move(*source)});
      }
    }
  }
}

void ActivityReader::read_mappings(const pugi::xml_node& element, Node& node) {
  read_parameters(element, node);
  read_associations(element, node);
}

std::vector<Mapping> ActivityReader::read_variables(const pugi::xml_node& scope) {
  std::vector<Mapping> variables;
  for (const auto& variable : document_.take_children(scope, kOwn, "variable")) {
    add_mapping(variable, variable.attribute("name").value(), variable.attribute("value").value(),
                variables);
  }
  for (const pugi::xml_node child : scope.children()) {
    const bool is_data =
        is_element(child, kBpmn, "dataObject") || is_element(child, kBpmn, "property");
    if (!is_data) continue;
    const std::string_view name = trim(child.attribute("name").value());
    std::string value = "null";
    if (const auto text = document_.take(child, kOwn, "value")) value = *text;
    for (const auto& given : document_.take_children_any(child, "value")) {
      value = quoted(given.text().get());
    }
    const bool is_inner = !is_element(scope, kBpmn, "process");
    if (value == "null" && !is_inner) continue;
    add_mapping(child, name.empty() ? child.attribute("id").value() : name, value, variables);
  }
  return variables;
}

// ---- loops ----

void ActivityReader::check_quantities(const pugi::xml_node& element) {
  for (const char* attribute : {"startQuantity", "completionQuantity"}) {
    const auto value = Document::attribute(element, attribute);
    if (value && trim(*value) != "1") {
      document_.error("attribute_value", element,
                      std::string(attribute) + " other than 1 is not executed");
    }
  }
}

Loop ActivityReader::read_loop(const pugi::xml_node& element, const Node& node) {
  const pugi::xml_node standard = child_of(element, "standardLoopCharacteristics");
  const pugi::xml_node multi = child_of(element, "multiInstanceLoopCharacteristics");
  if (standard && multi) {
    document_.error("loop_repeated", multi, "an activity has one kind of loop; remove one");
    return {};
  }
  if (standard) return read_standard_loop(standard);
  // Without data of its own it repeats a user task for its participants.
  const bool is_user_task = node.kind == NodeKind::user_task;
  if (multi && (!is_user_task || has_own_loop_data(multi))) {
    return read_multi_instance(multi, node);
  }
  return {};
}

StandardLoop ActivityReader::read_standard_loop(const pugi::xml_node& element) {
  StandardLoop loop;
  loop.test_before = document_.boolean(element, element.attribute("testBefore")).value_or(false);
  loop.maximum = document_.number(element, element.attribute("loopMaximum"), 1, kCountMax);
  const pugi::xml_node condition = child_of(element, "loopCondition");
  const std::string_view text = trim(condition.text().get());
  if (!text.empty()) loop.condition = document_.expression(condition, text);
  if (text.empty() && !element.attribute("loopMaximum")) {
    document_.error("loop_endless", element, "give the loop a condition or a maximum");
  }
  document_.report_left_over(element);
  return loop;
}

MultiInstance ActivityReader::read_multi_instance(const pugi::xml_node& element, const Node& node) {
  MultiInstance multi;
  multi.is_sequential =
      document_.boolean(element, element.attribute("isSequential")).value_or(false);
  const std::string_view behavior = element.attribute("behavior").value();
  if (!behavior.empty() && behavior != "All") {
    document_.error("attribute_value", element, "only behavior=\"All\" is executed");
  }
  if (const pugi::xml_node cardinality = child_of(element, "loopCardinality")) {
    multi.cardinality = document_.expression(cardinality, cardinality.text().get());
  }
  if (const pugi::xml_node input = child_of(element, "loopDataInputRef")) {
    const std::string_view text = trim(input.text().get());
    multi.collection = is_written_as_expression(text) ? document_.expression(input, text)
                                                      : name_expression(input, data_name(text));
    // A data input of the activity itself is there only inside of it: take what fills it.
    const auto filled = std::ranges::find(node.inputs, data_name(text), &Mapping::target);
    if (filled != node.inputs.end()) multi.collection = filled->value;
  }
  if (const pugi::xml_node item = child_of(element, "inputDataItem")) {
    const std::string_view name = trim(item.attribute("name").value());
    multi.element_variable = name.empty() ? item.attribute("id").value() : std::string(name);
  }
  if (const pugi::xml_node output = child_of(element, "loopDataOutputRef")) {
    multi.output_collection = data_name(output.text().get());
  }
  if (const pugi::xml_node item = child_of(element, "outputDataItem")) {
    const std::string_view name = trim(item.attribute("name").value());
    multi.output_variable = name.empty() ? item.attribute("id").value() : std::string(name);
    multi.output_element = name_expression(item, multi.output_variable);
  }
  if (const pugi::xml_node completion = child_of(element, "completionCondition")) {
    const std::string_view text = trim(completion.text().get());
    if (!text.empty()) multi.completion = document_.expression(completion, text);
  }
  read_multi_instance_attributes(element, multi);
  if (!multi.cardinality && !multi.collection && !document_.has_errors()) {
    document_.error("multi_instance_empty", element,
                    "say how often: give it a loopCardinality or a collection");
  }
  document_.report_left_over(element);
  return multi;
}

void ActivityReader::read_multi_instance_attributes(const pugi::xml_node& element,
                                                    MultiInstance& multi) {
  if (const auto collection = document_.take_any(element, "collection")) {
    multi.collection = name_expression(element, *collection);
  }
  for (const std::string_view name : {"elementVariable", "element"}) {
    if (const auto variable = document_.take_any(element, name)) multi.element_variable = *variable;
  }
  if (const auto output = document_.take(element, kOwn, "outputCollection")) {
    multi.output_collection = *output;
  }
  if (const auto output = document_.take(element, kOwn, "outputElement")) {
    multi.output_element = document_.expression(element, *output);
  }
  for (const auto& loop : document_.take_children(element, kZeebe, "loopCharacteristics")) {
    multi.collection = document_.expression(loop, loop.attribute("inputCollection").value());
    multi.element_variable = loop.attribute("inputElement").value();
    multi.output_collection = loop.attribute("outputCollection").value();
    if (const auto output = Document::attribute(loop, "outputElement")) {
      multi.output_element = document_.expression(loop, *output);
    }
  }
}

}  // namespace cinnabar::process::bpmn
