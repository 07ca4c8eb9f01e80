// Events: what triggers them, and where each trigger may stand. Inside of the importer. Borrows the
// document. Thread: one.
#pragma once

#include "domain/process/bpmn/roots.h"
#include "domain/process/bpmn/xml.h"
#include "domain/process/definition.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::process::bpmn {

// Where an event stands.
enum class Position : std::uint8_t {
  process_start,
  sub_process_start,
  event_sub_process_start,
  catching,
  throwing,
  boundary,
  end,
};

class EventReader {
 public:
  EventReader(Document& document, RootElements& roots) : document_(document), roots_(roots) {}

  // Findings say what is wrong; the result is then not to be executed.
  EventNode read(const pugi::xml_node& element, Position position);
  // The message of a send or receive task; nullopt after a finding.
  std::optional<Trigger> read_message(const pugi::xml_node& element);
  // Compensation events that name an activity: to be resolved when all nodes are there.
  struct ActivityReference {
    pugi::xml_node element;
    std::string activity;
  };
  [[nodiscard]] const std::vector<ActivityReference>& activity_references() const {
    return activity_references_;
  }

  // Text that may be an expression: "=..." and "${...}". Sets one of the two.
  void read_text(const pugi::xml_node& element, std::string_view text, std::string& fixed,
                 std::optional<expr::Expression>& rule);

 private:
  pugi::xml_node find_definition(const pugi::xml_node& element);
  void read_trigger(const pugi::xml_node& element, const pugi::xml_node& definition,
                    Position position, Trigger& trigger);
  void read_timer(const pugi::xml_node& definition, Trigger& trigger);
  void read_condition(const pugi::xml_node& definition, Trigger& trigger);
  void read_code(const pugi::xml_node& element, const pugi::xml_node& definition, Position position,
                 Trigger& trigger);
  void read_correlation(const pugi::xml_node& element, const pugi::xml_node& definition,
                        const RootElement& message, Trigger& trigger);
  void read_interrupting(const pugi::xml_node& element, Position position, EventNode& event);

  Document& document_;
  RootElements& roots_;
  std::vector<ActivityReference> activity_references_;
};

}  // namespace cinnabar::process::bpmn
