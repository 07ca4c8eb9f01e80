// Regular expressions, compiled once per thread and pattern. RE2 runs in time linear in the text,
// so a pattern of a form or an expression can not stall the server.
//
// Thread: any; each thread keeps its own bounded cache. Errors: a pattern that RE2 refuses never
// matches; ask is_pattern() where that matters.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cinnabar::expr {

bool is_pattern(std::string_view pattern);
// The whole text matches.
bool matches_fully(std::string_view text, std::string_view pattern);
// Some part of the text matches.
bool matches_partly(std::string_view text, std::string_view pattern);

// The pattern with the flags of XPath: i, s, m, and x, which drops white space outside of brackets.
// nullopt: there is another letter among them.
std::optional<std::string> with_flags(std::string_view pattern, std::string_view flags);
// Instructions of the compiled pattern; a search takes time in proportion to it and to the text.
std::size_t pattern_size(std::string_view pattern);
// The first match from `from` on: the whole in groups[0], then its groups, as far as there is room;
// a group that took no part has no data().
bool find_match(std::string_view text, std::size_t from, std::string_view pattern,
                std::span<std::string_view> groups);

}  // namespace cinnabar::expr
