// Every setting of the server, one row each: the only source of the parser, the environment names,
// `config print|explain` and docs/reference/config.md.
//
// All rows are constants of the program. Thread: any.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cinnabar::app {

enum class SettingType : std::uint8_t { text, integer, boolean, list };

using SettingValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

struct Setting {
  std::string_view name;  // "section.key", as in cinnabar.toml
  SettingType type = SettingType::text;
  std::string_view default_text = {};  // as it would be written in the environment
  std::string_view unit = {};          // empty: none
  std::int64_t minimum = 0;            // integers only
  std::int64_t maximum = 0;
  std::string_view choices = {};  // texts only: "a|b|c"; empty: any
  bool is_secret = false;
  bool is_reloadable = false;
  std::string_view sentence = {};
};

std::span<const Setting> settings();
// Null pointer when there is none.
const Setting* find_setting(std::string_view name);
// The closest names, for messages about a mistyped one; empty when nothing is close.
std::string suggest_setting(std::string_view name);
// "http.listen" -> "CINNABAR_HTTP_LISTEN".
std::string environment_name(const Setting& setting);

std::string_view name(SettingType type);
// From the text of the environment or a flag; lists are separated by commas. invalid_argument with
// what was expected.
Result<SettingValue> parse_setting(const Setting& setting, std::string_view text);
// Range and choices; the value must have the setting's type.
Status check_setting(const Setting& setting, const SettingValue& value);
// As parse_setting reads it.
std::string print_setting(const SettingValue& value);

}  // namespace cinnabar::app
