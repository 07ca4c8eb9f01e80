// Random bits behind an interface, so that the core and the simulator are repeatable. Production
// gets platform/crypto's generator; tests get SeededRandom, which is not for secrets.
#pragma once

#include <cstdint>

namespace cinnabar {

class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  // Uniform in [0, bound); bound must be positive. The bias for small bounds is below 2^-32.
  std::uint64_t below(std::uint64_t bound) {
    // Both compilers have this type; only the standard does not.
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }
};

// SplitMix64: the same sequence for the same seed on every compiler.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace cinnabar
