#include "domain/script/pattern.h"

#include "domain/script/library.h"
#include "domain/script/meter.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace cinnabar::script {
namespace {

bool is_between(char c, char low, char high) {
  return c >= low && c <= high;
}

// The classes of ASCII; other bytes belong to none.
bool is_in_letter_class(char c, char letter, bool& is_class) {
  const bool is_lower = is_between(c, 'a', 'z');
  const bool is_upper = is_between(c, 'A', 'Z');
  const bool is_digit = is_between(c, '0', '9');
  const bool is_graphic = is_between(c, '!', '~');
  is_class = true;
  switch (letter) {
    case 'a':
      return is_lower || is_upper;
    case 'c':
      return is_between(c, '\0', '\x1f') || c == '\x7f';
    case 'd':
      return is_digit;
    case 'g':
      return is_graphic;
    case 'l':
      return is_lower;
    case 'p':
      return is_graphic && !is_lower && !is_upper && !is_digit;
    case 's':
      return c == ' ' || is_between(c, '\t', '\r');
    case 'u':
      return is_upper;
    case 'w':
      return is_lower || is_upper || is_digit;
    case 'x':
      return is_digit || is_between(c, 'a', 'f') || is_between(c, 'A', 'F');
    default:
      is_class = false;
      return false;
  }
}

// "%d" and the like: a capital letter is the opposite, anything that is no letter means itself.
bool is_in_class(char c, char letter) {
  const bool is_opposite = is_between(letter, 'A', 'Z');
  bool is_class = false;
  const bool is_in =
      is_in_letter_class(c, is_opposite ? static_cast<char>(letter + 32) : letter, is_class);
  return is_class ? is_in != is_opposite : c == letter;
}

}  // namespace

PatternMatcher::PatternMatcher(lua_State* state, std::string_view subject, std::string_view pattern)
    : state_(state), subject_(subject), pattern_(pattern), is_anchored_(pattern.starts_with('^')) {
  if (is_anchored_) pattern_.remove_prefix(1);
}

void PatternMatcher::fail(const char* message) {
  luaL_error(state_, "malformed pattern: %s", message);
  std::abort();  // luaL_error does not return; its declaration cannot say so
}

void PatternMatcher::step(std::int64_t count) {
  constexpr std::int64_t kStepsAtOnce = 256;
  steps_ += count;
  if (steps_ < kStepsAtOnce) return;
  Meter::of(state_).charge(state_, std::exchange(steps_, 0));
}

std::optional<std::size_t> PatternMatcher::match(std::size_t begin) {
  captures_ = 0;
  depth_ = 0;
  return match_here(begin, 0);
}

PatternMatcher::Place PatternMatcher::match_here(std::size_t at, std::size_t rule) {
  if (++depth_ > kDepthMax) fail("too many parts");
  const Place end = match_rules(at, rule);
  --depth_;
  return end;
}

PatternMatcher::Place PatternMatcher::match_rules(std::size_t at, std::size_t rule) {
  while (rule < pattern_.size()) {
    step();
    const char c = pattern_[rule];
    const char next = rule + 1 < pattern_.size() ? pattern_[rule + 1] : '\0';
    if (c == '(') return match_capture_start(at, rule);
    if (c == ')') return match_capture_end(at, rule + 1);
    if (c == '$' && rule + 1 == pattern_.size()) {
      return at == subject_.size() ? Place{at} : std::nullopt;
    }
    if (c == '%' && next == 'f') {
      if (!match_frontier(at, rule)) return std::nullopt;
      continue;
    }
    if (c == '%' && (next == 'b' || is_between(next, '0', '9'))) {
      const Place behind =
          next == 'b' ? match_balanced(at, rule + 2) : match_back_reference(at, rule + 1);
      if (!behind) return std::nullopt;
      at = *behind;
      rule += next == 'b' ? 4 : 2;
      continue;
    }
    const std::size_t behind = behind_class(rule);
    const char repeat = behind < pattern_.size() ? pattern_[behind] : '\0';
    if (repeat == '*' || repeat == '+' || repeat == '-' || repeat == '?') {
      return match_repeated(at, rule, behind);
    }
    if (!is_single(at, rule, behind)) return std::nullopt;
    ++at;
    rule = behind;
  }
  return at;
}

PatternMatcher::Place PatternMatcher::match_repeated(std::size_t at, std::size_t rule,
                                                     std::size_t behind) {
  const char repeat = pattern_[behind];
  if (repeat == '-') {
    while (true) {
      if (const Place end = match_here(at, behind + 1)) return end;
      if (!is_single(at, rule, behind)) return std::nullopt;
      ++at;
    }
  }
  const std::size_t most = repeat == '?' ? 1 : subject_.size();
  const std::size_t least = repeat == '+' ? 1 : 0;
  std::size_t count = 0;
  while (count < most && is_single(at + count, rule, behind)) ++count;
  for (; count + 1 > least; --count) {
    if (const Place end = match_here(at + count, behind + 1)) return end;
    if (count == 0) break;
  }
  return std::nullopt;
}

PatternMatcher::Place PatternMatcher::match_capture_start(std::size_t at, std::size_t rule) {
  if (captures_ >= kCapturesMax) fail("too many captures");
  const bool is_place = rule + 1 < pattern_.size() && pattern_[rule + 1] == ')';
  capture_.at(captures_) = {at, 0, is_place ? Kind::place : Kind::open};
  ++captures_;
  const Place end = match_here(at, rule + (is_place ? 2 : 1));
  if (!end) --captures_;
  return end;
}

