#include "app/cli/cli.h"

#include "app/cli/commands.h"
#include "app/version.h"

#include <CLI/CLI.hpp>

#include <functional>

namespace cinnabar::app {
namespace {

// Options of one subcommand that every one has in common; the values are settings.
void add_common(CLI::App& command, CommonOptions& common) {
  command.add_option("--config", common.config_file, "Configuration file (default cinnabar.toml)");
  const auto setting = [&](const char* flag, const char* name, const char* sentence) {
    command.add_option_function<std::string>(
        flag, [&common, name](const std::string& text) { common.flags.emplace_back(name, text); },
        sentence);
  };
  setting("--data", "data.folder", "Folder with database, files and server key");
  setting("--database", "data.database", "Database: sqlite:PATH");
  command.add_option_function<std::vector<std::string>>(
      "--set",
      [&common](const std::vector<std::string>& pairs) {
        for (const std::string& pair : pairs) {
          const std::size_t equals = pair.find('=');
          common.flags.emplace_back(pair.substr(0, equals),
                                    equals == std::string::npos ? "" : pair.substr(equals + 1));
        }
      },
      "Any setting, as NAME=VALUE");
}

void add_json(CLI::App& command, CommonOptions& common) {
  command.add_flag("--json", common.json, "Answer as JSON");
}

struct Parsed {
  ServeOptions serve;
  DeployOptions deploy;
  UserOptions user;
  TokenOptions token;
  BackupOptions backup;
  RestoreOptions restore;
  TransferOptions transfer;
  RemoteImportOptions remote_import;
  MigrateOptions migrate;
  DoctorOptions doctor;
  ConfigOptions config;
  DefinitionOptions definition;
  ReplayOptions replay;
  std::int64_t replay_instance = 0;
  bool replay_all = false;
  VersionOptions version;
  std::function<Exit()> chosen;
};

void add_serve(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("serve", "Serve until told to stop");
  add_common(*command, parsed.serve.common);
  CommonOptions& common = parsed.serve.common;
  const auto setting = [&](const char* flag, const char* name, const char* sentence) {
    command->add_option_function<std::string>(
        flag, [&common, name](const std::string& text) { common.flags.emplace_back(name, text); },
        sentence);
  };
  setting("--listen", "http.listen", "HOST:PORT to listen on");
  setting("--tls-cert", "http.tls_certificate", "Certificate chain (PEM)");
  setting("--tls-key", "http.tls_key", "Private key (PEM)");
  command->add_flag("--demo", parsed.serve.demo,
                    "Put the demo applications and people into an empty database");
  command->callback([&] { parsed.chosen = [&] { return run_serve(parsed.serve); }; });
}

void add_deploy(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("deploy", "Deploy an application package");
  add_common(*command, parsed.deploy.common);
  add_json(*command, parsed.deploy.common);
  command->add_option("PATH", parsed.deploy.path, "Folder, .zip, or an export of another product")
      ->required();
  command->callback([&] { parsed.chosen = [&] { return run_deploy(parsed.deploy); }; });
}

void add_user_action(CLI::App& group, Parsed& parsed, UserAction action, const char* name,
                     const char* sentence) {
  CLI::App* command = group.add_subcommand(name, sentence);
  UserOptions& user = parsed.user;
  add_common(*command, user.common);
  add_json(*command, user.common);
  if (action != UserAction::list) command->add_option("NAME", user.name, "Log-in name")->required();
  if (action == UserAction::add) {
    command->add_option("--display-name", user.display_name, "Name that others see");
    command->add_option("--email", user.email, "E-mail address");
    command->add_flag("--administrator", user.administrator, "May do everything");
  }
  command->callback([&parsed, action] {
    parsed.user.action = action;
    parsed.chosen = [&parsed] { return run_user(parsed.user); };
  });
}

void add_user(CLI::App& app, Parsed& parsed) {
  CLI::App* group = app.add_subcommand("user", "People who may sign in");
  group->require_subcommand(1);
  add_user_action(*group, parsed, UserAction::add, "add",
                  "Add a person; the password is read from standard input");
  add_user_action(*group, parsed, UserAction::password, "password",
                  "Set a password, read from standard input; ends the person's sessions");
  add_user_action(*group, parsed, UserAction::disable, "disable",
                  "Refuse a person's credentials from now on");
  add_user_action(*group, parsed, UserAction::enable, "enable", "Accept them again");
  add_user_action(*group, parsed, UserAction::list, "list", "Everybody, one per line");
}

void add_token_action(CLI::App& group, Parsed& parsed, TokenAction action, const char* name,
                      const char* sentence) {
  CLI::App* command = group.add_subcommand(name, sentence);
  TokenOptions& token = parsed.token;
  add_common(*command, token.common);
  add_json(*command, token.common);
  command->add_option("--user", token.user, "Log-in name of the person")->required();
  if (action == TokenAction::create) {
    command->add_option("--name", token.name, "What it is for")->required();
    command->add_option("--expires", token.expires_at, "Date, or date and time; default: never");
  }
  if (action == TokenAction::revoke) {
    command->add_option("ID", token.id, "Its number in the list")->required();
  }
  command->callback([&parsed, action] {
    parsed.token.action = action;
    parsed.chosen = [&parsed] { return run_token(parsed.token); };
  });
}

void add_token(CLI::App& app, Parsed& parsed) {
  CLI::App* group = app.add_subcommand("token", "Personal access tokens of people");
  group->require_subcommand(1);
  add_token_action(*group, parsed, TokenAction::create, "create",
                   "Make one and print it, this once");
  add_token_action(*group, parsed, TokenAction::list, "list", "A person's, without the secrets");
  add_token_action(*group, parsed, TokenAction::revoke, "revoke", "Refuse one from now on");
}

void add_backup(CLI::App& app, Parsed& parsed) {
  CLI::App* group = app.add_subcommand("backup", "Copies of everything, also while serving");
  group->require_subcommand(1);
  const auto add = [&](BackupAction action, const char* name, const char* sentence) {
    CLI::App* command = group->add_subcommand(name, sentence);
    add_common(*command, parsed.backup.common);
    add_json(*command, parsed.backup.common);
    command->add_option("TARGET", parsed.backup.target, "Folder of the backup")->required();
    command->callback([&parsed, action] {
      parsed.backup.action = action;
      parsed.chosen = [&parsed] { return run_backup(parsed.backup); };
    });
  };
  add(BackupAction::create, "create", "Copy database, files and server key to a new folder");
  add(BackupAction::verify, "verify", "Check every byte of a backup");
  CLI::App* restore = app.add_subcommand("restore", "Make a data folder from a backup");
  add_common(*restore, parsed.restore.common);
  add_json(*restore, parsed.restore.common);
  restore->add_option("BACKUP", parsed.restore.source, "Folder of the backup")->required();
  restore->callback([&] { parsed.chosen = [&] { return run_restore(parsed.restore); }; });
}

void add_transfer(CLI::App& app, Parsed& parsed) {
  const auto add = [&](const char* name, const char* sentence,
                       Exit (*run)(const TransferOptions&)) {
    CLI::App* command = app.add_subcommand(name, sentence);
    add_common(*command, parsed.transfer.common);
    add_json(*command, parsed.transfer.common);
    command->add_option("PATH", parsed.transfer.path, "Folder of the export")->required();
    command->callback(
        [&parsed, run] { parsed.chosen = [&parsed, run] { return run(parsed.transfer); }; });
  };
  add("export", "Write everything as text files to a new folder, also while serving", run_export);
  add("import", "Make a data folder from an export, or take over what another server holds",
      run_import);
  CLI::App* import = app.get_subcommand("import");
  RemoteImportOptions& remote = parsed.remote_import;
  CLI::Option* url = import->add_option(
      "--base-url", remote.base_url,
      "PATH is the name of an API; take over from the server there, like https://host/api");
  import->add_option("--key", remote.key, "Key of that API; -: the first line of standard input")
      ->needs(url);
  import->callback([&parsed] {
    if (parsed.remote_import.base_url.empty()) {
      parsed.chosen = [&parsed] { return run_import(parsed.transfer); };
      return;
    }
    parsed.remote_import.common = parsed.transfer.common;
    parsed.remote_import.door = parsed.transfer.path;
    parsed.chosen = [&parsed] { return run_remote_import(parsed.remote_import); };
  });
}

void add_migrate(CLI::App& app, Parsed& parsed) {
  CLI::App* group = app.add_subcommand("migrate", "Version of the database");
  group->require_subcommand(1);
  const auto add = [&](MigrateAction action, const char* name, const char* sentence) {
    CLI::App* command = group->add_subcommand(name, sentence);
    add_common(*command, parsed.migrate.common);
    add_json(*command, parsed.migrate.common);
    command->callback([&parsed, action] {
      parsed.migrate.action = action;
      parsed.chosen = [&parsed] { return run_migrate(parsed.migrate); };
    });
  };
  add(MigrateAction::status, "status", "Which schema the database has");
  add(MigrateAction::up, "up", "Bring it to the schema of this program; serve does so too");
}

void add_config(CLI::App& app, Parsed& parsed) {
  CLI::App* group = app.add_subcommand("config", "Settings and where they come from");
  group->require_subcommand(1);
  const auto add = [&](ConfigAction action, const char* name, const char* sentence) {
    CLI::App* command = group->add_subcommand(name, sentence);
    add_common(*command, parsed.config.common);
    add_json(*command, parsed.config.common);
    if (action == ConfigAction::explain) {
      command->add_option("KEY", parsed.config.key, "Setting, or a section; default: all");
    }
    command->callback([&parsed, action] {
      parsed.config.action = action;
      parsed.chosen = [&parsed] { return run_config(parsed.config); };
    });
  };
  add(ConfigAction::print, "print", "Every setting with its value and origin");
  add(ConfigAction::check, "check", "Say what is wrong, if anything");
  add(ConfigAction::explain, "explain", "What a setting is for, its range and default");
}

void add_definition(CLI::App& app, Parsed& parsed) {
  CLI::App* group = app.add_subcommand("definition", "BPMN documents before they are deployed");
  group->require_subcommand(1);
  DefinitionOptions& options = parsed.definition;
  CLI::App* lint = group->add_subcommand("lint", "Say what is wrong with documents, line by line");
  lint->add_option("FILE", options.files, "BPMN documents")->required();
  lint->callback([&] { parsed.chosen = [&] { return run_definition_lint(parsed.definition); }; });
  CLI::App* simulate =
      group->add_subcommand("simulate", "Dry run: which nodes are reached, and who is asked why");
  simulate->add_option("FILE", options.files, "BPMN document")->required()->expected(1);
  simulate->add_option("--vars", options.variables, "Variables of the process, as a JSON object");
  simulate->add_option("--fields", options.fields, "Fields of the form, as a JSON object");
  simulate->add_option("--decisions", options.decisions,
                       "What is decided, as a JSON list of {\"node\", \"outcome\", ...}");
  simulate->add_option("--initiator", options.initiator, "Log-in name of who starts it");
  simulate->add_option("--people", options.people, "People and groups, as a directory.json");
  simulate->callback(
      [&] { parsed.chosen = [&] { return run_definition_simulate(parsed.definition); }; });
  for (CLI::App* command : {lint, simulate}) {
    command->add_option("--form", options.form, "The form, as in a package");
    add_json(*command, options.common);
  }
}

void add_others(CLI::App& app, Parsed& parsed) {
  CLI::App* doctor = app.add_subcommand("doctor", "Look for what would make trouble");
  add_common(*doctor, parsed.doctor.common);
  add_json(*doctor, parsed.doctor.common);
  doctor->callback([&] { parsed.chosen = [&] { return run_doctor(parsed.doctor); }; });

  CLI::App* replay =
      app.add_subcommand("replay", "Check that stored states equal the fold of their history");
  add_common(*replay, parsed.replay.common);
  add_json(*replay, parsed.replay.common);
  CLI::Option* instance =
      replay->add_option("INSTANCE", parsed.replay_instance, "Id of a process instance");
  replay->add_flag("--all", parsed.replay_all, "Every instance")->excludes(instance);
  replay->callback([&, instance] {
    if (instance->count() > 0) parsed.replay.instance = parsed.replay_instance;
    if (instance->count() == 0 && !parsed.replay_all) {
      throw CLI::ValidationError("replay", "expected INSTANCE or --all");
    }
    parsed.chosen = [&] { return run_replay(parsed.replay); };
  });

  CLI::App* version = app.add_subcommand("version", "Version of this program");
  version->add_flag("--verbose", parsed.version.verbose, "With commit, compiler and libraries");
  version->add_flag("--json", parsed.version.json, "Answer as JSON");
  version->callback([&] { parsed.chosen = [&] { return run_version(parsed.version); }; });
}

}  // namespace

int run_command_line(int argc, char** argv) {
  Parsed parsed;
  CLI::App app("Cinnabar: an open server for forms, approvals and processes", "cinnabar");
  app.require_subcommand(1);
  app.set_version_flag("--version", "cinnabar " + std::string(version()));
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 a check found "
      "something.");
  add_serve(app, parsed);
  add_deploy(app, parsed);
  add_user(app, parsed);
  add_token(app, parsed);
  add_backup(app, parsed);
  add_transfer(app, parsed);
  add_migrate(app, parsed);
  add_config(app, parsed);
  add_definition(app, parsed);
  add_others(app, parsed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are reported as errors of value 0; what they print is the library's.
    return app.exit(error) == 0 ? static_cast<int>(Exit::done) : static_cast<int>(Exit::usage);
  }
  return static_cast<int>(parsed.chosen());
}

}  // namespace cinnabar::app
