#include "api/dialects/omflow/omf_parts.h"
#include "base/text.h"
#include "vocab/decimal.h"
#include "vocab/limits.h"

#include <algorithm>
#include <set>

namespace cinnabar::omflow::omf {

namespace {

struct Node {
  std::string id;
  std::string type;
  std::string text;
  Json config;
  std::vector<std::string> incoming;  // line ids
  std::vector<std::string> outgoing;
};

struct Line {
  std::string id;
  std::string source;
  std::string target;
};

// An attribute's or element's text in XML. Control characters that XML forbids are left out.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : to_valid_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return ' ' + std::string{name} + "=\"" + xml(value) + '"';
}

std::string set_element(std::string_view indent, const std::string& field,
                        const std::string& expression) {
  return std::string{indent} + "<c:set" + attribute("field", field) +
         attribute("value", expression) + "/>\n";
}

class FlowConverter {
 public:
  FlowConverter(const Json& flow, Form& form, const OmfNames& names, Report& report)
      : flow_(flow), form_(form), names_(names), report_(report) {}

  std::string convert(const std::string& key, const std::string& name);

 private:
  bool read_items();
  void read_item(const Json& item);
  void connect();
  void check_common(const Node& node);

  void write_node(const Node& node);
  void write_start(const Node& node);
  void write_end(const Node& node);
  void write_task(const Node& node);
  void write_participants(const Node& node);
  [[nodiscard]] static bool assigns(const Node& node);
  [[nodiscard]] const Node* earlier_assignment(const Node& node) const;
  void write_quick_action(const Node& node, const std::string& key, const std::string& number);
  void write_fields(const Node& node);
  void write_switch(const Node& node);
  void write_flow(const std::string& id, const std::string& source, const std::string& target,
                  const std::string& condition);
  void write_lines(const Node& node);

  // The c:set elements of a list of settings; the parts of assignees are left out.
  std::string assignments(const Node& node, const Json& settings, std::string_view indent);
  std::optional<std::string> value_expression(const Node& node, const Field& field,
                                              const std::string& text);
  std::optional<std::string> condition(const Node& node, const Json& rule);
  std::optional<std::string> comparison(const Node& node, const Field& field,
                                        const std::string& rule, const Operand& right);
  // Settings that a chain of field nodes in front of this one makes, first node first.
  std::vector<const Node*> field_nodes_before(const Node& node) const;
  void check_field_node(const Node& node);
  [[nodiscard]] const Node* only_target(const Node& node) const;
  [[nodiscard]] std::string entry_of(const std::string& node_id) const;
  [[nodiscard]] const Node* find(std::string_view id) const;
  [[nodiscard]] const Line* find_line(std::string_view id) const;

  const Json& flow_;
  Form& form_;
  const OmfNames& names_;
  Report& report_;
  std::vector<Node> nodes_;
  std::vector<Line> lines_;
  bool forks_ = false;
  std::string out_;
};

std::string FlowConverter::convert(const std::string& key, const std::string& name) {
  out_ =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"\n"
      "             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n"
      "             xmlns:c=\"urn:cinnabar:bpmn:1.0\"\n"
      "             targetNamespace=\"urn:cinnabar:import\">\n";
  // Ids in XML start with a letter and hold no spaces, which keys of other scripts may not meet.
  out_ += "  <process id=\"Process_1\"" + attribute("name", name) + " isExecutable=\"true\">\n";
  if (read_items()) {
    connect();
    for (const Node& node : nodes_) {
      check_common(node);
      write_node(node);
    }
  } else {
    report_.error("flow_malformed", key, "the flow holds no list of nodes, or too many");
  }
  return out_ + "  </process>\n</definitions>\n";
}

bool FlowConverter::read_items() {
  const Json items = structured(flow_.find("items"));
  const Json::Array* array = items.as_array();
  if (array == nullptr) return false;
  if (array->size() > limits::kDefinitionNodesMax + limits::kDefinitionFlowsMax) return false;
  for (const Json& item : *array) read_item(item);
  return true;
}

void FlowConverter::read_item(const Json& item) {
  const std::string id = text_of(item.find("id"));
  const std::string type = text_of(item.find("type"));
  Json config = structured(item.find("config"));
  const bool is_known = std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  });
  if (id.empty() || !is_known || find(id) != nullptr || find_line(id) != nullptr) {
    report_.error("item_id", id, "an element of the flow has no usable id of its own");
    return;
  }
  if (type == "line") {
    lines_.push_back(
        {id, text_of(config.find("source_item")), text_of(config.find("target_item"))});
  } else {
    nodes_.push_back({id, type, text_of(item.find("text")), std::move(config), {}, {}});
  }
}

