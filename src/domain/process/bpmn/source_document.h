// A BPMN document as it was written, for changes that keep everything else: diagrams, comments,
// extensions of other tools, namespaces, white space. What is written again is canonically equal to
// what was read, up to the changes made.
//
// Ownership: owns its tree; move only. Thread: one. Errors: parse gives invalid_argument
// (definition_invalid) with what is wrong; changes give not_found or invalid_argument and then
// change nothing. Bounds are those of import().
#pragma once

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace pugi {
class xml_document;
}

namespace cinnabar::process::bpmn {

class SourceDocument {
 public:
  static Result<SourceDocument> parse(std::string_view xml);
  SourceDocument(SourceDocument&&) noexcept;
  SourceDocument& operator=(SourceDocument&&) noexcept;
  ~SourceDocument();

  // The name that people see of the BPMN element with that id; empty removes it.
  Status rename(std::string_view id, std::string_view name);
  // Gives a process another key, also where the document refers to it: pools, diagrams and call
  // activities. The new key must be an XML name that nothing else has.
  Status rekey(std::string_view process, std::string_view key);

  [[nodiscard]] std::string write() const;

 private:
  explicit SourceDocument(std::unique_ptr<pugi::xml_document> tree);

  std::unique_ptr<pugi::xml_document> tree_;
};

}  // namespace cinnabar::process::bpmn
