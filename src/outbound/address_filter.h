// Which addresses calls to the outside may reach: public ones, and what the configuration allows.
//
// A process definition names URLs, so without this its author could reach whatever the server can:
// the machine itself, the network behind it, the metadata service of a cloud. Thread: immutable.
// Errors: invalid_argument for an entry of the list that is no host, address or block.
#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::outbound {

// IPv4 is kept as ::ffff:a.b.c.d, so that every way to write an address is the same one.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress from_v4(std::uint32_t host_order);
  // The IPv4 address that this one is or leads to: mapped, or through NAT64.
  [[nodiscard]] std::optional<std::uint32_t> embedded_v4() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

struct IpBlock {
  IpAddress base;
  int bits = 128;  // of the 16 bytes

  // "10.0.0.0/8", "fd00::/8", "192.0.2.7".
  static std::optional<IpBlock> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;
};

// False for loopback, private, shared, link-local, multicast, documentation, metadata and reserved
// addresses, in IPv4, IPv6 and IPv4 inside of IPv6.
bool is_public(const IpAddress& address);

class AddressFilter {
 public:
  // Hosts ("intranet.example", exactly), addresses and blocks.
  static Result<AddressFilter> create(std::span<const std::string> allowed);

  [[nodiscard]] bool allows_host(std::string_view host) const;
  [[nodiscard]] bool allows(const IpAddress& address) const;

 private:
  std::vector<std::string> hosts_;
  std::vector<IpBlock> blocks_;
};

}  // namespace cinnabar::outbound