void FlowConverter::connect() {
  for (const Line& line : lines_) {
    const auto by_id = [&](const std::string& id) {
      return std::ranges::find(nodes_, id, &Node::id);
    };
    const auto source = by_id(line.source);
    const auto target = by_id(line.target);
    if (source == nodes_.end() || target == nodes_.end()) {
      report_.error("line_dangling", line.id, "the line leads from or to nothing");
      continue;
    }
    source->outgoing.push_back(line.id);
    target->incoming.push_back(line.id);
  }
  forks_ = std::ranges::any_of(
      nodes_, [](const Node& node) { return node.type != "switch" && node.outgoing.size() > 1; });
}

void FlowConverter::check_common(const Node& node) {
  if (!is_blank(node.config.find("calculate"))) {
    report_.error("calculation", node.id, "the calculations of '" + node.text + "' are not kept");
  }
  const bool may_validate = node.type == "start" || node.type == "form";
  if (may_validate && !is_blank(node.config.find("subflow_id"))) {
    report_.error("validation_flow", node.id,
                  "the validation flow of '" + node.text + "' is not kept; write a check");
  }
}

void FlowConverter::write_node(const Node& node) {
  if (node.type == "start") {
    write_start(node);
  } else if (node.type == "end") {
    write_end(node);
  } else if (node.type == "form") {
    write_task(node);
  } else if (node.type == "switch") {
    write_switch(node);
    return;
  } else if (node.type == "async" || node.type == "collection") {
    out_ +=
        "    <parallelGateway" + attribute("id", node.id) + attribute("name", node.text) + "/>\n";
    if (!is_blank(node.config.find("main"))) {
      report_.warn("branch_values", node.id,
                   "branches share one record here; none is the main one");
    }
  } else if (node.type == "setform") {
    check_field_node(node);
    return;
  } else {
    report_.error("node_type", node.id,
                  "a node of type '" + node.type + "' ('" + node.text + "') can not be imported");
    // Kept in the drawing; the server refuses the document until somebody replaces it.
    out_ += "    <serviceTask" + attribute("id", node.id) + attribute("name", node.text) + "/>\n";
  }
  write_lines(node);
}

void FlowConverter::write_start(const Node& node) {
  if (const Json inputs = structured(node.config.find("input")); inputs.is_array()) {
    for (const Json& input : *inputs.as_array()) {
      const std::string name = text_of(input.find("name"));
      if (name == "result") continue;
      if (is_true(input.find("require"))) {
        report_.error("variable", node.id, "the required variable '" + name + "' is not kept");
      } else {
        report_.warn("variable", node.id, "the variable '" + name + "' is not kept");
      }
    }
  }
  out_ += "    <startEvent" + attribute("id", node.id) + attribute("name", node.text) + "/>\n";
}

void FlowConverter::write_end(const Node& node) {
  out_ += "    <endEvent" + attribute("id", node.id) + attribute("name", node.text);
  // The first end closes the whole ticket, also while other branches are open.
  out_ += forks_ ? "><terminateEventDefinition/></endEvent>\n" : "/>\n";
}

void FlowConverter::write_task(const Node& node) {
  out_ += "    <userTask" + attribute("id", node.id) + attribute("name", node.text) +
          ">\n      <extensionElements>\n";
  write_participants(node);
  out_ += "        <c:completion rule=\"any\"/>\n";
  write_quick_action(node, "action1", "1");
  write_quick_action(node, "action2", "2");
  std::string on_activate;
  for (const Node* before : field_nodes_before(node)) {
    on_activate += assignments(*before, structured(before->config.find("input")), "          ");
  }
  on_activate += assignments(node, structured(node.config.find("input")), "          ");
  if (!on_activate.empty()) {
    out_ += "        <c:onActivate>\n" + on_activate + "        </c:onActivate>\n";
  }
  write_fields(node);
  out_ += "      </extensionElements>\n    </userTask>\n";
  if (!is_blank(node.config.find("output"))) {
    report_.warn("variable", node.id, "the variables that '" + node.text + "' sets are not kept");
  }
}

