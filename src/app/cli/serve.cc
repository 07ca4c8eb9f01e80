#include "app/administration.h"
#include "app/cli/console.h"
#include "app/demo.h"
#include "app/lifecycle.h"

namespace cinnabar::app {
namespace {

constexpr const char* kLoopback = "127.0.0.1";

// Demo passwords are known to everybody, so only a flag opens the demo to other machines.
void keep_demo_local(LoadedConfig& loaded) {
  const SettingSource& listen = loaded.values.find("http.listen")->second;
  if (listen.origin != "flag") loaded.config.listen.host = kLoopback;
}

std::string url_of(const Config& config, std::uint16_t port) {
  const bool is_any = config.listen.host == "0.0.0.0" || config.listen.host == "::";
  std::string host = is_any ? kLoopback : config.listen.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return std::string(config.uses_tls() ? "https" : "http") + "://" + host + ":" +
         std::to_string(port) + "/";
}

Status serve(const Config& config, bool is_demo) {
  CINNABAR_TRY(auto core, Core::open(config));
  if (is_demo) CINNABAR_CHECK_OK(install_demo(*core));
  CINNABAR_TRY(auto front, Front::create(*core));
  CINNABAR_TRY(const auto administration, AdministrationPort::open(*core));
  return serve_until_told(*core, *front, [&](std::uint16_t port) {
    print_line("Cinnabar is serving at " + url_of(config, port));
    if (is_demo) {
      print_line(
          "Demo passwords are in use: every person's password is their name "
          "(admin, alice, bob, carol, dave). Do not put real data here.");
    }
  });
}

}  // namespace

Exit run_serve(const ServeOptions& options) {
  std::vector<std::pair<std::string, std::string>> defaults;
  if (options.demo) defaults.emplace_back("tenant.utc_offset", "+08:00");
  auto loaded = load_config_or_print(options.common, std::move(defaults));
  if (!loaded.has_value()) return Exit::usage;
  if (options.demo) keep_demo_local(*loaded);
  for (const std::string& warning : loaded->warnings) print_trouble(warning);
  block_signals();
  const Status status = serve(loaded->config, options.demo);
  if (status.has_value()) return Exit::done;
  print_error(status.error());
  return Exit::failed;
}

}  // namespace cinnabar::app
