#include "app/cli/console.h"

#include "app/wire.h"
#include "vocab/reasons.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>

namespace cinnabar::app {
namespace {

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Switches the terminal's echo off while it lives.
class SilentTerminal {
 public:
  explicit SilentTerminal(int descriptor) : descriptor_(descriptor) {
    is_active_ = ::tcgetattr(descriptor_, &before_) == 0;
    if (!is_active_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(descriptor_, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (is_active_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
  }

 private:
  int descriptor_;
  bool is_active_ = false;
  termios before_{};
};

std::string read_first_line(int descriptor) {
  constexpr std::size_t kPasswordBytesMax = 4096;
  std::string line;
  char c = 0;
  while (line.size() < kPasswordBytesMax && ::read(descriptor, &c, 1) == 1 && c != '\n') {
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

bool check_door_settings(const Config& config) {
  for (const auto& [name, value] : config.door_settings) {
    const std::string_view door = std::string_view(name).substr(0, name.find('.'));
    const auto doors = all_doors();
    if (std::ranges::none_of(doors, [&](const api::Door* known) { return known->name == door; })) {
      print_trouble("doors." + name + ": there is no door " + std::string(door));
      return false;
    }
  }
  return true;
}

}  // namespace

void print_line(std::string_view text) {
  write_all(STDOUT_FILENO, std::string(text) + "\n");
}

void print_json(const Json& value) {
  write_all(STDOUT_FILENO, print_pretty(value) + "\n");
}

void print_trouble(std::string_view text) {
  write_all(STDERR_FILENO, "cinnabar: " + std::string(text) + "\n");
}

void print_error(const Error& error) {
  std::string text = error.detail.empty() ? to_string(error) : error.detail;
  if (!error.subject.empty() && text.find(error.subject) == std::string::npos) {
    text += " (" + error.subject + ")";
  }
  for (const FieldError& field : error.fields) {
    text += "\n  " + (field.detail.empty() ? field.field : field.detail);
  }
  print_trouble(text);
}

std::optional<LoadedConfig> load_config_or_print(
    const CommonOptions& common, std::vector<std::pair<std::string, std::string>> start_defaults) {
  ConfigInput input;
  if (!common.config_file.empty()) input.file = common.config_file;
  input.environment = config_environment();
  input.flags = common.flags;
  input.start_defaults = std::move(start_defaults);
  auto loaded = load_config(input);
  if (!loaded.has_value()) {
    print_error(loaded.error());
    return std::nullopt;
  }
  if (!check_door_settings(loaded->config)) return std::nullopt;
  return std::move(loaded).value();
}

Result<Secret> read_password(std::string_view prompt) {
  std::string line;
  if (::isatty(STDIN_FILENO) == 1) {
    write_all(STDERR_FILENO, prompt);
    const SilentTerminal silent(STDIN_FILENO);
    line = read_first_line(STDIN_FILENO);
    write_all(STDERR_FILENO, "\n");
  } else {
    line = read_first_line(STDIN_FILENO);
  }
  if (line.empty()) {
    return make_error(Code::invalid_argument, reasons::kArgumentMissing,
                      "expected a password on standard input");
  }
  return Secret(std::move(line));
}

}  // namespace cinnabar::app
