#include "api/common/utc_text.h"

#include <fmt/format.h>

namespace cinnabar::api {

std::string to_utc_millis(Instant at) {
  const CivilTime civil = to_civil(at, UtcOffset{});
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", civil.year, civil.month,
                     civil.day, civil.hour, civil.minute, civil.second, civil.micros / 1000);
}

}  // namespace cinnabar::api
