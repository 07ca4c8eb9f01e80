#include "app/cli/console.h"

namespace cinnabar::app {
namespace {

constexpr std::string_view kHidden = "(set, not shown)";

Json json_of(const Setting& setting) {
  Json row = Json::object();
  row.set("name", setting.name)
      .set("type", name(setting.type))
      .set("default", setting.default_text)
      .set("environment", environment_name(setting));
  if (!setting.unit.empty()) row.set("unit", setting.unit);
  if (setting.type == SettingType::integer) {
    row.set("minimum", setting.minimum).set("maximum", setting.maximum);
  }
  if (!setting.choices.empty()) row.set("choices", setting.choices);
  row.set("secret", setting.is_secret)
      .set("reloadable", setting.is_reloadable)
      .set("sentence", setting.sentence);
  return row;
}

std::string describe(const Setting& setting) {
  std::string text = std::string(setting.name) + " (" + std::string(name(setting.type));
  if (!setting.choices.empty()) text += ": " + std::string(setting.choices);
  if (setting.type == SettingType::integer) {
    text += " " + std::to_string(setting.minimum) + ".." + std::to_string(setting.maximum);
  }
  if (!setting.unit.empty()) text += " " + std::string(setting.unit);
  text += ")\n  " + std::string(setting.sentence) + "\n  default: ";
  text += setting.default_text.empty() ? "(empty)" : std::string(setting.default_text);
  text += "\n  environment: " + environment_name(setting);
  return text;
}

Exit explain(const ConfigOptions& options) {
  Json rows = Json::array();
  bool found = false;
  for (const Setting& setting : settings()) {
    const bool is_match = options.key.empty() || setting.name == options.key ||
                          setting.name.starts_with(options.key + ".");
    if (!is_match) continue;
    found = true;
    if (options.common.json) {
      rows.push(json_of(setting));
    } else {
      print_line(describe(setting));
    }
  }
  if (!found) {
    const std::string guess = suggest_setting(options.key);
    print_trouble("there is no setting " + options.key +
                  (guess.empty() ? "" : "; did you mean " + guess + "?"));
    return Exit::usage;
  }
  if (options.common.json) print_json(rows);
  return Exit::done;
}

std::string shown(const Setting& setting, const SettingSource& source) {
  const std::string text = print_setting(source.value);
  return setting.is_secret && !text.empty() ? std::string(kHidden) : text;
}

Exit print_all(const LoadedConfig& loaded, bool as_json) {
  Json rows = Json::array();
  for (const Setting& setting : settings()) {
    const SettingSource& source = loaded.values.find(setting.name)->second;
    if (as_json) {
      rows.push(Json::object()
                    .set("name", setting.name)
                    .set("value", shown(setting, source))
                    .set("origin", source.origin));
    } else {
      print_line(std::string(setting.name) + " = " + shown(setting, source) + "  # " +
                 source.origin);
    }
  }
  if (as_json) print_json(rows);
  return Exit::done;
}

}  // namespace

Exit run_config(const ConfigOptions& options) {
  if (options.action == ConfigAction::explain) return explain(options);
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  for (const std::string& warning : loaded->warnings) print_trouble(warning);
  if (options.action == ConfigAction::print) return print_all(*loaded, options.common.json);
  const std::string file = loaded->file.has_value() ? loaded->file->string() : "";
  if (options.common.json) {
    print_json(Json::object().set("ok", true).set("file", file));
  } else {
    print_line("the configuration is fine" + (file.empty() ? " (no file)" : " (" + file + ")"));
  }
  return Exit::done;
}

}  // namespace cinnabar::app
