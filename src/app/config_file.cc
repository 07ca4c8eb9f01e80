#include "app/config_file.h"

#include "vocab/reasons.h"

// Debian's library is built with exceptions; the header alone does without.
#define TOML_HEADER_ONLY 1
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

// Sections may hold sections ([doors.NAME]); the parser bounds how deep.
void add_entries(const toml::table& root, std::vector<FileEntry>& entries) {
  std::vector<std::pair<std::string, const toml::table*>> open{{"", &root}};
  while (!open.empty()) {
    const auto [prefix, table] = open.back();
    open.pop_back();
    for (const auto& [key, node] : *table) {
      std::string name = prefix + std::string(key.str());
      if (const toml::table* inner = node.as_table()) {
        open.emplace_back(name + ".", inner);
      } else {
        entries.push_back(FileEntry{std::move(name), to_value(node),
                                    static_cast<std::int64_t>(node.source().begin.line)});
      }
    }
  }
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
  add_entries(parsed.table(), entries);
  return entries;
}

}  // namespace cinnabar::app
