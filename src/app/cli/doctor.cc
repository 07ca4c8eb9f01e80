#include "app/cli/console.h"
#include "app/data_folder.h"
#include "app/read_only_store.h"
#include "outbound/files.h"
#include "outbound/system_clock.h"
#include "storage/sqlite/sqlite_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>

namespace cinnabar::app {
namespace {

namespace fs = std::filesystem;

enum class Verdict : std::uint8_t { ok, warning, failure };

struct Finding {
  std::string check;
  Verdict verdict = Verdict::ok;
  std::string text;
  std::string fix;  // what to do about it
};

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warning:
      return "warning";
    case Verdict::failure:
      return "failure";
  }
  CINNABAR_UNREACHABLE();
}

// Access codes and dates lean on the clock; a machine that woke up in 1970 is the usual trouble.
Finding check_clock() {
  constexpr Instant kEarliest{1'767'225'600'000'000};  // 2026-01-01, before this program existed
  outbound::SystemClock clock;
  const Instant now = clock.now();
  if (now < kEarliest) {
    return {"clock", Verdict::failure, "the clock says " + to_rfc3339(now),
            "set the clock; switch time synchronisation on (timedatectl set-ntp true)"};
  }
  return {"clock", Verdict::ok, "the clock says " + to_rfc3339(now), ""};
}

// A sync that takes no time at all is a disk, or a container, that only pretends.
Finding check_sync(const fs::path& folder) {
  constexpr int kRounds = 20;
  constexpr std::int64_t kPretendedMicros = 20;
  constexpr std::int64_t kSlowMicros = 50'000;
  std::vector<std::int64_t> micros;
  for (int i = 0; i < kRounds; ++i) {
    const fs::path file = folder / (".doctor-" + outbound::unique_suffix());
    const auto before = std::chrono::steady_clock::now();
    const Status status = outbound::write_file(file, std::string(4096, 'x'));
    const auto after = std::chrono::steady_clock::now();
    std::error_code ignored;
    fs::remove(file, ignored);
    if (!status.has_value()) {
      return {"disk sync", Verdict::failure, status.error().detail,
              "let the server's user write to " + folder.string()};
    }
    micros.push_back(std::chrono::duration_cast<std::chrono::microseconds>(after - before).count());
  }
  std::ranges::sort(micros);
  const std::int64_t median = micros[micros.size() / 2];
  const std::string text = "writing and syncing 4 KiB takes " + std::to_string(median) + " us";
  if (median < kPretendedMicros) {
    return {"disk sync", Verdict::warning, text + ", too fast to reach a disk",
            "make sure that the file system survives a power loss (no eatmydata, no tmpfs)"};
  }
  if (median > kSlowMicros) {
    return {"disk sync", Verdict::warning, text, "use a faster disk; every commit waits for it"};
  }
  return {"disk sync", Verdict::ok, text, ""};
}

Finding check_space(const fs::path& folder) {
  constexpr std::uintmax_t kMiB = 1024 * 1024;
  constexpr std::uintmax_t kFailMiB = 100;
  constexpr std::uintmax_t kWarnMiB = 1024;
  std::error_code failure;
  const fs::space_info space = fs::space(folder, failure);
  if (failure) return {"free space", Verdict::failure, failure.message(), ""};
  const std::uintmax_t free_mib = space.available / kMiB;
  const Verdict verdict = free_mib < kFailMiB   ? Verdict::failure
                          : free_mib < kWarnMiB ? Verdict::warning
                                                : Verdict::ok;
  return {"free space", verdict, std::to_string(free_mib) + " MiB are free",
          verdict == Verdict::ok ? "" : "free some space, or move data.folder to a larger disk"};
}

Finding check_database(const fs::path& database) {
  std::error_code ignored;
  if (!fs::exists(database, ignored)) {
    return {"database", Verdict::ok, "there is none yet; serve makes it", ""};
  }
  const Status schema = check_schema(database);
  if (!schema.has_value()) {
    return {"database", Verdict::failure, to_string(schema.error()),
            "run cinnabar migrate up, or the program that made it"};
  }
  const Status whole = sqlite::SqliteStore::verify(database);
  if (!whole.has_value()) {
    return {"database", Verdict::failure, to_string(whole.error()),
            "stop the server and restore the last backup (cinnabar restore)"};
  }
  return {"database", Verdict::ok, "undamaged, with the schema of this program", ""};
}

Finding check_mode(const fs::path& database) {
  std::error_code ignored;
  if (!fs::exists(database, ignored)) return {"database mode", Verdict::ok, "none yet", ""};
  // The journal mode stands in the file's header: bytes 18 and 19 are 2 for write-ahead logging.
  constexpr std::size_t kWriteVersion = 18;
  std::ifstream file(database, std::ios::binary);
  std::array<char, kWriteVersion + 2> header{};
  file.read(header.data(), header.size());
  const bool is_wal = file.good() && header[kWriteVersion] == 2 && header[kWriteVersion + 1] == 2;
  if (is_wal) return {"database mode", Verdict::ok, "write-ahead log", ""};
  return {"database mode", Verdict::warning, "not in write-ahead mode",
          "start the server once; it switches the mode"};
}

Finding check_key(const fs::path& folder) {
  struct stat facts{};
  const fs::path key = server_key_path(folder);
  if (::stat(key.c_str(), &facts) != 0) {
    return {"server key", Verdict::ok, "there is none yet; serve makes it", ""};
  }
  if ((facts.st_mode & 077) != 0) {
    return {"server key", Verdict::warning, key.string() + " is readable by others",
            "chmod 600 " + key.string()};
  }
  return {"server key", Verdict::ok, "readable by its owner alone", ""};
}

std::vector<Finding> examine(const LoadedConfig& loaded) {
  std::vector<Finding> findings;
  for (const std::string& warning : loaded.warnings) {
    findings.push_back({"configuration", Verdict::warning, warning, "unset it, or mend its name"});
  }
  if (loaded.warnings.empty()) {
    findings.push_back({"configuration", Verdict::ok,
                        loaded.file.has_value() ? loaded.file->string() : "no file", ""});
  }
  findings.push_back(check_clock());
  const fs::path& folder = loaded.config.data_folder;
  const Status made = make_data_folder(folder);
  if (!made.has_value()) {
    findings.push_back({"data folder", Verdict::failure, made.error().detail,
                        "choose a folder that the server's user may write"});
    return findings;
  }
  findings.push_back(check_sync(folder));
  findings.push_back(check_space(folder));
  findings.push_back(check_database(loaded.config.database));
  findings.push_back(check_mode(loaded.config.database));
  findings.push_back(check_key(folder));
  return findings;
}

void print_findings(const std::vector<Finding>& findings, bool as_json) {
  Json rows = Json::array();
  for (const Finding& finding : findings) {
    if (as_json) {
      rows.push(Json::object()
                    .set("check", finding.check)
                    .set("verdict", name(finding.verdict))
                    .set("text", finding.text)
                    .set("fix", finding.fix));
      continue;
    }
    print_line(std::string(name(finding.verdict)) + "  " + finding.check + ": " + finding.text);
    if (!finding.fix.empty()) print_line("    " + finding.fix);
  }
  if (as_json) print_json(Json::object().set("checks", std::move(rows)));
}

}  // namespace

Exit run_doctor(const DoctorOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  const std::vector<Finding> findings = examine(*loaded);
  print_findings(findings, options.common.json);
  const bool has_failure = std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.verdict == Verdict::failure; });
  return has_failure ? Exit::findings : Exit::done;
}

}  // namespace cinnabar::app
