// Things as clients of this door know them: UUIDs, lower case with dashes. Templates are known by
// the UUID of their process, nodes by one that follows from the process and the node's id; see
// api/common/opaque_id.h for the rest. Pure; any thread.
#pragma once

#include "services/services.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::dadayun {

inline constexpr std::string_view kDoorName = "dadayun";

// Never renumber: clients keep them.
enum class IdKind : std::uint16_t {
  instance = 0x101,
  user = 0x102,
  position = 0x103,
  form = 0x104,
  record = 0x105,
};

std::string to_guid(IdKind kind, std::int64_t id);
// 32 lower-case hex digits of a UUID with or without dashes or braces; nullopt for anything else.
std::optional<std::string> plain_guid(std::string_view text);
// nullopt for what to_guid never made.
std::optional<std::int64_t> from_guid(IdKind kind, std::string_view text);
// "8-4-4-4-12" of 32 digits.
std::string with_dashes(std::string_view digits);

// Of what is told by a text within a process. Nobody can tell the text from it.
std::string derived_guid(const services::Services& services, const services::Process& process,
                         std::string_view text);
std::string node_guid(const services::Services& services, const services::Process& process,
                      std::string_view node_id);

}  // namespace cinnabar::dadayun