// The work goes to the group, and perhaps the person in it, that the assignee field names on entry.
void FlowConverter::write_participants(const Node& node) {
  std::vector<const Node*> sources = field_nodes_before(node);
  sources.push_back(&node);
  std::string group;
  std::string user;
  for (const Node* source : sources) {
    const Json settings = structured(source->config.find("input"));
    if (!settings.is_array()) continue;
    for (const Json& setting : *settings.as_array()) {
      const Operand target = parse_operand(text_of(setting.find("name")));
      const std::string value = text_of(setting.find("value"));
      if (target.kind == Operand::Kind::group_of) group = value;
      if (target.kind == Operand::Kind::user_of) user = value;
    }
  }
  const Field* field = form_.assignee();
  if (group.empty() && user.empty()) {
    // There the assignment stays in the ticket; here it belongs to the task that made it.
    if (const Node* earlier = earlier_assignment(node)) {
      report_.error("participants", node.id,
                    "'" + node.text + "' goes on with the assignment of '" + earlier->text +
                        "', which is not kept; say who does it");
    }
    if (field == nullptr) {
      report_.warn("participants", node.id, "nobody is asked to do '" + node.text + "'");
    } else {
      out_ += "        <c:participants" + attribute("field", field->id) + "/>\n";
    }
    return;
  }
  const auto& known = user.empty() ? names_.groups : names_.users;
  const auto found = known.find(user.empty() ? group : user);
  if (found == known.end()) {
    report_.error("participants", node.id,
                  "'" + node.text + "' goes to " +
                      (user.empty() ? "group '" + group : "person '" + user) +
                      "' of the other server; say who that is here");
    return;
  }
  out_ += "        <c:participants" + attribute(user.empty() ? "groups" : "users", found->second) +
          "/>\n";
}

// Whether entering the node puts a group or person of the other server into the assignee field.
bool FlowConverter::assigns(const Node& node) {
  const Json settings = structured(node.config.find("input"));
  if (!settings.is_array()) return false;
  return std::ranges::any_of(*settings.as_array(), [](const Json& setting) {
    const Operand::Kind kind = parse_operand(text_of(setting.find("name"))).kind;
    const bool is_assignee = kind == Operand::Kind::group_of || kind == Operand::Kind::user_of;
    return is_assignee && !text_of(setting.find("value")).empty();
  });
}

// A node on some way to this one that assigns; null pointer when there is none.
const Node* FlowConverter::earlier_assignment(const Node& node) const {
  std::vector<const Node*> waiting{&node};
  std::set<std::string_view> seen;
  while (!waiting.empty()) {
    const Node* at = waiting.back();
    waiting.pop_back();
    for (const std::string& line : at->incoming) {
      const Node* source = find(find_line(line)->source);
      if (source == nullptr || !seen.insert(source->id).second) continue;
      if (source != &node && assigns(*source)) return source;
      waiting.push_back(source);
    }
  }
  return nullptr;
}

void FlowConverter::write_quick_action(const Node& node, const std::string& key,
                                       const std::string& number) {
  if (!is_true(node.config.find(key))) return;
  const Json settings = structured(node.config.find("input" + number));
  if (settings.is_array()) {
    for (const Json& setting : *settings.as_array()) {
      const Operand::Kind kind = parse_operand(text_of(setting.find("name"))).kind;
      if (kind != Operand::Kind::group_of && kind != Operand::Kind::user_of) continue;
      report_.error("participants", node.id,
                    key + " of '" + node.text + "' assigns by numbers of the other server");
    }
  }
  const std::string sets = assignments(node, settings, "          ");
  out_ += "        <c:quickAction" + attribute("key", key) +
          attribute("label", text_of(node.config.find(key + "_text"))) + " outcome=\"submitted\"";
  out_ += sets.empty() ? "/>\n" : ">\n" + sets + "        </c:quickAction>\n";
}

