// Ids of ours as doors show them whose clients expect UUIDs: 32 lower-case hex digits in the form
// of a UUID of version 4 without dashes. Each id has one such text per kind and a text leads to one
// id or to none; the kinds do not mix. A text proves nothing: whose it is, is asked every time.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::api {

// `kind` is a number that the door gives to one sort of its things, for ever.
std::string to_opaque_id(std::uint64_t kind, std::int64_t id);
// In either case of the letters; nullopt for what to_opaque_id never made.
std::optional<std::int64_t> from_opaque_id(std::uint64_t kind, std::string_view text);

}  // namespace cinnabar::api
