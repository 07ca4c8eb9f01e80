// Process definition -> BPMN 2.0 XML that import() reads back as an equal definition: the same
// nodes, settings and scopes, and for each node the same order of flows. Lines differ, and there is
// no diagram. What a document holds besides its definition (diagrams, other tools' extensions) is
// kept by the document itself: see source_document.h.
//
// Any finished definition that import() or code made can be written; it need not be valid. Time and
// size grow with the definition. Thread: any.
#pragma once

#include "domain/process/definition.h"

#include <string>

namespace cinnabar::process::bpmn {

std::string to_xml(const ProcessDefinition& definition);

}  // namespace cinnabar::process::bpmn
