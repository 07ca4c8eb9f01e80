#include "services/codec/effect_codec.h"

#include "services/codec/aggregate_bytes.h"
#include "vocab/reasons.h"

namespace cinnabar::services::codec {

template <>
struct EnumRange<EffectKind> : EnumBounds<EffectKind::message, EffectKind::condition> {};

namespace {
// The high half says what the bytes hold, the low half is the version of their layout.
constexpr std::uint8_t kEffectFormat = 0x33;
}  // namespace

std::string_view name(EffectKind kind) {
  switch (kind) {
    case EffectKind::message:
      return "message";
    case EffectKind::signal:
      return "signal";
    case EffectKind::call:
      return "call";
    case EffectKind::cancel_call:
      return "cancel_call";
    case EffectKind::call_done:
      return "call_done";
    case EffectKind::call_failed:
      return "call_failed";
    case EffectKind::call_escalated:
      return "call_escalated";
    case EffectKind::condition:
      return "condition";
  }
  CINNABAR_UNREACHABLE();
}

Result<std::string> encode_effect(const Effect& effect) {
  Writer out{kEffectFormat};
  put_any(out, effect);
  if (!out.has_failed()) return std::move(out).seal();
  return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                    "what is sent is too large, or nests too deep");
}

Result<Effect> decode_effect(std::string_view bytes) {
  Reader in{bytes, kEffectFormat};
  Effect effect;
  get_any(in, effect);
  if (in.is_complete()) return effect;
  return make_error(Code::data_loss, reasons::kStorageCorrupt, "an effect can not be read");
}

}  // namespace cinnabar::services::codec
