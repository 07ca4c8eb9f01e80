// Named settings as the text of one column: a JSON object of texts. Errors: data_loss
// (storage_corrupt) for a text that is none. Pure; any thread.
#pragma once

#include "base/result.h"

#include <map>
#include <string>
#include <string_view>

namespace cinnabar::services::codec {

using Settings = std::map<std::string, std::string, std::less<>>;

std::string encode_settings(const Settings& settings);
Result<Settings> decode_settings(std::string_view text);

}  // namespace cinnabar::services::codec
