#include "api/dialects/jodoo/ids.h"

#include "base/text.h"

#include <fmt/format.h>

namespace cinnabar::jodoo {
namespace {

// Real ids begin with the second in which they were made, so these begin like one, too.
constexpr std::string_view kHead = "5f0c1e00";
constexpr std::size_t kDigits = 24;
// Two digits of the part follow.
constexpr std::string_view kPartHead = "5f0c1f";

}  // namespace

std::string to_hex24(std::int64_t number) {
  return fmt::format("{}{:016x}", kHead, static_cast<std::uint64_t>(number));
}

std::optional<std::int64_t> from_hex24(std::string_view text) {
  if (text.size() != kDigits) return std::nullopt;
  const std::string lower = to_lower_ascii(text);
  if (!lower.starts_with(kHead)) return std::nullopt;
  const auto bytes = from_hex(std::string_view(lower).substr(kHead.size()));
  if (!bytes) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : *bytes) number = number << 8U | static_cast<unsigned char>(c);
  if (number == 0 || number > static_cast<std::uint64_t>(kIdMax)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string to_hex24_of_part(std::int64_t number, std::uint8_t part) {
  return fmt::format("{}{:02x}{:016x}", kPartHead, part, static_cast<std::uint64_t>(number));
}

std::optional<std::int64_t> from_hex24_or_part(std::string_view text) {
  std::string plain = to_lower_ascii(text);
  if (plain.size() == kDigits && plain.starts_with(kPartHead)) {
    plain.replace(0, kHead.size(), kHead);
  }
  return from_hex24(plain);
}

std::string app_id(const services::Catalog& catalog, ApplicationId application) {
  auto given = catalog.external_of(kDoorName, kAppKind, application.value());
  return given ? std::move(*given) : to_hex24(application.value());
}

std::string entry_id(const services::Catalog& catalog, FormId form) {
  auto given = catalog.external_of(kDoorName, kFormKind, form.value());
  return given ? std::move(*given) : to_hex24(form.value());
}

std::optional<ApplicationId> find_app(const services::Catalog& catalog, std::string_view id) {
  auto number = catalog.find_external(kDoorName, kAppKind, id);
  if (!number) number = from_hex24(id);
  if (!number || catalog.application(ApplicationId{*number}) == nullptr) return std::nullopt;
  return ApplicationId{*number};
}

std::optional<FormId> find_entry(const services::Catalog& catalog, ApplicationId application,
                                 std::string_view id) {
  auto number = catalog.find_external(kDoorName, kFormKind, id);
  if (!number) number = from_hex24(id);
  if (!number) return std::nullopt;
  const services::DeployedForm* form = catalog.form(FormId{*number});
  if (form == nullptr || form->application != application) return std::nullopt;
  return FormId{*number};
}

}  // namespace cinnabar::jodoo
