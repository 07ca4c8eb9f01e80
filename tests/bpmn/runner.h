// Runs one case of the corpus: a document in a small world of its own, with a virtual clock that
// begins at 2026-01-01T00:00:00Z. Pure: the same case gives the same answer. Thread: any, one case
// each.
#pragma once

#include "case_file.h"

#include <string>
#include <vector>

namespace cinnabar::corpus {

// What is different from the expectation, in lines for people; empty: the case passed.
std::vector<std::string> run_case(const std::string& document, const Case& expected);

}  // namespace cinnabar::corpus
