#include "domain/expr/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>

namespace cinnabar::expr {
namespace {

constexpr std::size_t kCachedPatternsMax = 256;
constexpr std::size_t kGroupsMax = 10;
constexpr std::int64_t kPatternMemoryMax = 1 << 20;

using Cache = std::map<std::string, std::unique_ptr<re2::RE2>, std::less<>>;

const re2::RE2& compiled(std::string_view pattern) {
  thread_local Cache cache;
  if (const auto found = cache.find(pattern); found != cache.end()) return *found->second;
  if (cache.size() >= kCachedPatternsMax) cache.clear();
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryMax);
  auto made = std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  return *cache.emplace(std::string(pattern), std::move(made)).first->second;
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

bool is_pattern(std::string_view pattern) {
  return compiled(pattern).ok();
}

bool matches_fully(std::string_view text, std::string_view pattern) {
  const re2::RE2& regex = compiled(pattern);
  return regex.ok() && re2::RE2::FullMatch(piece(text), regex);
}

bool matches_partly(std::string_view text, std::string_view pattern) {
  const re2::RE2& regex = compiled(pattern);
  return regex.ok() && re2::RE2::PartialMatch(piece(text), regex);
}

std::optional<std::string> with_flags(std::string_view pattern, std::string_view flags) {
  std::string letters;
  bool extended = false;
  for (const char flag : flags) {
    if (std::string_view("ismx").find(flag) == std::string_view::npos) return std::nullopt;
    if (flag == 'x') {
      extended = true;
    } else if (letters.find(flag) == std::string::npos) {
      letters += flag;
    }
  }
  std::string out = letters.empty() ? "" : "(?" + letters + ")";
  if (!extended) return out + std::string(pattern);
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      out += c;
      out += pattern[++i];
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space || in_class) out += c;
  }
  return out;
}

std::size_t pattern_size(std::string_view pattern) {
  const re2::RE2& regex = compiled(pattern);
  return regex.ok() ? static_cast<std::size_t>(regex.ProgramSize()) : 0;
}

bool find_match(std::string_view text, std::size_t from, std::string_view pattern,
                std::span<std::string_view> groups) {
  const re2::RE2& regex = compiled(pattern);
  if (!regex.ok() || from > text.size()) return false;
  std::array<re2::StringPiece, kGroupsMax> found;
  const std::size_t count = std::min(
      {groups.size(), found.size(), static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1});
  std::ranges::fill(groups, std::string_view{});
  if (!regex.Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, found.data(),
                   static_cast<int>(count))) {
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) groups[i] = {found.at(i).data(), found.at(i).size()};
  return true;
}

}  // namespace cinnabar::expr
