#include "domain/process/bpmn/xml_writer.h"

#include "base/assert.h"

namespace cinnabar::process::bpmn {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Line ends and tabs are written as references: parsers change them otherwise, in attributes all
// of them, in texts the carriage return.
void append_escaped(std::string& out, std::string_view value, bool is_attribute) {
  for (const char c : value) {
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
        out += is_attribute ? "&quot;" : "\"";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\n':
        out += is_attribute ? "&#10;" : "\n";
        break;
      case '\t':
        out += is_attribute ? "&#9;" : "\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += kReplacement;
        } else {
          out += c;
        }
    }
  }
}

}  // namespace

void XmlWriter::close_tag() {
  if (is_in_tag_) out_ += '>';
  is_in_tag_ = false;
}

void XmlWriter::indent() {
  out_.append(2 * open_.size(), ' ');
}

void XmlWriter::start(std::string_view element) {
  close_tag();
  if (!open_.empty()) {
    CINNABAR_ASSERT(!open_.back().has_text);
    if (!open_.back().has_children) out_ += '\n';
    open_.back().has_children = true;
  }
  indent();
  out_ += '<';
  out_ += element;
  open_.push_back({std::string(element), false, false});
  is_in_tag_ = true;
}

void XmlWriter::attribute(std::string_view name, std::string_view value) {
  CINNABAR_ASSERT(is_in_tag_);
  out_ += ' ';
  out_ += name;
  out_ += "=\"";
  append_escaped(out_, value, true);
  out_ += '"';
}

void XmlWriter::text(std::string_view value) {
  CINNABAR_ASSERT(!open_.empty());
  CINNABAR_ASSERT(!open_.back().has_children);
  if (value.empty()) return;
  close_tag();
  open_.back().has_text = true;
  append_escaped(out_, value, false);
}

void XmlWriter::end() {
  CINNABAR_ASSERT(!open_.empty());
  const Open element = std::move(open_.back());
  open_.pop_back();
  if (is_in_tag_) {
    out_ += "/>\n";
    is_in_tag_ = false;
    return;
  }
  if (element.has_children) indent();
  out_ += "</" + element.element + ">\n";
}

void XmlWriter::leaf(std::string_view element, std::string_view value) {
  start(element);
  text(value);
  end();
}

std::string XmlWriter::take() {
  CINNABAR_ASSERT(open_.empty());
  return std::move(out_);
}

}  // namespace cinnabar::process::bpmn
