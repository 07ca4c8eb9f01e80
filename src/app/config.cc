#include "app/config.h"

#include "app/config_file.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <unistd.h>

namespace cinnabar::app {
namespace {

constexpr std::string_view kPrefix = "CINNABAR_";
constexpr std::string_view kDoors = "doors.";
constexpr std::string_view kFileVariable = "CINNABAR_CONFIG";

// Collects what is wrong, so that a person sees all mistakes at once.
class Loader {
 public:
  void apply(std::string_view name, SettingValue value, std::string_view origin) {
    values_[std::string(name)] = SettingSource{std::move(value), std::string(origin)};
  }

  void apply_text(std::string_view name, std::string_view text, std::string_view origin) {
    if (name.starts_with(kDoors)) {
      door_settings_.insert_or_assign(std::string(name.substr(kDoors.size())), std::string(text));
      return;
    }
    const Setting* setting = find_setting(name);
    if (setting == nullptr) return unknown(name, origin);
    auto value = parse_setting(*setting, text);
    if (!value.has_value()) return fail(name, value.error().detail + in(origin));
    apply(name, std::move(value).value(), origin);
  }

  void apply_file_entry(FileEntry& entry) {
    if (entry.name.starts_with(kDoors) && entry.value.has_value()) {
      return apply_text(entry.name, print_setting(*entry.value), "file");
    }
    const Setting* setting = find_setting(entry.name);
    const std::string where = " (line " + std::to_string(entry.line) + ")";
    if (setting == nullptr) return unknown(entry.name, "file, line " + std::to_string(entry.line));
    if (!entry.value.has_value() || !has_type(*setting, *entry.value)) {
      return fail(entry.name, entry.name + ": expected a value of type " +
                                  std::string(name(setting->type)) + where);
    }
    const Status status = check_setting(*setting, *entry.value);
    if (!status.has_value()) return fail(entry.name, status.error().detail + where);
    apply(entry.name, std::move(*entry.value), "file");
  }

  void fail(std::string_view name, std::string detail) {
    problems_.push_back(
        FieldError{std::string(name), reasons::kArgumentMalformed, std::move(detail)});
  }

  [[nodiscard]] const std::string& text(std::string_view name) const {
    return std::get<std::string>(values_.find(name)->second.value);
  }
  [[nodiscard]] std::int64_t integer(std::string_view name) const {
    return std::get<std::int64_t>(values_.find(name)->second.value);
  }
  [[nodiscard]] bool boolean(std::string_view name) const {
    return std::get<bool>(values_.find(name)->second.value);
  }
  [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const {
    return std::get<std::vector<std::string>>(values_.find(name)->second.value);
  }

  std::map<std::string, std::string, std::less<>> take_door_settings() {
    return std::move(door_settings_);
  }
  std::vector<FieldError> take_problems() { return std::move(problems_); }
  [[nodiscard]] bool has_problems() const { return !problems_.empty(); }
  std::map<std::string, SettingSource, std::less<>> take_values() { return std::move(values_); }

 private:
  static std::string in(std::string_view origin) { return " (" + std::string(origin) + ")"; }

  static bool has_type(const Setting& setting, const SettingValue& value) {
    switch (setting.type) {
      case SettingType::text:
        return std::holds_alternative<std::string>(value);
      case SettingType::integer:
        return std::holds_alternative<std::int64_t>(value);
      case SettingType::boolean:
        return std::holds_alternative<bool>(value);
      case SettingType::list:
        return std::holds_alternative<std::vector<std::string>>(value);
    }
    CINNABAR_UNREACHABLE();
  }

  void unknown(std::string_view name, std::string_view origin) {
    std::string detail = "there is no setting " + std::string(name) + in(origin);
    const std::string guess = suggest_setting(name);
    if (!guess.empty()) detail += "; did you mean " + guess + "?";
    fail(name, std::move(detail));
  }

  std::map<std::string, SettingSource, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> door_settings_;
  std::vector<FieldError> problems_;
};

LogLevel parse_level(std::string_view text) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning}) {
    if (name(level) == text) return level;
  }
  return LogLevel::error;
}

std::filesystem::path database_path(Loader& loader, const std::filesystem::path& folder) {
  constexpr std::string_view kSqlite = "sqlite:";
  const std::string& url = loader.text("data.database");
  if (url.empty()) return folder / "cinnabar.db";
  if (url.starts_with("postgres:") || url.starts_with("postgresql:")) {
    loader.fail("data.database",
                "data.database: this build has no PostgreSQL driver (not built in); leave it empty "
                "or give sqlite:PATH");
    return {};
  }
  if (url.starts_with(kSqlite) && url.size() > kSqlite.size()) return url.substr(kSqlite.size());
  loader.fail("data.database", "data.database: expected nothing or sqlite:PATH");
  return {};
}

outbound::ConnectorOptions::MailTls mail_tls(std::string_view text) {
  using MailTls = outbound::ConnectorOptions::MailTls;
  if (text == "none") return MailTls::none;
  return text == "if_offered" ? MailTls::if_offered : MailTls::required;
}

outbound::ConnectorOptions connector_options(Loader& loader) {
  outbound::ConnectorOptions options;
  options.allowed = loader.list("connector.allow");
  options.timeout = milliseconds(loader.integer("connector.timeout_ms"));
  options.connect_timeout = milliseconds(loader.integer("connector.connect_timeout_ms"));
  options.answer_bytes_max = static_cast<std::size_t>(loader.integer("connector.answer_bytes_max"));
  options.ca_file = loader.text("connector.ca_file");
  options.mail_server = loader.text("mail.server");
  options.mail_from = loader.text("mail.from");
  options.mail_user = loader.text("mail.user");
  options.mail_password = Secret(loader.text("mail.password"));
  options.mail_tls = mail_tls(loader.text("mail.tls"));
  if (const Status status = outbound::check_options(options); !status.has_value()) {
    loader.fail(status.error().subject, status.error().subject + ": " + status.error().detail);
  }
  return options;
}

