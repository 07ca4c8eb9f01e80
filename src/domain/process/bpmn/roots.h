// What lies beside the processes of a document and is referred to from inside: messages, signals,
// errors, escalations. Inside of the importer. Borrows the document. Thread: one.
#pragma once

#include "domain/process/bpmn/xml.h"

#include <map>
#include <string>
#include <string_view>

namespace cinnabar::process::bpmn {

struct RootElement {
  std::string_view kind;  // element name
  pugi::xml_node element;
  std::string text;  // name of the message or signal, code of the error or escalation
};

class RootElements {
 public:
  explicit RootElements(Document& document);

  // Of a reference attribute: finding and null pointer when it is missing, names nothing or
  // something else.
  const RootElement* resolve(const pugi::xml_node& at, const char* attribute,
                             std::string_view kind);

 private:
  Document& document_;
  std::map<std::string, RootElement, std::less<>> by_id_;
};

}  // namespace cinnabar::process::bpmn
