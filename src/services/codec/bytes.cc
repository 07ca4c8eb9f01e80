#include "services/codec/bytes.h"

#include <array>

namespace cinnabar::services::codec {

namespace {

constexpr std::size_t kChecksumBytes = 4;

// Four tables let the loop take four bytes at a time; every committed command pays for it.
using ChecksumTables = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr ChecksumTables make_tables() {
  ChecksumTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1) != 0 ? (value >> 1) ^ 0x82F63B78U : value >> 1;
    }
    tables[0][i] = value;
  }
  for (std::size_t table = 1; table < tables.size(); ++table) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[table - 1][i];
      tables[table][i] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr ChecksumTables kTables = make_tables();

std::uint32_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint8_t>(bytes[index]);
}

std::uint32_t word_at(std::string_view bytes, std::size_t index) {
  return byte_at(bytes, index) | byte_at(bytes, index + 1) << 8 | byte_at(bytes, index + 2) << 16 |
         byte_at(bytes, index + 3) << 24;
}

}  // namespace

std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t value = ~0U;
  std::size_t index = 0;
  for (; index + 4 <= bytes.size(); index += 4) {
    value ^= word_at(bytes, index);
    value = kTables[3][value & 0xFF] ^ kTables[2][value >> 8 & 0xFF] ^
            kTables[1][value >> 16 & 0xFF] ^ kTables[0][value >> 24];
  }
  for (; index < bytes.size(); ++index) {
    value = (value >> 8) ^ kTables[0][(value ^ byte_at(bytes, index)) & 0xFF];
  }
  return ~value;
}

std::string Writer::seal() && {
  const std::uint32_t sum = checksum(out_);
  for (int shift = 0; shift < 32; shift += 8) {
    out_.push_back(static_cast<char>(sum >> shift & 0xFF));
  }
  return std::move(out_);
}

Reader::Reader(std::string_view bytes, std::uint8_t format) {
  if (bytes.size() < 1 + kChecksumBytes || byte_at(bytes, 0) != format) {
    fail();
    return;
  }
  const std::size_t body = bytes.size() - kChecksumBytes;
  if (word_at(bytes, body) != checksum(bytes.substr(0, body))) {
    fail();
    return;
  }
  bytes_ = bytes.substr(1, body - 1);
}

}  // namespace cinnabar::services::codec
