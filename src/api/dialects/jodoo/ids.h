// The ids of this door: 24 hex digits, a bijection of our numbers that keeps their order. Apps and
// forms have the id that their package gives them, else one of these. Pure; thread: any.
#pragma once

#include "services/catalog.h"
#include "vocab/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::jodoo {

inline constexpr std::string_view kDoorName = "jodoo";
inline constexpr std::string_view kAppKind = "app_id";
inline constexpr std::string_view kFormKind = "entry_id";

std::string to_hex24(std::int64_t number);
// nullopt for anything that to_hex24 does not give; upper case is accepted.
std::optional<std::int64_t> from_hex24(std::string_view text);
// The same for something that a number has several of, counted from 0 to 255: no id of a number is
// one of these. Reading gives the number, whichever of them it is, and also that of a plain id.
std::string to_hex24_of_part(std::int64_t number, std::uint8_t part);
std::optional<std::int64_t> from_hex24_or_part(std::string_view text);

std::string app_id(const services::Catalog& catalog, ApplicationId application);
std::string entry_id(const services::Catalog& catalog, FormId form);
std::optional<ApplicationId> find_app(const services::Catalog& catalog, std::string_view id);
std::optional<FormId> find_entry(const services::Catalog& catalog, ApplicationId application,
                                 std::string_view id);

}  // namespace cinnabar::jodoo
