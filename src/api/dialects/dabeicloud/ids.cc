#include "api/dialects/dabeicloud/ids.h"

#include "api/common/opaque_id.h"

namespace cinnabar::dabeicloud {

std::string to_text(IdKind kind, std::int64_t id) {
  return api::to_opaque_id(static_cast<std::uint64_t>(kind), id);
}

std::optional<std::int64_t> from_text(IdKind kind, std::string_view text) {
  return api::from_opaque_id(static_cast<std::uint64_t>(kind), text);
}

}  // namespace cinnabar::dabeicloud
