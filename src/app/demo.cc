#include "app/demo.h"

#include "app/demo_cases.h"
#include "app/packages.h"
#include "base/text.h"
#include "ports/schema.h"

#include "embedded/demo.h"

namespace cinnabar::app {
namespace {

namespace meta = ports::schema::meta;

constexpr std::string_view kKey = "demo";
constexpr std::string_view kStarted = "started";
constexpr std::string_view kInstalled = "installed";
constexpr std::string_view kApps = "apps/";
constexpr std::string_view kCases = "cases/";

void put_mark(ports::WriteTransaction& transaction, std::string_view state) {
  transaction.put(meta::kTable, {CellValue{std::string(kKey)}, CellValue{std::string(state)}});
}

Status mark(ports::Store& store, std::string_view state) {
  return ports::submit_and_wait(store, [state](ports::WriteTransaction& transaction) -> Status {
    put_mark(transaction, state);
    return {};
  });
}

// "started/12": that many steps of its cases are made.
std::int64_t steps_done(std::string_view state) {
  const std::size_t slash = state.find('/');
  if (slash == std::string_view::npos) return 0;
  return parse_int(state.substr(slash + 1)).value_or(0);
}

Result<std::string> read_mark(ports::Store& store) {
  CINNABAR_TRY(auto snapshot, store.read());
  CINNABAR_TRY(const auto row, snapshot->get(meta::kTable, {CellValue{std::string(kKey)}}));
  if (!row.has_value()) return std::string();
  return std::get<std::string>((*row)[meta::value]);
}

// "apps/NAME/rest" -> NAME -> rest -> bytes, so that each application deploys by itself.
std::map<std::string, services::codec::PackageFiles> applications() {
  std::map<std::string, services::codec::PackageFiles> found;
  for (const embedded::File& file : embedded::demo()) {
    if (!file.path.starts_with(kApps)) continue;
    const std::string_view rest = file.path.substr(kApps.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) continue;
    found[std::string(rest.substr(0, slash))].emplace(rest.substr(slash + 1), file.bytes());
  }
  return found;
}

Status import_people(Core& core) {
  for (const embedded::File& file : embedded::demo()) {
    if (file.path != "directory.json") continue;
    CINNABAR_TRY(const auto directory, read_directory_or_explain(file.bytes()));
    return core.admin->import_directory(directory);
  }
  return {};
}

Status install_cases(Core& core, std::int64_t done) {
  CaseProgress progress;
  progress.done = done;
  progress.note = [](ports::WriteTransaction& transaction, std::int64_t steps) {
    put_mark(transaction, std::string(kStarted) + "/" + std::to_string(steps));
  };
  for (const embedded::File& file : embedded::demo()) {
    if (!file.path.starts_with(kCases)) continue;
    CINNABAR_CHECK_OK(make_cases(core, file.bytes(), progress));
  }
  return {};
}

}  // namespace

Status install_demo(Core& core) {
  CINNABAR_TRY(const std::string state, read_mark(*core.store));
  if (state == kInstalled) return {};
  if (!state.starts_with(kStarted)) {
    CINNABAR_TRY(const bool is_empty, core.admin->is_empty());
    if (!is_empty) {
      return make_error(Code::failed_precondition, kDatabaseNotEmpty,
                        "the database holds other data; the demo goes into an empty one only. "
                        "Choose another --data");
    }
    // Written first, so that a start that was cut off in the middle is known for what it is.
    CINNABAR_CHECK_OK(mark(*core.store, kStarted));
  }
  CINNABAR_CHECK_OK(import_people(core));
  for (const auto& [name, files] : applications()) {
    CINNABAR_TRY(const services::Package package, read_package_or_explain(files, nullptr));
    CINNABAR_TRY(const auto deployment, core.admin->deploy(package));
    core.logger.info("demo.deployed", {{"application", name}, {"version", deployment.version}});
  }
  CINNABAR_CHECK_OK(install_cases(core, steps_done(state)));
  return mark(*core.store, kInstalled);
}

}  // namespace cinnabar::app
