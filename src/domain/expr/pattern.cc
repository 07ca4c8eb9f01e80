#include "domain/expr/pattern.h"

#include <re2/re2.h>

#include <map>
#include <memory>
#include <string>

namespace cinnabar::expr {
namespace {

constexpr std::size_t kCachedPatternsMax = 256;
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

}  // namespace cinnabar::expr
