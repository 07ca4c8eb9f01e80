#include "api/common/opaque_id.h"

#include <bit>

namespace cinnabar::api {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::uint64_t kCheckMask = (std::uint64_t{1} << 58) - 1;

// Both steps can be undone: a shifted exclusive or, and a product with an odd number.
constexpr std::uint64_t kFirst = 0xbf58476d1ce4e5b9ULL;
constexpr std::uint64_t kSecond = 0x94d049bb133111ebULL;

constexpr std::uint64_t inverse(std::uint64_t odd) {
  std::uint64_t out = odd;
  for (int i = 0; i < 6; ++i) out *= 2 - odd * out;
  return out;
}
constexpr std::uint64_t unshift(std::uint64_t value, int by) {
  std::uint64_t out = value;
  for (int done = by; done < 64; done += by) out = value ^ (out >> by);
  return out;
}
constexpr std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * kFirst;
  value = (value ^ (value >> 27)) * kSecond;
  return value ^ (value >> 31);
}
constexpr std::uint64_t unmix(std::uint64_t value) {
  value = unshift(value, 31) * inverse(kSecond);
  value = unshift(value, 27) * inverse(kFirst);
  return unshift(value, 30);
}
static_assert(unmix(mix(0x0123456789abcdefULL)) == 0x0123456789abcdefULL);

std::uint64_t salt_of(std::uint64_t kind) {
  return kind * 0x9e3779b97f4a7c15ULL;
}
std::uint64_t check_of(std::uint64_t mixed, std::uint64_t kind) {
  return mix(mixed + salt_of(kind)) & kCheckMask;
}

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(value >> shift) & 0xf];
}

std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t out = 0;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    const std::size_t digit = kDigits.find(lower);
    if (digit == std::string_view::npos) return std::nullopt;
    out = (out << 4) | digit;
  }
  return out;
}

}  // namespace

// The 64 mixed bits lie around the version and the variant: 48, 12 and 4 of them; then 58 bits that
// follow from them.
std::string to_opaque_id(std::uint64_t kind, std::int64_t id) {
  const std::uint64_t mixed = mix(std::bit_cast<std::uint64_t>(id) ^ salt_of(kind));
  const std::uint64_t high = (mixed & ~std::uint64_t{0xffff}) | 0x4000 | ((mixed >> 4) & 0xfff);
  const std::uint64_t low =
      (std::uint64_t{2} << 62) | ((mixed & 0xf) << 58) | check_of(mixed, kind);
  std::string out;
  out.reserve(32);
  append_hex(out, high);
  append_hex(out, low);
  return out;
}

std::optional<std::int64_t> from_opaque_id(std::uint64_t kind, std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  const auto high = read_hex(text.substr(0, 16));
  const auto low = read_hex(text.substr(16));
  if (!high || !low) return std::nullopt;
  if ((*high & 0xf000) != 0x4000 || (*low >> 62) != 2) return std::nullopt;
  const std::uint64_t mixed =
      (*high & ~std::uint64_t{0xffff}) | ((*high & 0xfff) << 4) | ((*low >> 58) & 0xf);
  if ((*low & kCheckMask) != check_of(mixed, kind)) return std::nullopt;
  return std::bit_cast<std::int64_t>(unmix(mixed) ^ salt_of(kind));
}

}  // namespace cinnabar::api
