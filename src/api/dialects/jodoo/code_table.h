// Tables of the vendor's numbers: their texts, and which reason of an error has which number. Pure
// functions, any thread; borrowed tables must outlive the call.
#pragma once

#include "api/dialects/jodoo/envelope.h"
#include "base/error.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace cinnabar::jodoo {

using CodeText = std::pair<int, std::string_view>;
using CodeRule = std::pair<Reason, int>;

// Empty for a number that is not in the table.
inline std::string_view find_text(std::span<const CodeText> texts, int code) {
  const auto it = std::ranges::find(texts, code, &CodeText::first);
  return it == texts.end() ? std::string_view() : it->second;
}

// With the number of the rule for its reason; without one as it was.
inline Error numbered(const Error& error, std::span<const CodeRule> rules) {
  const auto rule = std::ranges::find(rules, error.reason, &CodeRule::first);
  return rule == rules.end() ? error : fail(rule->second, error.detail);
}

}  // namespace cinnabar::jodoo
