// The same bytes give the same parts however they are cut, and never a crash.
#include "platform/http/multipart.h"

#include <cstdint>
#include <cstdlib>

namespace {

using cinnabar::Status;

class Collector final : public cinnabar::http::MultipartSink {
 public:
  Status part_begin(cinnabar::http::PartHead head) override {
    text += "[" + head.name + "|" + head.file_name.value_or("-") + "]";
    return {};
  }
  Status part_data(std::string_view data) override {
    text += data;
    return {};
  }
  Status part_end() override {
    text += "[end]";
    return {};
  }
  std::string text;
};

struct Outcome {
  bool ok = false;
  std::string text;
};

Outcome parse(std::string_view body, std::size_t piece) {
  Collector collector;
  cinnabar::http::MultipartParser parser("b", collector);
  for (std::size_t at = 0; at < body.size(); at += piece) {
    if (!parser.feed(body.substr(at, piece))) return {false, {}};
  }
  return {parser.finish().has_value(), collector.text};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view body{reinterpret_cast<const char*>(data) + 1, size - 1};
  const Outcome whole = parse(body, body.size());
  const Outcome cut = parse(body, static_cast<std::size_t>(data[0]) % 16 + 1);
  if (whole.ok != cut.ok || (whole.ok && whole.text != cut.text)) std::abort();
  static_cast<void>(cinnabar::http::parse_part_disposition(body));
  static_cast<void>(cinnabar::http::clean_file_name(body));
  return 0;
}