PatternMatcher::Place PatternMatcher::match_capture_end(std::size_t at, std::size_t rule) {
  std::size_t open = captures_;
  while (open > 0 && capture_.at(open - 1).kind != Kind::open) --open;
  if (open == 0) fail("a ')' without its '('");
  Capture& capture = capture_.at(open - 1);
  capture.size = at - capture.begin;
  capture.kind = Kind::closed;
  const Place end = match_here(at, rule);
  if (!end) capture.kind = Kind::open;
  return end;
}

PatternMatcher::Place PatternMatcher::match_balanced(std::size_t at, std::size_t rule) {
  if (rule + 1 >= pattern_.size()) fail("%b wants two characters");
  if (at >= subject_.size() || subject_[at] != pattern_[rule]) return std::nullopt;
  std::size_t depth = 1;
  for (std::size_t i = at + 1; i < subject_.size(); ++i) {
    step();
    if (subject_[i] == pattern_[rule + 1]) {
      if (--depth == 0) return i + 1;
    } else if (subject_[i] == pattern_[rule]) {
      ++depth;
    }
  }
  return std::nullopt;
}

bool PatternMatcher::match_frontier(std::size_t at, std::size_t& rule) {
  const std::size_t set = rule + 2;
  if (set >= pattern_.size() || pattern_[set] != '[') fail("%f wants a set");
  rule = behind_class(set);
  const char before = at == 0 ? '\0' : subject_[at - 1];
  const char here = at < subject_.size() ? subject_[at] : '\0';
  return !is_in_set(before, set, rule - 1) && is_in_set(here, set, rule - 1);
}

PatternMatcher::Place PatternMatcher::match_back_reference(std::size_t at, std::size_t rule) {
  const char digit = pattern_[rule];
  const auto number = static_cast<std::size_t>(digit - '0');
  if (number == 0 || number > captures_ || capture_.at(number - 1).kind == Kind::open) {
    fail("a reference to a capture that is not there");
  }
  const Capture& capture = capture_.at(number - 1);
  step(static_cast<std::int64_t>(capture.size / 16));
  const std::string_view captured = subject_.substr(capture.begin, capture.size);
  if (!subject_.substr(at).starts_with(captured)) return std::nullopt;
  return at + captured.size();
}

bool PatternMatcher::is_single(std::size_t at, std::size_t rule, std::size_t behind) {
  step();
  if (at >= subject_.size()) return false;
  const char c = subject_[at];
  switch (pattern_[rule]) {
    case '.':
      return true;
    case '%':
      return is_in_class(c, pattern_[rule + 1]);
    case '[':
      return is_in_set(c, rule, behind - 1);
    default:
      return pattern_[rule] == c;
  }
}

// The set from its '[' to its ']' at `last`.
bool PatternMatcher::is_in_set(char c, std::size_t set, std::size_t last) {
  step(static_cast<std::int64_t>(last - set));
  std::size_t at = set + 1;
  const bool is_opposite = pattern_[at] == '^';
  if (is_opposite) ++at;
  const auto byte = static_cast<unsigned char>(c);
  for (; at < last; ++at) {
    if (pattern_[at] == '%') {
      ++at;
      if (is_in_class(c, pattern_[at])) return !is_opposite;
    } else if (at + 2 < last && pattern_[at + 1] == '-') {
      if (static_cast<unsigned char>(pattern_[at]) <= byte &&
          byte <= static_cast<unsigned char>(pattern_[at + 2])) {
        return !is_opposite;
      }
      at += 2;
    } else if (pattern_[at] == c) {
      return !is_opposite;
    }
  }
  return is_opposite;
}

std::size_t PatternMatcher::behind_class(std::size_t rule) {
  const char first = pattern_[rule];
  if (first == '%') {
    if (rule + 1 >= pattern_.size()) fail("it ends with a '%'");
    return rule + 2;
  }
  if (first != '[') return rule + 1;
  std::size_t at = rule + 1;
  if (at < pattern_.size() && pattern_[at] == '^') ++at;
  // A ']' in the first place is one of the set.
  do {
    if (at >= pattern_.size()) fail("a '[' without its ']'");
    step();
    at += pattern_[at] == '%' ? 2 : 1;
  } while (at >= pattern_.size() || pattern_[at] != ']');
  return at + 1;
}

void PatternMatcher::push_capture(std::size_t number, std::size_t begin, std::size_t end) {
  if (number >= captures_) {
    if (number != 0) fail("a reference to a capture that is not there");
    push_view(state_, subject_.substr(begin, end - begin));
    return;
  }
  const Capture& capture = capture_.at(number);
  if (capture.kind == Kind::open) fail("a '(' without its ')'");
  if (capture.kind == Kind::place) {
    lua_pushinteger(state_, static_cast<lua_Integer>(capture.begin + 1));
  } else {
    push_view(state_, subject_.substr(capture.begin, capture.size));
  }
}

int PatternMatcher::push_captures(std::size_t begin, std::size_t end) {
  const std::size_t count = std::max<std::size_t>(captures_, 1);
  luaL_checkstack(state_, static_cast<int>(count), "captures");
  for (std::size_t i = 0; i < count; ++i) push_capture(i, begin, end);
  return static_cast<int>(count);
}

}  // namespace cinnabar::script
