// BPMN 2.0 XML -> process definition. Namespaces are resolved by URI; elements of other tools'
// extensions are understood where documented in docs/reference/bpmn.md and listed as warnings where
// not. The document itself is stored as it came, so nothing of it is lost.
//
// Our extension namespace is "urn:cinnabar:bpmn:1.0". Errors: findings with
// is_error set; `definition` is present only when there is none.
#pragma once

#include "domain/process/definition.h"

#include <memory>
#include <string_view>
#include <vector>

namespace cinnabar::process::bpmn {

struct Imported {
  std::shared_ptr<const ProcessDefinition> definition;
  std::vector<std::shared_ptr<const ProcessDefinition>> others;  // executable ones beside it
  std::vector<Finding> findings;
};

// The executable <process> of the document, of several the first; the others can be called by it.
Imported import(std::string_view xml, const form::FormDefinition* form);

}  // namespace cinnabar::process::bpmn
