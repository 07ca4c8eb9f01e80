// Regular expressions, compiled once per thread and pattern. RE2 runs in time linear in the text,
// so a pattern of a form or an expression can not stall the server.
//
// Thread: any; each thread keeps its own bounded cache. Errors: a pattern that RE2 refuses never
// matches; ask is_pattern() where that matters.
#pragma once

#include <string_view>

namespace cinnabar::expr {

bool is_pattern(std::string_view pattern);
// The whole text matches.
bool matches_fully(std::string_view text, std::string_view pattern);
// Some part of the text matches.
bool matches_partly(std::string_view text, std::string_view pattern);

}  // namespace cinnabar::expr
