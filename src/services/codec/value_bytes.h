// Field values as bytes, inside the sealed bytes of events. Private to services/codec.
// Values nest at most kValueDepthMax deep: forms hold tables of lists and no more.
#pragma once

#include "services/codec/bytes.h"
#include "vocab/field_value.h"

namespace cinnabar::services::codec {

inline constexpr int kValueDepthMax = 8;

void put_values(Writer& out, const FieldValues& values);
FieldValues get_values(Reader& in);

}  // namespace cinnabar::services::codec
