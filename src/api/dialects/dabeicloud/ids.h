// Work items and batches as clients of this door know them: see api/common/opaque_id.h. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::dabeicloud {

enum class IdKind : std::uint8_t { work_item = 1, batch = 2 };

std::string to_text(IdKind kind, std::int64_t id);
// In either case of the letters; nullopt for what to_text never made.
std::optional<std::int64_t> from_text(IdKind kind, std::string_view text);

}  // namespace cinnabar::dabeicloud
