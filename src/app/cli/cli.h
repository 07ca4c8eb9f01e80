// The command line: one file per subcommand, docs/reference/cli.md for people.
//
// Exit codes: 0 done; 1 the command failed; 2 wrong usage or configuration; 3 a check found
// something (doctor, backup verify, replay, deploy with findings).
#pragma once

#include "app/config.h"
#include "base/log.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::app {

enum class Exit : int { done = 0, failed = 1, usage = 2, findings = 3 };

int run_command_line(int argc, char** argv);

}  // namespace cinnabar::app
