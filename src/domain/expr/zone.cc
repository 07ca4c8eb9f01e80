#include "domain/expr/zone.h"

#include <unicode/basictz.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

namespace cinnabar::expr {
namespace {

constexpr std::size_t kCachedZonesMax = 64;
constexpr std::size_t kZoneNameBytesMax = 64;

using Cache = std::map<std::string, std::unique_ptr<icu::TimeZone>, std::less<>>;

// Names look like "Area/Place" or are a few letters; ICU's own spellings of offsets are no zones.
bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kZoneNameBytesMax || name == "Etc/Unknown") return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}

const icu::TimeZone* find(std::string_view name) {
  if (!is_name(name)) return nullptr;
  thread_local Cache cache;
  if (const auto found = cache.find(name); found != cache.end()) return found->second.get();
  const icu::UnicodeString id = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(id));
  // An unknown name gives "Etc/Unknown", a spelled offset another id than asked for.
  if (zone == nullptr || *zone == icu::TimeZone::getUnknown()) zone.reset();
  icu::UnicodeString made;
  if (zone != nullptr && zone->getID(made) != id) zone.reset();
  if (cache.size() >= kCachedZonesMax) cache.clear();
  return cache.emplace(std::string(name), std::move(zone)).first->second.get();
}

std::optional<std::int32_t> offset(std::string_view name, std::int64_t seconds, bool local) {
  const icu::TimeZone* zone = find(name);
  if (zone == nullptr) return std::nullopt;
  std::int32_t raw = 0;
  std::int32_t saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  const auto at = static_cast<UDate>(seconds) * 1000;
  const auto* basic = dynamic_cast<const icu::BasicTimeZone*>(zone);
  if (local && basic != nullptr) {
    basic->getOffsetFromLocal(at, UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, raw, saving, status);
  } else {
    zone->getOffset(at, static_cast<UBool>(local), raw, saving, status);
  }
  if (U_FAILURE(status)) return std::nullopt;
  return (raw + saving) / 1000;
}

}  // namespace

bool is_zone(std::string_view name) {
  return find(name) != nullptr;
}
std::optional<std::int32_t> zone_offset_of_utc(std::string_view name, std::int64_t seconds) {
  return offset(name, seconds, false);
}
std::optional<std::int32_t> zone_offset_of_local(std::string_view name, std::int64_t seconds) {
  return offset(name, seconds, true);
}

}  // namespace cinnabar::expr
