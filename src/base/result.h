// Result<T>: a value or an Error. Names follow std::expected so that C++23 is a mechanical move.
// The class is nodiscard: dropping a failure does not compile. Thread: a plain value.
#pragma once

#include "base/assert.h"
#include "base/error.h"

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace cinnabar {

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & {
    CINNABAR_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    CINNABAR_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    CINNABAR_ASSERT(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const& {
    CINNABAR_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    CINNABAR_ASSERT(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

  [[nodiscard]] T value_or(T fallback) const& {
    return has_value() ? value() : std::move(fallback);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Error& error() const& {
    CINNABAR_ASSERT(!has_value());
    return *error_;
  }
  [[nodiscard]] Error&& error() && {
    CINNABAR_ASSERT(!has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace cinnabar

#define CINNABAR_CONCAT_INNER(a, b) a##b
#define CINNABAR_CONCAT(a, b) CINNABAR_CONCAT_INNER(a, b)

// CINNABAR_TRY(const auto row, store.get(id)): declares `row`, or returns the error to the caller.
#define CINNABAR_TRY(declaration, ...) \
  CINNABAR_TRY_INNER(CINNABAR_CONCAT(cinnabar_try_, __LINE__), declaration, __VA_ARGS__)
#define CINNABAR_TRY_INNER(name, declaration, ...)       \
  auto name = (__VA_ARGS__);                             \
  if (!name.has_value()) return std::move(name).error(); \
  declaration = std::move(name).value()

// CINNABAR_CHECK_OK(store.put(row)): returns the error to the caller, or goes on.
#define CINNABAR_CHECK_OK(...) \
  CINNABAR_CHECK_OK_INNER(CINNABAR_CONCAT(cinnabar_status_, __LINE__), __VA_ARGS__)
#define CINNABAR_CHECK_OK_INNER(name, ...) \
  if (auto name = (__VA_ARGS__); !name.has_value()) return std::move(name).error()
