#include "services/codec/instance_codec.h"

#include "services/codec/aggregate_bytes.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

namespace cinnabar::services::codec {

namespace {

// The high half says what the bytes hold, the low half is the version of their layout.
constexpr std::uint8_t kInstanceFormat = 0x12;
constexpr std::uint8_t kEventsFormat = 0x22;

// The number of an event is its place in the variant, from 1.
constexpr std::size_t kEventTypes = std::variant_size_v<process::Event>;
static_assert(kEventTypes < 0x100);

template <std::size_t kIndex>
process::Event get_event_of(Reader& in) {
  process::Event event{std::in_place_index<kIndex>};
  get_any(in, std::get<kIndex>(event));
  return event;
}

template <std::size_t... kIndexes>
constexpr auto event_readers(std::index_sequence<kIndexes...>) {
  return std::array{&get_event_of<kIndexes>...};
}
constexpr auto kEventReaders = event_readers(std::make_index_sequence<kEventTypes>{});

process::Event get_event(Reader& in) {
  const std::uint8_t number = in.get_byte();
  if (number < 1 || number > kEventTypes) {
    in.fail();
    return {};
  }
  return kEventReaders[number - 1U](in);
}

// The record's row holds the fields.
template <typename Member>
constexpr bool kIsStoredApart = std::same_as<std::remove_cvref_t<Member>, FieldValues>;

Result<std::string> sealed(Writer out, std::string_view what) {
  if (!out.has_failed()) return std::move(out).seal();
  return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                    fmt::format("the {} is larger than {} bytes, or its variables nest too deep",
                                what, limits::kStateBytesMax));
}

Error corrupt(std::string_view bytes, std::string_view what, std::uint8_t format) {
  return make_error(Code::data_loss, reasons::kStorageCorrupt,
                    fmt::format("{} bytes are no {} of format {:#x}", bytes.size(), what,
                                static_cast<unsigned>(format)));
}

}  // namespace

Result<std::string> encode_instance(const process::Instance& instance) {
  Writer out{kInstanceFormat};
  boost::pfr::for_each_field(instance, [&](const auto& member) {
    if constexpr (!kIsStoredApart<decltype(member)>) put_any(out, member);
  });
  return sealed(std::move(out), "state of the instance");
}

Result<process::Instance> decode_instance(std::string_view bytes) {
  Reader in{bytes, kInstanceFormat};
  process::Instance instance;
  boost::pfr::for_each_field(instance, [&](auto& member) {
    if constexpr (!kIsStoredApart<decltype(member)>) get_any(in, member);
  });
  for (const auto& [key, count] : instance.arrivals) {
    if (count < 1) in.fail();
  }
  if (in.is_complete()) return instance;
  return corrupt(bytes, "instance", kInstanceFormat);
}

Result<std::string> encode_events(std::span<const process::Event> events) {
  Writer out{kEventsFormat};
  out.put_size(events.size());
  for (const process::Event& event : events) {
    out.put_byte(static_cast<std::uint8_t>(event.index() + 1));
    std::visit([&](const auto& one) { put_any(out, one); }, event);
  }
  return sealed(std::move(out), "history of this command");
}

Result<std::vector<process::Event>> decode_events(std::string_view bytes) {
  Reader in{bytes, kEventsFormat};
  const std::size_t count = in.get_count();
  std::vector<process::Event> events;
  events.reserve(Reader::reserve_for(count));
  for (std::size_t i = 0; i < count && !in.has_failed(); ++i) events.push_back(get_event(in));
  if (in.is_complete()) return events;
  return corrupt(bytes, "events", kEventsFormat);
}

}  // namespace cinnabar::services::codec