// A node may carry a form of its own; the differences become rules of this node.
void FlowConverter::write_fields(const Node& node) {
  if (is_blank(node.config.find("form_object"))) return;
  const Form own = read_form(structured(node.config.find("form_object")), report_);
  for (const Field& field : own.fields) {
    if (form_.find(field.id) != nullptr) continue;
    Field added = field;
    added.required = false;
    added.hidden = true;
    Json members = Json::object();
    for (const auto& [name, value] : *field.json.as_object()) {
      if (name != "required" && name != "hidden") members.set(name, value);
    }
    added.json = std::move(members.set("hidden", true));
    form_.fields.push_back(std::move(added));
  }
  const auto flag = [](std::string_view name, bool was, bool is) {
    return was == is ? std::string{} : attribute(name, is ? "true" : "false");
  };
  for (const Field& field : form_.fields) {
    const Field* here = own.find(field.id);
    std::string rules;
    if (here == nullptr) {
      rules = flag("required", field.required, false) + flag("hidden", field.hidden, true);
    } else {
      rules = flag("required", field.required, here->required) +
              flag("readOnly", field.read_only, here->read_only) +
              flag("hidden", field.hidden, here->hidden);
      if (here->type != field.type) {
        report_.error("field_type", field.id,
                      "'" + node.text + "' shows the field as another type");
      }
    }
    if (!rules.empty()) out_ += "        <c:field" + attribute("id", field.id) + rules + "/>\n";
  }
}

// The last rule that holds wins there, the first flow whose condition holds wins here.
void FlowConverter::write_switch(const Node& node) {
  out_ +=
      "    <exclusiveGateway" + attribute("id", node.id) + attribute("name", node.text) + "/>\n";
  const Json rules = structured(node.config.find("rules"));
  const Json::Array none;
  const Json::Array& array = rules.is_array() ? *rules.as_array() : none;
  std::set<std::string> used;
  for (auto rule = array.rbegin(); rule != array.rend(); ++rule) {
    const std::string target = text_of(rule->find("target"));
    const auto line_id = std::ranges::find_if(node.outgoing, [&](const std::string& id) {
      return id == target || find_line(id)->target == target;
    });
    if (line_id == node.outgoing.end()) {
      report_.error("rule_target", node.id,
                    "a rule of '" + node.text + "' leads to '" + target + "', but no line does");
      continue;
    }
    const auto test = condition(node, *rule);
    const Line& line = *find_line(*line_id);
    std::string id = line.id;
    for (int number = 2; !used.insert(id).second; ++number) {
      id = line.id + "_" + std::to_string(number);
    }
    write_flow(id, node.id, entry_of(line.target), test.value_or("false"));
  }
  for (const std::string& id : node.outgoing) {
    if (!used.contains(id)) {
      report_.warn("line_unused", id, "no rule of '" + node.text + "' leads along this line");
    }
  }
}

void FlowConverter::write_flow(const std::string& id, const std::string& source,
                               const std::string& target, const std::string& condition) {
  out_ += "    <sequenceFlow" + attribute("id", id) + attribute("sourceRef", source) +
          attribute("targetRef", target);
  if (condition.empty()) {
    out_ += "/>\n";
    return;
  }
  out_ += ">\n      <conditionExpression xsi:type=\"tFormalExpression\">" + xml(condition) +
          "</conditionExpression>\n    </sequenceFlow>\n";
}

void FlowConverter::write_lines(const Node& node) {
  for (const std::string& id : node.outgoing) {
    write_flow(id, node.id, entry_of(find_line(id)->target), {});
  }
}

std::string FlowConverter::assignments(const Node& node, const Json& settings,
                                       std::string_view indent) {
  std::string sets;
  if (!settings.is_array()) return sets;
  for (const Json& setting : *settings.as_array()) {
    const Operand target = parse_operand(text_of(setting.find("name")));
    if (target.kind == Operand::Kind::group_of || target.kind == Operand::Kind::user_of) continue;
    const Field* field = target.kind == Operand::Kind::variable ? nullptr : form_.find(target.text);
    if (field == nullptr) {
      report_.error(
          "assignment", node.id,
          "'" + node.text + "' sets '" + target.text + "', which is no field of the form");
      continue;
    }
    const auto value = value_expression(node, *field, text_of(setting.find("value")));
    if (value) sets += set_element(indent, field->id, *value);
  }
  return sets;
}

std::optional<std::string> FlowConverter::value_expression(const Node& node, const Field& field,
                                                           const std::string& text) {
  const Operand value = parse_operand(text);
  if (value.kind == Operand::Kind::constant) {
    auto expression = constant_expression(field, value.text);
    if (!expression) {
      report_.error(
          "assignment", node.id,
          "'" + node.text + "' sets " + field.id + " to '" + text + "', which it can not hold");
    }
    return expression;
  }
  if (value.kind == Operand::Kind::field) {
    if (const Field* source = form_.find(value.text)) return source->id;
  }
  report_.error("assignment", node.id,
                "'" + node.text + "' sets " + field.id + " from '" + text + "', which is not kept");
  return std::nullopt;
}

