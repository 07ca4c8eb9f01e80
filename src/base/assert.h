// Assertions that stay on in production. They guard the programmer's invariants and are never
// reachable by user input; a failed one prints file, line and condition and aborts.
#pragma once

namespace cinnabar::detail {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace cinnabar::detail

#define CINNABAR_ASSERT(condition)    \
  ((condition) ? static_cast<void>(0) \
               : ::cinnabar::detail::assertion_failed(#condition, __FILE__, __LINE__))

#define CINNABAR_UNREACHABLE() \
  ::cinnabar::detail::assertion_failed("unreachable code was reached", __FILE__, __LINE__)
