// What each subcommand was asked for, and the functions that do it. The parser (cli.cc) fills
// these; nothing below it knows the parser.
#pragma once

#include "app/cli/cli.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::app {

struct CommonOptions {
  std::string config_file;                                 // empty: the usual places
  std::vector<std::pair<std::string, std::string>> flags;  // setting name -> text
  bool json = false;
};

struct ServeOptions {
  CommonOptions common;
  bool demo = false;
};
Exit run_serve(const ServeOptions& options);

struct DeployOptions {
  CommonOptions common;
  std::string path;
};
Exit run_deploy(const DeployOptions& options);

enum class UserAction : std::uint8_t { add, password, disable, enable, list };
struct UserOptions {
  CommonOptions common;
  UserAction action = UserAction::list;
  std::string name;
  std::string display_name;
  std::string email;
  bool administrator = false;
};
Exit run_user(const UserOptions& options);

enum class TokenAction : std::uint8_t { create, list, revoke };
struct TokenOptions {
  CommonOptions common;
  TokenAction action = TokenAction::list;
  std::string user;
  std::string name;
  std::string expires_at;
  std::int64_t id = 0;
};
Exit run_token(const TokenOptions& options);

enum class BackupAction : std::uint8_t { create, verify };
struct BackupOptions {
  CommonOptions common;
  BackupAction action = BackupAction::create;
  std::string target;
};
Exit run_backup(const BackupOptions& options);

struct RestoreOptions {
  CommonOptions common;
  std::string source;
};
Exit run_restore(const RestoreOptions& options);

struct TransferOptions {
  CommonOptions common;
  std::string path;
};
Exit run_export(const TransferOptions& options);
Exit run_import(const TransferOptions& options);

struct RemoteImportOptions {
  CommonOptions common;
  std::string door;      // whose API the other server speaks
  std::string base_url;  // up to its versions: "https://host/api"
  std::string key;       // "-": the first line of standard input
};
Exit run_remote_import(const RemoteImportOptions& options);

enum class MigrateAction : std::uint8_t { status, up };
struct MigrateOptions {
  CommonOptions common;
  MigrateAction action = MigrateAction::status;
};
Exit run_migrate(const MigrateOptions& options);

struct DoctorOptions {
  CommonOptions common;
};
Exit run_doctor(const DoctorOptions& options);

enum class ConfigAction : std::uint8_t { print, check, explain };
struct ConfigOptions {
  CommonOptions common;
  ConfigAction action = ConfigAction::print;
  std::string key;
};
Exit run_config(const ConfigOptions& options);

struct DefinitionOptions {
  CommonOptions common;            // the configuration is not read; `json` counts
  std::vector<std::string> files;  // BPMN documents; to simulate, one
  std::string form;                // file of the form, or empty
  std::string people;              // file with people and groups, or empty
  std::string initiator;           // log-in name
  std::string fields = "{}";       // JSON objects
  std::string variables = "{}";
  std::string decisions = "[]";  // JSON list
};
Exit run_definition_lint(const DefinitionOptions& options);
Exit run_definition_simulate(const DefinitionOptions& options);

struct ReplayOptions {
  CommonOptions common;
  std::optional<std::int64_t> instance;  // nullopt: all
};
Exit run_replay(const ReplayOptions& options);

struct VersionOptions {
  bool verbose = false;
  bool json = false;
};
Exit run_version(const VersionOptions& options);

}  // namespace cinnabar::app
