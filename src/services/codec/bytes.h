// Bytes of the store: variable-length integers and counted texts, sealed with a format number in
// front and a checksum behind. Private to services/codec.
//
// Ownership: a Reader borrows the bytes. Errors: a Reader never throws and never reads outside its
// bytes; the first impossible thing makes it failed for good, and from then on it answers zeros.
// Callers look at `is_complete` once, at the end. Thread: plain values.
#pragma once

#include "base/result.h"
#include "vocab/limits.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace cinnabar::services::codec {

// CRC-32C: finds every change of up to three bits in a row of this size, and every burst of 32.
std::uint32_t checksum(std::string_view bytes);

class Writer {
 public:
  explicit Writer(std::uint8_t format) { out_.push_back(static_cast<char>(format)); }

  void put_byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void put_unsigned(std::uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>((value & 0x7F) | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }
  // Small magnitudes of either sign are short.
  void put_signed(std::int64_t value) {
    put_unsigned((static_cast<std::uint64_t>(value) << 1) ^
                 static_cast<std::uint64_t>(value >> 63));
  }
  void put_size(std::size_t value) { put_unsigned(value); }
  void put_text(std::string_view text) {
    put_size(text.size());
    out_.append(text);
  }
  template <typename Id>
  void put_id(Id id) {
    put_signed(id.value());
  }

  // For what can not be stored, for example values that nest too deep.
  void fail() { has_failed_ = true; }
  // Also true once there are more than limits::kStateBytesMax: nothing that large is ever stored.
  [[nodiscard]] bool has_failed() const {
    return has_failed_ || out_.size() > limits::kStateBytesMax;
  }

  // The bytes with their checksum. The writer is spent.
  std::string seal() &&;

 private:
  std::string out_;
  bool has_failed_ = false;
};

class Reader {
 public:
  // Checks the format number and the checksum; a mismatch gives a failed reader.
  Reader(std::string_view bytes, std::uint8_t format);

  std::uint8_t get_byte() {
    if (bytes_.empty()) return fail();
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::uint64_t get_unsigned() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = get_byte();
      if (shift == 63 && byte > 1) return fail();
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return byte == 0 && shift > 0 ? fail() : value;
    }
    return fail();
  }
  std::int64_t get_signed() {
    const std::uint64_t value = get_unsigned();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::string_view get_text() {
    const std::size_t size = get_count();
    const std::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return text;
  }
  // A number of things of at least one byte each, so it never exceeds the bytes that are left.
  std::size_t get_count() {
    const std::uint64_t count = get_unsigned();
    return count <= bytes_.size() ? static_cast<std::size_t>(count) : fail();
  }
  template <typename Id>
  Id get_id() {
    return Id{get_signed()};
  }
  // Enumerations have adjacent values.
  template <typename Enum>
  Enum get_enum(Enum first, Enum last) {
    const std::uint8_t value = get_byte();
    if (value >= static_cast<std::uint8_t>(first) && value <= static_cast<std::uint8_t>(last)) {
      return static_cast<Enum>(value);
    }
    fail();
    return first;
  }
  bool get_bool() {
    const std::uint8_t value = get_byte();
    return value <= 1 ? value == 1 : fail() != 0;
  }

  // Answers zero, so that callers can return it.
  std::uint8_t fail() {
    has_failed_ = true;
    bytes_ = {};
    return 0;
  }
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  // Everything was read, and nothing was impossible.
  [[nodiscard]] bool is_complete() const { return !has_failed_ && bytes_.empty(); }
  // What to reserve for `count` things: memory must follow the bytes that are really there.
  [[nodiscard]] static std::size_t reserve_for(std::size_t count) {
    return std::min<std::size_t>(count, 64);
  }

 private:
  std::string_view bytes_;
  bool has_failed_ = false;
};

}  // namespace cinnabar::services::codec
