// The patterns of Lua (reference manual 6.4.1), matched in steps that are counted, since a pattern
// may try a text in exponentially many ways. Inside of the script module.
//
// Ownership: views of texts that the caller keeps alive on the Lua stack. Errors: raised in Lua,
// for a malformed pattern and when the budget ends.
#pragma once

#include <lua.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cinnabar::script {

// Trivial, because it may be left by a jump.
class PatternMatcher {
 public:
  PatternMatcher(lua_State* state, std::string_view subject, std::string_view pattern);

  // Where a match that starts at `begin` ends.
  std::optional<std::size_t> match(std::size_t begin);
  [[nodiscard]] bool is_anchored() const { return is_anchored_; }

  // Pushes the captures of the last match, or all of it when the pattern has none.
  int push_captures(std::size_t begin, std::size_t end);
  void push_capture(std::size_t number, std::size_t begin, std::size_t end);
  [[nodiscard]] std::size_t captures() const { return captures_; }

 private:
  static constexpr std::size_t kCapturesMax = 32;
  static constexpr int kDepthMax = 150;
  enum class Kind : std::uint8_t { open, closed, place };
  struct Capture {
    std::size_t begin;
    std::size_t size;
    Kind kind;
  };
  using Place = std::optional<std::size_t>;

  Place match_here(std::size_t at, std::size_t rule);
  Place match_rules(std::size_t at, std::size_t rule);
  Place match_repeated(std::size_t at, std::size_t rule, std::size_t behind);
  Place match_capture_start(std::size_t at, std::size_t rule);
  Place match_capture_end(std::size_t at, std::size_t rule);
  Place match_balanced(std::size_t at, std::size_t rule);
  bool match_frontier(std::size_t at, std::size_t& rule);
  Place match_back_reference(std::size_t at, std::size_t rule);
  [[nodiscard]] bool is_single(std::size_t at, std::size_t rule, std::size_t behind);
  [[nodiscard]] bool is_in_set(char c, std::size_t set, std::size_t last);
  [[nodiscard]] std::size_t behind_class(std::size_t rule);
  void step(std::int64_t count = 1);
  [[noreturn]] void fail(const char* message);

  lua_State* state_;
  std::string_view subject_;
  std::string_view pattern_;
  bool is_anchored_;
  int depth_ = 0;
  std::int64_t steps_ = 0;
  std::size_t captures_ = 0;
  std::array<Capture, kCapturesMax> capture_{};
};

}  // namespace cinnabar::script
