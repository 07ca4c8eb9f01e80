#include "domain/expr/iso_time.h"

#include <fmt/format.h>

#include <array>
#include <limits>

namespace cinnabar::expr {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

struct Unit {
  char letter = 0;
  bool in_months = false;
  std::int64_t scale = 0;
};
constexpr std::array<Unit, 4> kDateUnits = {
    {{'Y', true, 12}, {'M', true, 1}, {'W', false, 7 * kDay}, {'D', false, kDay}}};
constexpr std::array<Unit, 3> kTimeUnits = {
    {{'H', false, 3600 * kSecond}, {'M', false, 60 * kSecond}, {'S', false, kSecond}}};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<IsoDuration> run() {
    const bool negative = take('-');
    if (!negative) take('+');
    if (!take('P')) return std::nullopt;
    if (!units(kDateUnits)) return std::nullopt;
    if (take('T')) {
      const std::size_t before = found_;
      if (!units(kTimeUnits) || found_ == before) return std::nullopt;
    }
    if (found_ == 0 || !text_.empty()) return std::nullopt;
    if (negative) out_ = {-out_.months, -out_.micros};
    return out_;
  }

 private:
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool at_digit() const {
    return !text_.empty() && text_.front() >= '0' && text_.front() <= '9';
  }

  template <std::size_t Count>
  bool units(const std::array<Unit, Count>& units) {
    std::size_t next = 0;
    while (at_digit()) {
      std::int64_t amount = 0;
      std::int64_t fraction = 0;
      bool has_fraction = false;
      if (!number(amount, fraction, has_fraction)) return false;
      while (next < Count && !text_.starts_with(units.at(next).letter)) ++next;
      if (next == Count) return false;
      const Unit& unit = units.at(next++);
      text_.remove_prefix(1);
      if (has_fraction && unit.letter != 'S') return false;
      std::int64_t& sum = unit.in_months ? out_.months : out_.micros;
      std::int64_t part = 0;
      if (__builtin_mul_overflow(amount, unit.scale, &part) ||
          __builtin_add_overflow(sum, part, &sum) || __builtin_add_overflow(sum, fraction, &sum)) {
        return false;
      }
      ++found_;
    }
    return true;
  }

  bool number(std::int64_t& amount, std::int64_t& micros, bool& has_fraction) {
    while (at_digit()) {
      if (amount > std::numeric_limits<std::int64_t>::max() / 10 - 1) return false;
      amount = amount * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    if (!take('.')) return true;
    has_fraction = true;
    if (!at_digit()) return false;
    for (std::int64_t scale = kSecond / 10; at_digit(); scale /= 10) {
      micros += (text_.front() - '0') * scale;
      text_.remove_prefix(1);
    }
    return true;
  }

  std::string_view text_;
  IsoDuration out_;
  std::size_t found_ = 0;
};

// The smallest integer has no positive twin.
std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

std::string months_part(std::uint64_t months) {
  std::string out;
  if (months >= 12) out += fmt::format("{}Y", months / 12);
  if (months % 12 != 0) out += fmt::format("{}M", months % 12);
  return out;
}

std::string micros_part(std::uint64_t micros) {
  constexpr auto kInSecond = static_cast<std::uint64_t>(kSecond);
  constexpr auto kInDay = static_cast<std::uint64_t>(kDay);
  std::string out;
  if (const std::uint64_t days = micros / kInDay; days != 0) out += fmt::format("{}D", days);
  const std::uint64_t rest = micros % kInDay;
  if (rest == 0) return out;
  out += 'T';
  const std::uint64_t seconds = rest / kInSecond;
  if (seconds >= 3600) out += fmt::format("{}H", seconds / 3600);
  if (seconds / 60 % 60 != 0) out += fmt::format("{}M", seconds / 60 % 60);
  const std::uint64_t fraction = rest % kInSecond;
  if (seconds % 60 == 0 && fraction == 0) return out;
  out += fmt::format("{}", seconds % 60);
  if (fraction != 0) {
    out += fmt::format(".{:06}", fraction);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + 'S';
}

}  // namespace

std::optional<IsoDuration> parse_duration(std::string_view text) {
  return Reader(text).run();
}

std::string format_duration(const IsoDuration& duration) {
  if (duration.months == 0 && duration.micros == 0) return "PT0S";
  const bool negative = duration.months < 0 || duration.micros < 0;
  return (negative ? "-P" : "P") + months_part(magnitude(duration.months)) +
         micros_part(magnitude(duration.micros));
}

std::string format_months(std::int64_t months) {
  if (months == 0) return "P0M";
  return (months < 0 ? "-P" : "P") + months_part(magnitude(months));
}

std::string format_micros(std::int64_t micros) {
  if (micros == 0) return "PT0S";
  return (micros < 0 ? "-P" : "P") + micros_part(magnitude(micros));
}

}  // namespace cinnabar::expr
