// What the command line says to people and programs: results on standard output, trouble on
// standard error. Thread: any; each call is one write where the system allows.
#pragma once

#include "app/cli/commands.h"
#include "base/json.h"
#include "base/secret.h"

#include <string_view>

namespace cinnabar::app {

void print_line(std::string_view text);
void print_json(const Json& value);
// "cinnabar: ..." and one line per field error.
void print_error(const Error& error);
void print_trouble(std::string_view text);

// The configuration of a subcommand, or its mistakes printed.
std::optional<LoadedConfig> load_config_or_print(
    const CommonOptions& common,
    std::vector<std::pair<std::string, std::string>> start_defaults = {});

// Asks on the terminal without echo; otherwise takes the first line of standard input.
// invalid_argument when it is empty.
Result<Secret> read_password(std::string_view prompt);

}  // namespace cinnabar::app
