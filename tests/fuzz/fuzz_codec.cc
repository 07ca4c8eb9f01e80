// Foreign bytes never crash the decoders; what decodes encodes and decodes to the same.
#include "services/codec/instance_codec.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = cinnabar::services::codec;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  if (const auto instance = codec::decode_instance(bytes)) {
    const auto again = codec::decode_instance(codec::encode_instance(*instance).value());
    if (!again || !(*again == *instance)) std::abort();
  }
  if (const auto events = codec::decode_events(bytes)) {
    const auto again = codec::decode_events(codec::encode_events(*events).value());
    if (!again || !(*again == *events)) std::abort();
  }
  if (const auto fields = codec::decode_fields(bytes)) {
    const auto again = codec::decode_fields(codec::encode_fields(*fields));
    if (!again || !(*again == *fields)) std::abort();
  }
  return 0;
}
