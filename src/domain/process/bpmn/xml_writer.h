// Writes well-formed, indented XML 1.0 as UTF-8. Inside of the exporter. Texts are escaped so that
// a parser gives back the same bytes; control characters that XML can not hold become U+FFFD.
// Use: start, its attributes, then its text or its children, end. Thread: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::process::bpmn {

class XmlWriter {
 public:
  XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  void start(std::string_view element);
  void attribute(std::string_view name, std::string_view value);
  void text(std::string_view value);
  void end();
  // An element that holds nothing but a text.
  void leaf(std::string_view element, std::string_view value);
  // The document; every element is ended.
  std::string take();

 private:
  struct Open {
    std::string element;
    bool has_children = false;
    bool has_text = false;
  };
  void close_tag();
  void indent();

  std::string out_;
  std::vector<Open> open_;
  bool is_in_tag_ = false;
};

}  // namespace cinnabar::process::bpmn