Config typed_config(Loader& loader) {
  Config config;
  config.data_folder = loader.text("data.folder");
  if (config.data_folder.empty()) loader.fail("data.folder", "data.folder: expected a folder");
  config.database = database_path(loader, config.data_folder);
  const auto listen = parse_listen(loader.text("http.listen"));
  if (listen.has_value())
    config.listen = *listen;
  else
    loader.fail("http.listen", listen.error().detail);
  config.tls_certificate = loader.text("http.tls_certificate");
  config.tls_key = loader.text("http.tls_key");
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    loader.fail("http.tls_key", "http.tls_certificate and http.tls_key are set together or not");
  }
  config.http_threads = static_cast<int>(loader.integer("http.threads"));
  config.connections_max = loader.integer("http.connections_max");
  config.body_bytes_max = loader.integer("http.body_bytes_max");
  config.body_memory_max = loader.integer("http.body_memory_max");
  config.answer_limit = seconds(loader.integer("http.answer_limit"));
  config.upload_bytes_max = loader.integer("http.upload_bytes_max");
  config.metrics_for_everybody = loader.text("http.metrics_for") == "everybody";
  config.reader_threads = static_cast<int>(loader.integer("workers.readers"));
  config.blocking_threads = static_cast<int>(loader.integer("workers.blocking"));
  config.worker_queue = loader.integer("workers.queue");
  config.worker_wait = seconds(loader.integer("workers.wait"));
  config.writer_queue = loader.integer("storage.writer_queue");
  config.session_idle_limit = seconds(loader.integer("session.idle_limit"));
  const auto offset = parse_utc_offset(loader.text("tenant.utc_offset"));
  if (offset.has_value())
    config.utc_offset = *offset;
  else
    loader.fail("tenant.utc_offset", "tenant.utc_offset: expected an offset such as +08:00");
  config.file_bytes_max = loader.integer("files.bytes_max");
  config.extensions_refused = loader.list("files.extensions_refused");
  config.connector = connector_options(loader);
  config.log_level = parse_level(loader.text("log.level"));
  config.log_format = loader.text("log.format");
  config.log_access = loader.boolean("log.access");
  config.drain_limit = seconds(loader.integer("server.drain_limit"));
  config.door_settings = loader.take_door_settings();
  return config;
}

std::optional<std::filesystem::path> choose_file(const ConfigInput& input) {
  if (input.file.has_value()) return input.file;
  for (const auto& [name, value] : input.environment) {
    if (name == kFileVariable && !value.empty()) return value;
  }
  for (const char* place : {"cinnabar.toml", "/etc/cinnabar/cinnabar.toml"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(place, ignored)) return place;
  }
  return std::nullopt;
}

void apply_environment(Loader& loader, const ConfigInput& input,
                       std::vector<std::string>& warnings) {
  for (const auto& [variable, value] : input.environment) {
    if (variable == kFileVariable) continue;
    const Setting* found = nullptr;
    for (const Setting& setting : settings()) {
      if (environment_name(setting) == variable) found = &setting;
    }
    if (found != nullptr) {
      loader.apply_text(found->name, value, "environment");
    } else {
      // Other programs share the environment, so this is no error.
      warnings.push_back("the environment variable " + variable + " is no setting");
    }
  }
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view text) {
  const auto refuse = [] {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "http.listen: expected HOST:PORT such as 127.0.0.1:8080", "http.listen");
  };
  const std::size_t colon = text.rfind(':');
  const bool has_host = colon != std::string_view::npos;
  const auto port = parse_int(has_host ? text.substr(colon + 1) : text);
  if (!port.has_value() || *port < 0 || *port > 65535) return refuse();
  std::string_view host = has_host ? text.substr(0, colon) : std::string_view{};
  if (host.starts_with('[') != host.ends_with(']')) return refuse();
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse();
  }
  if (host == "localhost") host = "127.0.0.1";
  return ListenAddress{host.empty() ? "0.0.0.0" : std::string(host),
                       static_cast<std::uint16_t>(*port)};
}

Result<LoadedConfig> load_config(const ConfigInput& input) {
  Loader loader;
  LoadedConfig loaded;
  for (const Setting& setting : settings()) {
    loader.apply_text(setting.name, setting.default_text, "default");
  }
  for (const auto& [name, value] : input.start_defaults) loader.apply_text(name, value, "demo");
  loaded.file = choose_file(input);
  if (loaded.file.has_value()) {
    CINNABAR_TRY(auto entries, read_config_file(*loaded.file));
    for (FileEntry& entry : entries) loader.apply_file_entry(entry);
  }
  apply_environment(loader, input, loaded.warnings);
  for (const auto& [name, value] : input.flags) loader.apply_text(name, value, "flag");
  loaded.config = typed_config(loader);
  if (loader.has_problems()) {
    Error error = make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                             "the configuration has mistakes");
    error.fields = loader.take_problems();
    return error;
  }
  loaded.values = loader.take_values();
  return loaded;
}

std::vector<std::pair<std::string, std::string>> config_environment() {
  std::vector<std::pair<std::string, std::string>> found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !text.starts_with(kPrefix)) continue;
    found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

}  // namespace cinnabar::app
