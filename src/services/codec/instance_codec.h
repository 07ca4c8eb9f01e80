// Instance state and history events as bytes, record values as JSON text, for the store.
//
// The byte form starts with a format number and uses variable-length integers; decoding checks
// every length, so damaged or foreign bytes give data_loss (storage_corrupt), never a crash. Event
// types keep their numbers for ever. decode(encode(x)) == x. Encoding refuses what would never fit
// the store, invalid_argument (limit_exceeded): more than limits::kStateBytesMax, or variables that
// nest deeper than 64.
#pragma once

#include "base/result.h"
#include "domain/process/event.h"
#include "domain/process/instance.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::services::codec {

// Everything but `fields`, which the record's row holds.
Result<std::string> encode_instance(const process::Instance& instance);
// `fields` is left empty.
Result<process::Instance> decode_instance(std::string_view bytes);

Result<std::string> encode_events(std::span<const process::Event> events);
Result<std::vector<process::Event>> decode_events(std::string_view bytes);

// {"title":"text","n":19.99,"d":{"$date":"2026-01-31"},...}: plain JSON where JSON can say it,
// one-member objects with a $name where it cannot. Numbers keep their digits.
std::string encode_fields(const FieldValues& fields);
Result<FieldValues> decode_fields(std::string_view document);

}  // namespace cinnabar::services::codec
