// Who calls. Made by a door after it checked a credential; services never see the credential.
#pragma once

#include "vocab/ids.h"

#include <cstdint>
#include <string>

namespace cinnabar {

enum class PrincipalKind : std::uint8_t { user = 1, client = 2, system = 3 };

struct Principal {
  PrincipalKind kind = PrincipalKind::user;
  UserId user;  // the acting user; unassigned for the system
  friend bool operator==(const Principal&, const Principal&) = default;
};

inline Principal system_principal() {
  return Principal{PrincipalKind::system, UserId{}};
}

}  // namespace cinnabar
