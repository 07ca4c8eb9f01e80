// The settings of nodes as the elements and attributes that the importer reads. Inside of the
// exporter. Borrows everything. Thread: one.
#pragma once

#include "domain/process/bpmn/xml_writer.h"
#include "domain/process/definition.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace cinnabar::process::bpmn {

// Opens <extensionElements> with the first extension; ends it with the object.
class Extensions {
 public:
  explicit Extensions(XmlWriter& xml) : xml_(xml) {}
  Extensions(const Extensions&) = delete;
  Extensions& operator=(const Extensions&) = delete;
  ~Extensions() {
    if (is_open_) xml_.end();
  }

  // The caller ends the element.
  XmlWriter& start(std::string_view element) {
    if (!is_open_) xml_.start("extensionElements");
    is_open_ = true;
    xml_.start(element);
    return xml_;
  }

 private:
  XmlWriter& xml_;
  bool is_open_ = false;
};

// An expression where a text without "=" would be taken as it is written.
std::string marked(const expr::Expression& expression);
// The same, or a text as it is where the expression is nothing but that text.
std::string unquoted(const expr::Expression& expression);

// Messages, signals, errors and escalations: written once beside the process, named by id.
class Roots {
 public:
  // Ids of the definition are taken.
  explicit Roots(const ProcessDefinition& definition);

  void write(XmlWriter& xml) const;
  // Empty when the trigger names nothing.
  [[nodiscard]] std::string id_of(const Trigger& trigger) const;
  // An id that nothing else has.
  std::string unused_id(const std::string& wanted);

 private:
  using Key = std::pair<TriggerKind, std::string>;

  std::map<Key, std::string> ids_;
  std::set<std::string, std::less<>> taken_;
};

// Attributes of the node's own element, to be written before anything else of it.
void write_attributes(XmlWriter& xml, const ProcessDefinition& definition, const Node& node,
                      const Roots& roots);
void write_extensions(XmlWriter& xml, const ProcessDefinition& definition, const Node& node);
// Children of the standard: loops, scripts, event definitions.
void write_children(XmlWriter& xml, const ProcessDefinition& definition, const Node& node,
                    const Roots& roots);

// Of user tasks.
void write_task_attributes(XmlWriter& xml, const UserTask& task);
void write_task_extensions(Extensions& extensions, const UserTask& task);

}  // namespace cinnabar::process::bpmn
