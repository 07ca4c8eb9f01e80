// Offsets of named zones ("Asia/Taipei"), from the data that ICU brings along: no file of the
// machine is read. Inside of the expression module. Thread: any; each thread keeps its own bounded
// cache. nullopt: there is no zone of that name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cinnabar::expr {

bool is_zone(std::string_view name);
// Seconds east of UTC at a time given as seconds since 1970, as UTC or as read from a local clock.
// A local time that is skipped or comes twice takes the offset before the change.
std::optional<std::int32_t> zone_offset_of_utc(std::string_view name, std::int64_t seconds);
std::optional<std::int32_t> zone_offset_of_local(std::string_view name, std::int64_t seconds);

}  // namespace cinnabar::expr
