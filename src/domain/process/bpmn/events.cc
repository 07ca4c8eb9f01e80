#include "domain/process/bpmn/events.h"

#include "base/text.h"
#include "domain/process/timer_rule.h"

#include <algorithm>
#include <array>

namespace cinnabar::process::bpmn {
namespace {

struct TriggerElement {
  std::string_view element;
  TriggerKind kind;
  std::string_view positions;  // letters of positions where the standard allows it
};
// p: start of the process, s: of a sub-process, e: of an event sub-process, c: catching,
// t: throwing, b: boundary, x: end.
constexpr std::string_view kLetters = "psectbx";
constexpr std::array<TriggerElement, 10> kTriggers = {{
    {"", TriggerKind::none, "pstx"},
    {"messageEventDefinition", TriggerKind::message, "pectbx"},
    {"timerEventDefinition", TriggerKind::timer, "pecb"},
    {"signalEventDefinition", TriggerKind::signal, "pectbx"},
    {"errorEventDefinition", TriggerKind::error, "ebx"},
    {"escalationEventDefinition", TriggerKind::escalation, "etbx"},
    {"conditionalEventDefinition", TriggerKind::condition, "pecb"},
    {"linkEventDefinition", TriggerKind::link, "ct"},
    {"compensateEventDefinition", TriggerKind::compensation, "etbx"},
    {"terminateEventDefinition", TriggerKind::terminate, "x"},
}};

char letter_of(Position position) {
  switch (position) {
    case Position::process_start:
      return 'p';
    case Position::sub_process_start:
      return 's';
    case Position::event_sub_process_start:
      return 'e';
    case Position::catching:
      return 'c';
    case Position::throwing:
      return 't';
    case Position::boundary:
      return 'b';
    case Position::end:
      return 'x';
  }
  return kLetters.front();
}

bool is_expression(std::string_view text) {
  return text.starts_with('=') || text.starts_with("${") || text.starts_with("#{");
}

}  // namespace

void EventReader::read_text(const pugi::xml_node& element, std::string_view text,
                            std::string& fixed, std::optional<expr::Expression>& rule) {
  const std::string_view written = trim(text);
  if (is_expression(written)) {
    rule = document_.expression(element, written);
  } else {
    fixed = written;
  }
}

// Several triggers in one event, and triggers that are defined elsewhere, are not executed.
pugi::xml_node EventReader::find_definition(const pugi::xml_node& element) {
  pugi::xml_node found;
  for (const pugi::xml_node child : element.children()) {
    if (child.type() != pugi::node_element || namespace_of(child) != kBpmn) continue;
    const std::string_view name = local_name(child.name());
    if (name == "eventDefinitionRef") {
      document_.error("element_unsupported", child,
                      "write the event definition into the event itself");
    }
    if (!name.ends_with("EventDefinition")) continue;
    if (found) {
      document_.error("element_unsupported", child, "an event has at most one definition here");
    }
    found = child;
  }
  return found;
}

EventNode EventReader::read(const pugi::xml_node& element, Position position) {
  EventNode event;
  if (document_.boolean(element, element.attribute("parallelMultiple")).value_or(false)) {
    document_.error("element_unsupported", element,
                    "an event has at most one definition here, so nothing is parallel");
  }
  const pugi::xml_node definition = find_definition(element);
  const std::string_view name = definition ? local_name(definition.name()) : std::string_view();
  const auto known = std::ranges::find(kTriggers, name, &TriggerElement::element);
  if (known == kTriggers.end() ||
      known->positions.find(letter_of(position)) == std::string_view::npos) {
    document_.error("element_unsupported", definition ? definition : element,
                    (name.empty() ? "an event without a trigger" : std::string(name)) +
                        " is not possible here; use another event");
    return event;
  }
  event.trigger.kind = known->kind;
  if (definition) {
    read_trigger(element, definition, position, event.trigger);
    document_.report_left_over(definition);
  }
  read_interrupting(element, position, event);
  return event;
}

void EventReader::read_interrupting(const pugi::xml_node& element, Position position,
                                    EventNode& event) {
  const bool is_boundary = position == Position::boundary;
  if (!is_boundary && position != Position::event_sub_process_start) return;
  const char* attribute = is_boundary ? "cancelActivity" : "isInterrupting";
  event.is_interrupting = document_.boolean(element, element.attribute(attribute)).value_or(true);
  if (event.trigger.kind == TriggerKind::error && !event.is_interrupting) {
    document_.error("error_event_interrupts", element,
                    "an error always interrupts; remove " + std::string(attribute));
  }
  if (event.trigger.kind == TriggerKind::compensation) event.is_interrupting = false;
}

void EventReader::read_trigger(const pugi::xml_node& element, const pugi::xml_node& definition,
                               Position position, Trigger& trigger) {
  switch (trigger.kind) {
    case TriggerKind::message:
      if (const auto* root = roots_.resolve(definition, "messageRef", "message")) {
        read_text(definition, root->text, trigger.name, trigger.name_rule);
        read_correlation(element, definition, *root, trigger);
      }
      break;
    case TriggerKind::signal:
      if (const auto* root = roots_.resolve(definition, "signalRef", "signal")) {
        read_text(definition, root->text, trigger.name, trigger.name_rule);
      }
      break;
    case TriggerKind::timer:
      read_timer(definition, trigger);
      break;
    case TriggerKind::condition:
      read_condition(definition, trigger);
      break;
    case TriggerKind::error:
    case TriggerKind::escalation:
      read_code(element, definition, position, trigger);
      break;
    case TriggerKind::link:
      trigger.name = trim(definition.attribute("name").value());
      if (trigger.name.empty()) {
        document_.error("link_without_name", definition, "give the link a name");
      }
      break;
    case TriggerKind::compensation:
      trigger.waits_for_completion =
          document_.boolean(definition, definition.attribute("waitForCompletion")).value_or(true);
      if (const auto activity = Document::attribute(definition, "activityRef")) {
        activity_references_.push_back({element, std::string(local_name(trim(*activity)))});
      }
      break;
    case TriggerKind::none:
    case TriggerKind::terminate:
      break;
  }
  if (const auto name = document_.take_any(element, "resultVariable")) {
    trigger.result_variable = *name;
  }
}

void EventReader::read_correlation(const pugi::xml_node& element, const pugi::xml_node& definition,
                                   const RootElement& message, Trigger& trigger) {
  const auto set = [&](const pugi::xml_node& at, std::string_view text) {
    trigger.correlation_key = document_.expression(at, text);
  };
  for (const auto& subscription :
       document_.take_children(message.element, kZeebe, "subscription")) {
    if (const auto key = Document::attribute(subscription, "correlationKey")) {
      set(subscription, *key);
    }
  }
  for (const pugi::xml_node at : {message.element, definition, element}) {
    if (const auto key = document_.take(at, kOwn, "correlationKey")) set(at, *key);
  }
}

std::optional<Trigger> EventReader::read_message(const pugi::xml_node& element) {
  const auto* root = roots_.resolve(element, "messageRef", "message");
  if (root == nullptr) return std::nullopt;
  Trigger trigger;
  trigger.kind = TriggerKind::message;
  read_text(element, root->text, trigger.name, trigger.name_rule);
  read_correlation(element, element, *root, trigger);
  if (const auto name = document_.take_any(element, "resultVariable")) {
    trigger.result_variable = *name;
  }
  return trigger;
}

void EventReader::read_timer(const pugi::xml_node& definition, Trigger& trigger) {
  pugi::xml_node found;
  for (const pugi::xml_node child : definition.children()) {
    if (child.type() != pugi::node_element || namespace_of(child) != kBpmn) continue;
    const std::string_view name = local_name(child.name());
    TimerRule::Form form = TimerRule::Form::date;
    if (name == "timeDuration") {
      form = TimerRule::Form::duration;
    } else if (name == "timeCycle") {
      form = TimerRule::Form::cycle;
    } else if (name != "timeDate") {
      continue;
    }
    if (found) {
      document_.error("timer_repeated", child, "a timer has one date, duration or cycle");
      return;
    }
    found = child;
    const std::string text(trim(child.text().get()));
    std::optional<expr::Expression> value;
    if (is_expression(text)) {
      value = document_.expression(child, text);
    } else if (const char* problem = check_timer_text(form, text)) {
      document_.error("timer_invalid", child, "\"" + text + "\" " + problem);
    } else {
      value = document_.expression(child, "\"" + text + "\"");
    }
    if (value) trigger.timer = TimerRule{form, std::move(*value)};
  }
  if (!found) {
    document_.error("timer_missing", definition,
                    "give the timer a timeDate, timeDuration or timeCycle");
  }
}

void EventReader::read_condition(const pugi::xml_node& definition, Trigger& trigger) {
  for (const pugi::xml_node child : definition.children()) {
    if (!is_element(child, kBpmn, "condition")) continue;
    const std::string_view text = trim(child.text().get());
    if (text.empty()) break;
    trigger.condition = document_.expression(child, text);
    return;
  }
  document_.error("condition_missing", definition, "give the event a condition");
}

// Catching one without a reference catches all.
void EventReader::read_code(const pugi::xml_node& element, const pugi::xml_node& definition,
                            Position position, Trigger& trigger) {
  const bool is_error = trigger.kind == TriggerKind::error;
  const char* attribute = is_error ? "errorRef" : "escalationRef";
  const bool throws = position == Position::throwing || position == Position::end;
  if (throws || definition.attribute(attribute)) {
    const auto* root = roots_.resolve(definition, attribute, is_error ? "error" : "escalation");
    if (root != nullptr) {
      const char* code = is_error ? "errorCode" : "escalationCode";
      if (throws && is_error && trim(root->element.attribute(code).value()).empty()) {
        document_.error("error_code_missing", definition,
                        "the error has no errorCode, so nobody could tell it from others");
      }
      trigger.name = root->text;
    }
  }
  for (const pugi::xml_node at : {definition, element}) {
    for (const std::string_view name : {"errorCodeVariable", "escalationCodeVariable"}) {
      if (const auto variable = document_.take_any(at, name)) trigger.code_variable = *variable;
    }
    if (const auto variable = document_.take_any(at, "errorMessageVariable")) {
      trigger.message_variable = *variable;
    }
  }
}

}  // namespace cinnabar::process::bpmn
