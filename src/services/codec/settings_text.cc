#include "services/codec/settings_text.h"

#include "base/json.h"
#include "vocab/reasons.h"

namespace cinnabar::services::codec {

std::string encode_settings(const Settings& settings) {
  Json json = Json::object();
  for (const auto& [name, value] : settings) json.set(name, value);
  return print(json);
}

Result<Settings> decode_settings(std::string_view text) {
  const auto damaged = [] {
    return make_error(Code::data_loss, reasons::kStorageCorrupt, "settings that are no object");
  };
  const auto json = Json::parse(text);
  if (!json || !json->is_object()) return damaged();
  Settings settings;
  for (const auto& [name, value] : *json->as_object()) {
    if (!value.is_string()) return damaged();
    settings.emplace(name, *value.as_string());
  }
  return settings;
}

}  // namespace cinnabar::services::codec
