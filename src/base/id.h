// Strong integer ids: two kinds of id never mix by accident. Values are positive and stay below
// 2^53, so JavaScript and vendor integer ids hold them exactly. Zero means "never assigned" and is
// only the value of a default-constructed id. Thread: a plain value.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace cinnabar {

inline constexpr std::int64_t kIdMax = (std::int64_t{1} << 53) - 1;

template <typename Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(std::int64_t value) : value_(value) {}

  [[nodiscard]] constexpr std::int64_t value() const { return value_; }
  [[nodiscard]] constexpr bool is_assigned() const { return value_ != 0; }

  friend constexpr auto operator<=>(Id, Id) = default;

 private:
  std::int64_t value_ = 0;
};

}  // namespace cinnabar

template <typename Tag>
struct std::hash<cinnabar::Id<Tag>> {
  std::size_t operator()(cinnabar::Id<Tag> id) const noexcept {
    return std::hash<std::int64_t>{}(id.value());
  }
};
