// Any plain aggregate as bytes, member by member in the order of its declaration: the one place
// that knows how ids, texts, times, lists, maps and values are laid out. Private to services/codec.
//
// Stored for ever: members of a released type are neither moved nor removed, and an enumeration
// only grows at its end. Decoding checks every length, range and order, so that what decodes
// encodes to the same bytes again. Writing fails (Writer::has_failed) when values nest deeper than
// kVariableDepthMax. Thread: pure functions.
#pragma once

#include "base/assert.h"
#include "domain/process/event.h"
#include "domain/process/instance.h"
#include "services/codec/bytes.h"
#include "services/codec/value_bytes.h"
#include "services/codec/variable_bytes.h"

#include <boost/pfr.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cinnabar::services::codec {

// First and last enumerator of each enumeration that is stored; they are adjacent in between.
template <typename Enum>
struct EnumRange;
template <auto kFirst, auto kLast>
struct EnumBounds {
  static constexpr auto first = kFirst;
  static constexpr auto last = kLast;
};
template <>
struct EnumRange<InstanceState> : EnumBounds<InstanceState::running, InstanceState::failed> {};
template <>
struct EnumRange<WorkItemState> : EnumBounds<WorkItemState::open, WorkItemState::superseded> {};
template <>
struct EnumRange<Outcome> : EnumBounds<Outcome::none, Outcome::returned> {};
template <>
struct EnumRange<IncidentKind>
    : EnumBounds<IncidentKind::no_participant, IncidentKind::correlation_failed> {};
template <>
struct EnumRange<AddedAs> : EnumBounds<AddedAs::none, AddedAs::again> {};
template <>
struct EnumRange<Handover> : EnumBounds<Handover::claim, Handover::departure> {};
template <>
struct EnumRange<Redirection> : EnumBounds<Redirection::returned, Redirection::straight_back> {};
template <>
struct EnumRange<WaitKind> : EnumBounds<WaitKind::timer, WaitKind::call> {};
template <>
struct EnumRange<process::ActivityRole>
    : EnumBounds<process::ActivityRole::plain, process::ActivityRole::compensation> {};

template <typename T, template <typename...> typename Template>
inline constexpr bool kIsInstanceOf = false;
template <template <typename...> typename Template, typename... Ts>
inline constexpr bool kIsInstanceOf<Template<Ts...>, Template> = true;

template <typename T>
concept RuntimeId = kIsInstanceOf<T, Id>;

template <typename T>
void put_any(Writer& out, const T& value);
template <typename T>
void get_any(Reader& in, T& value);

template <typename Range>
void put_range(Writer& out, const Range& values) {
  out.put_size(values.size());
  for (const auto& value : values) put_any(out, value);
}

template <typename T>
void put_any(Writer& out, const T& value) {
  if constexpr (RuntimeId<T>) {
    out.put_id(value);
  } else if constexpr (std::same_as<T, bool>) {
    out.put_byte(value ? 1 : 0);
  } else if constexpr (std::is_enum_v<T>) {
    out.put_byte(static_cast<std::uint8_t>(value));
  } else if constexpr (std::signed_integral<T>) {
    out.put_signed(value);
  } else if constexpr (std::same_as<T, std::string>) {
    out.put_text(value);
  } else if constexpr (std::same_as<T, Instant> || std::same_as<T, Duration>) {
    out.put_signed(value.micros());
  } else if constexpr (std::same_as<T, FieldValues>) {
    put_values(out, value);
  } else if constexpr (std::same_as<T, expr::Value>) {
    put_variable(out, value);
  } else if constexpr (kIsInstanceOf<T, std::optional>) {
    out.put_byte(value ? 1 : 0);
    if (value) put_any(out, *value);
  } else if constexpr (kIsInstanceOf<T, std::vector> || kIsInstanceOf<T, std::map>) {
    put_range(out, value);
  } else if constexpr (kIsInstanceOf<T, std::pair> || kIsInstanceOf<T, std::tuple>) {
    std::apply([&](const auto&... parts) { (put_any(out, parts), ...); }, value);
  } else {
    static_assert(std::is_aggregate_v<T>, "say in aggregate_bytes.h how this is stored");
    boost::pfr::for_each_field(value, [&](const auto& member) { put_any(out, member); });
  }
}

template <typename T>
void get_list(Reader& in, std::vector<T>& values) {
  const std::size_t count = in.get_count();
  values.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) get_any(in, values.emplace_back());
}

template <typename Map>
void get_map(Reader& in, Map& values) {
  const std::size_t count = in.get_count();
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) {
    typename Map::key_type key;
    typename Map::mapped_type value;
    get_any(in, key);
    get_any(in, value);
    // Keys were written in order, so each belongs at the end and none comes twice.
    if (!values.empty() && !(values.rbegin()->first < key)) in.fail();
    values.emplace_hint(values.end(), std::move(key), std::move(value));
  }
}

template <typename T>
void get_any(Reader& in, T& value) {
  if constexpr (RuntimeId<T>) {
    value = in.template get_id<T>();
  } else if constexpr (std::same_as<T, bool>) {
    value = in.get_bool();
  } else if constexpr (std::is_enum_v<T>) {
    value = in.get_enum(EnumRange<T>::first, EnumRange<T>::last);
  } else if constexpr (std::signed_integral<T>) {
    const std::int64_t number = in.get_signed();
    if (!std::in_range<T>(number)) in.fail();
    value = in.has_failed() ? T{} : static_cast<T>(number);
  } else if constexpr (std::same_as<T, std::string>) {
    value = in.get_text();
  } else if constexpr (std::same_as<T, Instant> || std::same_as<T, Duration>) {
    value = T{in.get_signed()};
  } else if constexpr (std::same_as<T, FieldValues>) {
    value = get_values(in);
  } else if constexpr (std::same_as<T, expr::Value>) {
    value = get_variable(in);
  } else if constexpr (kIsInstanceOf<T, std::optional>) {
    if (in.get_bool()) get_any(in, value.emplace());
  } else if constexpr (kIsInstanceOf<T, std::vector>) {
    get_list(in, value);
  } else if constexpr (kIsInstanceOf<T, std::map>) {
    get_map(in, value);
  } else if constexpr (kIsInstanceOf<T, std::pair> || kIsInstanceOf<T, std::tuple>) {
    std::apply([&](auto&... parts) { (get_any(in, parts), ...); }, value);
  } else {
    static_assert(std::is_aggregate_v<T>, "say in aggregate_bytes.h how this is stored");
    boost::pfr::for_each_field(value, [&](auto& member) { get_any(in, member); });
  }
}

}  // namespace cinnabar::services::codec