std::optional<std::string> FlowConverter::condition(const Node& node, const Json& rule) {
  const std::string comparator = text_of(rule.find("rule"));
  const Operand left = parse_operand(text_of(rule.find("value1")));
  const Operand right = parse_operand(text_of(rule.find("value2")));
  const Field* field = left.kind == Operand::Kind::field ? form_.find(left.text) : nullptr;
  const bool is_known =
      comparator == "=" || comparator == "!=" || comparator == ">" || comparator == "<";
  if (field != nullptr && is_known) {
    if (auto test = comparison(node, *field, comparator, right)) return test;
  }
  report_.error("condition", node.id,
                "'" + node.text + "' compares '" + text_of(rule.find("value1")) + "' " +
                    comparator + " '" + text_of(rule.find("value2")) +
                    "', which can not be imported");
  return std::nullopt;
}

std::optional<std::string> FlowConverter::comparison(const Node& node, const Field& field,
                                                     const std::string& rule,
                                                     const Operand& right) {
  if (field.type == "multi_select" || field.type == "assignee" || field.type == "datetime") {
    return std::nullopt;
  }
  if (right.kind == Operand::Kind::field) {
    const Field* other = form_.find(right.text);
    if (other == nullptr || other->type != field.type) return std::nullopt;
    return field.id + ' ' + rule + ' ' + other->id;
  }
  if (right.kind != Operand::Kind::constant) return std::nullopt;
  if (right.text.empty() && (rule == "<" || rule == ">")) return std::nullopt;
  if (rule == "=" || rule == "!=") {
    const auto value = constant_expression(field, right.text);
    if (!value) return std::nullopt;
    return field.id + ' ' + rule + ' ' + *value;
  }
  // A number is compared as a number, also in a text field.
  if (const auto number = Decimal::parse(trim(right.text))) {
    report_.warn("condition", node.id, field.id + " is compared as a number, not as text");
    return field.id + ' ' + rule + ' ' + number->text();
  }
  return field.id + ' ' + rule + ' ' + text_expression(right.text);
}

std::vector<const Node*> FlowConverter::field_nodes_before(const Node& node) const {
  std::vector<const Node*> before;
  const Node* at = &node;
  while (at->incoming.size() == 1 && before.size() < nodes_.size()) {
    at = find(find_line(at->incoming.front())->source);
    if (at == nullptr || at->type != "setform") break;
    before.insert(before.begin(), at);
  }
  return before;
}

// A field node becomes a part of the task behind it, which needs that task to have no other entry.
void FlowConverter::check_field_node(const Node& node) {
  const Node* at = &node;
  for (std::size_t steps = 0; steps <= nodes_.size(); ++steps) {
    const Node* target = only_target(*at);
    if (target == nullptr || target->incoming.size() != 1) break;
    if (target->type == "form") return;
    if (target->type != "setform") break;
    at = target;
  }
  report_.error("node_type", node.id,
                "'" + node.text + "' sets fields where no task of its own follows");
}

const Node* FlowConverter::only_target(const Node& node) const {
  return node.outgoing.size() == 1 ? find(find_line(node.outgoing.front())->target) : nullptr;
}

std::string FlowConverter::entry_of(const std::string& node_id) const {
  const Node* at = find(node_id);
  for (std::size_t steps = 0; at != nullptr && at->type == "setform" && steps < nodes_.size();
       ++steps) {
    const Node* target = only_target(*at);
    if (target == nullptr) break;
    at = target;
  }
  return at == nullptr ? node_id : at->id;
}

const Node* FlowConverter::find(std::string_view id) const {
  const auto found = std::ranges::find(nodes_, id, &Node::id);
  return found == nodes_.end() ? nullptr : &*found;
}

const Line* FlowConverter::find_line(std::string_view id) const {
  const auto found = std::ranges::find(lines_, id, &Line::id);
  return found == lines_.end() ? nullptr : &*found;
}

}  // namespace

std::string convert_flow(const Json& flow, const std::string& key, const std::string& name,
                         Form& form, const OmfNames& names, Report& report) {
  return FlowConverter{flow, form, names, report}.convert(key, name);
}

}  // namespace cinnabar::omflow::omf
