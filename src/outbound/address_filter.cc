#include "outbound/address_filter.h"

#include "base/text.h"
#include "vocab/reasons.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace cinnabar::outbound {
namespace {

constexpr std::size_t kHostBytesMax = 253;

struct V4Block {
  std::uint32_t base;
  int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// The registry of special purposes (IANA), multicast and what is reserved; and one address outside
// of these at which a cloud answers its machines.
constexpr V4Block kRefusedV4[] = {
    {v4(0, 0, 0, 0), 8},        {v4(10, 0, 0, 0), 8},     {v4(100, 64, 0, 0), 10},
    {v4(127, 0, 0, 0), 8},      {v4(169, 254, 0, 0), 16}, {v4(172, 16, 0, 0), 12},
    {v4(192, 0, 0, 0), 24},     {v4(192, 0, 2, 0), 24},   {v4(192, 31, 196, 0), 24},
    {v4(192, 52, 193, 0), 24},  {v4(192, 88, 99, 0), 24}, {v4(192, 168, 0, 0), 16},
    {v4(192, 175, 48, 0), 24},  {v4(198, 18, 0, 0), 15},  {v4(198, 51, 100, 0), 24},
    {v4(203, 0, 113, 0), 24},   {v4(224, 0, 0, 0), 4},    {v4(240, 0, 0, 0), 4},
    {v4(168, 63, 129, 16), 32},
};

struct V6Block {
  std::array<std::uint8_t, 16> base;
  int bits;
};

constexpr V6Block kGlobalV6{{0x20}, 3};
// Within the global block: tunnels that lead to other addresses, documentation, protocols.
constexpr V6Block kRefusedV6[] = {
    {{0x20, 0x01, 0x00}, 23}, {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x20, 0x02}, 16},       {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},
    {{0x3f, 0xff, 0x00}, 20}, {{0x3f, 0xfe}, 16},
};
constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 12> kNat64{0x00, 0x64, 0xff, 0x9b};

bool is_in(const V6Block& block, const IpAddress& address) {
  return IpBlock{{block.base}, block.bits}.contains(address);
}

bool is_public_v4(std::uint32_t address) {
  return std::ranges::none_of(kRefusedV4, [address](const V4Block& block) {
    return (address ^ block.base) >> (32 - block.bits) == 0;
  });
}

std::string normal_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return to_lower_ascii(host);
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  // What ends in a number would be read as an address.
  const std::size_t dot = host.rfind('.');
  const char last = host[dot == std::string_view::npos ? 0 : std::min(dot + 1, host.size() - 1)];
  if (last >= '0' && last <= '9') return false;
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  in_addr four{};
  if (::inet_pton(AF_INET, terminated.c_str(), &four) == 1) return from_v4(ntohl(four.s_addr));
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

IpAddress IpAddress::from_v4(std::uint32_t host_order) {
  IpAddress address;
  std::ranges::copy(kMapped, address.bytes.begin());
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes.at(12 + i) = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return address;
}

std::optional<std::uint32_t> IpAddress::embedded_v4() const {
  const auto prefix = std::span(bytes).first<12>();
  if (!std::ranges::equal(prefix, kMapped) && !std::ranges::equal(prefix, kNat64)) {
    return std::nullopt;
  }
  return v4(bytes[12], bytes[13], bytes[14], bytes[15]);
}

std::optional<IpBlock> IpBlock::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  IpBlock block{*base, 128};
  if (slash == std::string_view::npos) return block;
  const bool is_v4 = text.find(':') == std::string_view::npos;
  const auto bits = parse_int(text.substr(slash + 1));
  if (!bits || *bits < 0 || *bits > (is_v4 ? 32 : 128)) return std::nullopt;
  block.bits = static_cast<int>(*bits) + (is_v4 ? 96 : 0);
  return block;
}

bool IpBlock::contains(const IpAddress& address) const {
  for (int bit = 0; bit < bits; bit += 8) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int unused = std::max(0, 8 - (bits - bit));
    if ((address.bytes.at(at) ^ base.bytes.at(at)) >> unused != 0) return false;
  }
  return true;
}

bool is_public(const IpAddress& address) {
  if (const auto four = address.embedded_v4()) return is_public_v4(*four);
  return is_in(kGlobalV6, address) && std::ranges::none_of(kRefusedV6, [&](const V6Block& block) {
           return is_in(block, address);
         });
}

Result<AddressFilter> AddressFilter::create(std::span<const std::string> allowed) {
  AddressFilter filter;
  for (const std::string& entry : allowed) {
    if (const auto block = IpBlock::parse(entry)) {
      filter.blocks_.push_back(*block);
    } else if (std::string host = normal_host(entry); is_host_name(host)) {
      filter.hosts_.push_back(std::move(host));
    } else {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                        "expected a host name, an address or a block such as 10.1.0.0/16: " + entry,
                        entry);
    }
  }
  return filter;
}

bool AddressFilter::allows_host(std::string_view host) const {
  return std::ranges::find(hosts_, normal_host(host)) != hosts_.end();
}

bool AddressFilter::allows(const IpAddress& address) const {
  return is_public(address) || std::ranges::any_of(blocks_, [&](const IpBlock& block) {
           return block.contains(address);
         });
}

}  // namespace cinnabar::outbound
