// The configuration of one server: defaults < cinnabar.toml < CINNABAR_* environment < flags.
//
// Made once at start by load_config, immutable afterwards. Errors: invalid_argument with one field
// error per problem (field: the setting's name; detail: for people), so that all are shown at once.
#pragma once

#include "app/config_schema.h"
#include "base/log.h"
#include "base/time.h"
#include "outbound/curl_connector.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::app {

struct ListenAddress {
  std::string host;  // without brackets
  std::uint16_t port = 0;
};

// "127.0.0.1:8080", "[::1]:0", ":8080" for all addresses, or "8080".
Result<ListenAddress> parse_listen(std::string_view text);

// Typed, for the modules.
struct Config {
  std::filesystem::path data_folder;
  std::filesystem::path database;  // SQLite file
  ListenAddress listen;
  std::filesystem::path tls_certificate;  // empty: plain HTTP
  std::filesystem::path tls_key;
  int http_threads = 1;
  std::int64_t connections_max = 0;
  std::int64_t body_bytes_max = 0;
  std::int64_t body_memory_max = 0;
  Duration answer_limit;
  std::int64_t upload_bytes_max = 0;
  bool metrics_for_everybody = false;
  int reader_threads = 1;
  int blocking_threads = 1;
  std::int64_t worker_queue = 0;
  Duration worker_wait;
  std::int64_t writer_queue = 0;
  Duration session_idle_limit;
  UtcOffset utc_offset;
  std::int64_t file_bytes_max = 0;
  std::vector<std::string> extensions_refused;
  outbound::ConnectorOptions connector;
  LogLevel log_level = LogLevel::info;
  std::string log_format;
  bool log_access = false;
  Duration drain_limit;
  // "door.name" -> text, from the section [doors]; the doors know their names.
  std::map<std::string, std::string, std::less<>> door_settings;

  [[nodiscard]] bool uses_tls() const { return !tls_certificate.empty(); }
};

// Where a value came from, for `config print`.
struct SettingSource {
  SettingValue value;
  std::string origin;  // "default", "file", "environment", "flag", "demo"
};

struct LoadedConfig {
  Config config;
  std::map<std::string, SettingSource, std::less<>> values;  // every setting, by name
  std::optional<std::filesystem::path> file;
  std::vector<std::string> warnings;  // for people
};

struct ConfigInput {
  // An explicit file must exist; without one ./cinnabar.toml and then /etc/cinnabar/cinnabar.toml
  // are read if they exist.
  std::optional<std::filesystem::path> file;
  std::vector<std::pair<std::string, std::string>> environment;  // CINNABAR_* only
  std::vector<std::pair<std::string, std::string>> flags;        // setting name -> text
  // Defaults of this start that a file, the environment and flags may still change.
  std::vector<std::pair<std::string, std::string>> start_defaults;
};

Result<LoadedConfig> load_config(const ConfigInput& input);
// The CINNABAR_* part of the process's environment.
std::vector<std::pair<std::string, std::string>> config_environment();

}  // namespace cinnabar::app
