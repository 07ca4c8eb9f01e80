#include "app/config_file.h"

#include "vocab/reasons.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <fstream>
#include <sstream>

namespace cinnabar::app {
namespace {

std::optional<SettingValue> to_value(const toml::node& node) {
  if (const auto* text = node.as_string()) return SettingValue{text->get()};
  if (const auto* number = node.as_integer()) return SettingValue{number->get()};
  if (const auto* flag = node.as_boolean()) return SettingValue{flag->get()};
  const auto* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> items;
  for (const toml::node& element : *array) {
    const auto* text = element.as_string();
    if (text == nullptr) return std::nullopt;
    items.push_back(text->get());
  }
  return SettingValue{std::move(items)};
}

}  // namespace

Result<std::vector<FileEntry>> read_config_file(const std::filesystem::path& path) {
  std::ifstream input(path, std::ios::binary);
  if (!input) {
    return make_error(Code::not_found, reasons::kArgumentMalformed,
                      "cannot read the configuration file " + path.string());
  }
  std::ostringstream text;
  text << input.rdbuf();
  const toml::parse_result parsed = toml::parse(text.str());
  if (!parsed) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      path.string() + ", line " +
                          std::to_string(parsed.error().source().begin.line) + ": " +
                          std::string(parsed.error().description()));
  }
  std::vector<FileEntry> entries;
  for (const auto& [section, node] : parsed.table()) {
    const auto line = static_cast<std::int64_t>(node.source().begin.line);
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      entries.push_back(FileEntry{std::string(section.str()), to_value(node), line});
      continue;
    }
    for (const auto& [key, value] : *table) {
      entries.push_back(FileEntry{std::string(section.str()) + "." + std::string(key.str()),
                                  to_value(value),
                                  static_cast<std::int64_t>(value.source().begin.line)});
    }
  }
  return entries;
}

}  // namespace cinnabar::app
