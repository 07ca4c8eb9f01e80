#include "domain/script/meter.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace cinnabar::script {
namespace {

// Blocks of at least this size carry a header that says whether they are texts.
constexpr std::size_t kLongBytes = 1024;
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kBytesPerUnit = 16;
constexpr int kIntervalMax = 1000;

std::size_t header_bytes(std::size_t size) {
  return size >= kLongBytes ? kHeaderBytes : 0;
}

void* raw_block(void* block, std::size_t size) {
  return static_cast<char*>(block) - header_bytes(size);
}

bool is_text_block(void* block, std::size_t size) {
  return size >= kLongBytes && *static_cast<const char*>(raw_block(block, size)) == 1;
}

void* new_block(std::size_t size, bool is_text) {
  auto* raw = static_cast<char*>(std::malloc(size + header_bytes(size)));
  if (raw == nullptr || header_bytes(size) == 0) return raw;
  *raw = is_text ? 1 : 0;
  return raw + kHeaderBytes;
}

void* resized_block(void* block, std::size_t old_size, std::size_t new_size) {
  if (header_bytes(old_size) == header_bytes(new_size)) {
    auto* raw = static_cast<char*>(
        std::realloc(raw_block(block, old_size), new_size + header_bytes(new_size)));
    return raw == nullptr ? nullptr : raw + header_bytes(new_size);
  }
  void* moved = new_block(new_size, false);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, std::min(old_size, new_size));
  std::free(raw_block(block, old_size));
  return moved;
}

}  // namespace

Meter& Meter::of(lua_State* state) {
  void* meter = nullptr;
  lua_getallocf(state, &meter);
  return *static_cast<Meter*>(meter);
}

void* Meter::allocate(void* meter, void* block, std::size_t old_size, std::size_t new_size) {
  auto& self = *static_cast<Meter*>(meter);
  if (block == nullptr) {
    // For a new block, the old size names the kind of object.
    const bool is_text = old_size == LUA_TSTRING;
    if (new_size == 0 || (is_text && new_size > limits::kScriptTextBytesMax)) return nullptr;
    if (!self.take(new_size)) return nullptr;
    void* made = new_block(new_size, is_text);
    if (made == nullptr) {
      self.memory_used_ -= new_size;
    } else if (is_text && new_size >= kLongBytes) {
      self.count_text(new_size, 1);
    }
    return made;
  }
  if (new_size == 0) {
    if (is_text_block(block, old_size)) self.count_text(old_size, -1);
    self.memory_used_ -= old_size;
    std::free(raw_block(block, old_size));
    return nullptr;
  }
  if (new_size > old_size && !self.take(new_size - old_size)) return nullptr;
  void* made = resized_block(block, old_size, new_size);
  if (made == nullptr) {
    if (new_size > old_size) self.memory_used_ -= new_size - old_size;
    return nullptr;
  }
  if (new_size < old_size) self.memory_used_ -= old_size - new_size;
  return made;
}

bool Meter::take(std::size_t bytes) {
  units_left_ -= static_cast<std::int64_t>(1 + bytes / kBytesPerUnit);
  if (units_left_ < 0) exhausted_ = true;
  if (exhausted_) return false;
  if (bytes > memory_max_ - std::min(memory_used_, memory_max_)) {
    // Lua answers by collecting all garbage, which looks at everything that lives.
    units_left_ -= static_cast<std::int64_t>(memory_used_ / 8);
    return false;
  }
  memory_used_ += bytes;
  return true;
}

void Meter::count_text(std::size_t bytes, int by) {
  long_texts_.at(static_cast<std::size_t>(std::bit_width(bytes))) += by;
  comparable_peak_ = std::max(comparable_peak_, comparable_bytes());
}

std::size_t Meter::comparable_bytes() const {
  std::int32_t seen = 0;
  for (std::size_t width = long_texts_.size(); width-- > 0;) {
    seen += long_texts_.at(width);
    if (seen >= 2) return std::size_t{1} << width;
  }
  return 0;
}

void Meter::start(lua_State* state) {
  interval_ = static_cast<int>(std::clamp<std::int64_t>(units_left_ / 10, 1, kIntervalMax));
  lua_sethook(state, &Meter::on_count, LUA_MASKCOUNT, interval_);
}

void Meter::on_count(lua_State* state, lua_Debug* /*event*/) {
  Meter& self = of(state);
  const auto factor = static_cast<std::int64_t>(1 + self.comparable_peak_ / kLongBytes);
  self.comparable_peak_ = self.comparable_bytes();
  self.charge(state, self.interval_ * factor);
}

void Meter::charge(lua_State* state, std::int64_t units) {
  units_left_ = units > units_left_ ? -1 : units_left_ - units;
  if (units_left_ < 0 || exhausted_) give_up(state);
}

void Meter::give_up(lua_State* state) {
  exhausted_ = true;
  // From now on every instruction raises, so code that runs while the error travels ends as well.
  lua_sethook(state, &Meter::on_count, LUA_MASKCOUNT, 1);
  lua_pushnil(state);
  lua_error(state);
  std::abort();  // lua_error does not return; its declaration cannot say so
}

}  // namespace cinnabar::script
