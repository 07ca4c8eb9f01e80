// Values of process variables as bytes, inside the sealed bytes of instances and events. Private to
// services/codec. A value that nests deeper than kVariableDepthMax fails the writer.
#pragma once

#include "domain/expr/value.h"
#include "services/codec/bytes.h"

namespace cinnabar::services::codec {

// As deep as JSON documents may be, and far deeper than anybody can read.
inline constexpr int kVariableDepthMax = 64;

void put_variable(Writer& out, const expr::Value& value);
expr::Value get_variable(Reader& in);

}  // namespace cinnabar::services::codec
