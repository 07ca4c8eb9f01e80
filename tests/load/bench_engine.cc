// bench_engine: what a process instance costs without HTTP, beside what it must cost. See
// README.md.

#include "storage/memory/memory_store.h"
#include "storage/sqlite/sqlite_store.h"

#include "engine_load.h"
#include "program.h"
#include "raw_rows.h"
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace cinnabar::load {
namespace {

struct Options {
  double seconds = 3;
  int clients = 256;
  std::int64_t finished = 20'000;
  std::int64_t open = 2'000;
  std::string only;  // "pure", "memory", "sqlite", "curve"
  std::string markdown;
  std::string json = "build/bench/engine.json";
};

struct Line {
  std::string where;
  std::string what;
  EngineRate rate;
  std::int64_t finished = 0;  // before
  std::int64_t open = 0;
};

std::unique_ptr<sqlite::SqliteStore> open_sqlite(const std::filesystem::path& path) {
  sqlite::SqliteOptions options;
  options.path = path;
  auto opened = sqlite::SqliteStore::open(std::move(options));
  if (!opened || !(*opened)->migrate()) {
    std::fprintf(stderr, "bench: no database at %s\n", path.c_str());
    std::exit(1);
  }
  return std::move(*opened);
}

class Bench {
 public:
  Bench(Options options, std::filesystem::path folder)
      : options_(std::move(options)), folder_(std::move(folder)) {}

  void run() {
    if (wants("pure")) {
      for (const Shape shape : kShapes) {
        add({"decide and evolve", std::string(name(shape)), run_pure(shape, options_.seconds)});
      }
    }
    if (wants("memory")) {
      for (const Shape shape : kShapes) {
        // A fresh store each, so that none pays for the rows of another.
        memory::MemoryStore store({.queue_max = 4'096});
        CINNABAR_ASSERT(store.migrate().has_value());
        EngineLoad load(store, 1);
        add({"memory store", std::string(name(shape)), load.run(shape, 0, options_.seconds)});
      }
    }
    if (wants("sqlite")) durable();
    if (wants("curve")) curve();
  }

  std::vector<Line> lines;
  std::vector<Line> curve_lines;
  RawResult raw;
  double raw_cpu = 0;

 private:
  bool wants(std::string_view part) const { return options_.only.empty() || options_.only == part; }

  void add(Line line) {
    print(line);
    lines.push_back(std::move(line));
  }
  static void print(const Line& line) {
    fmt::print("{:<18} {:<17} {:>9} {:>8} {:>10.0f}/core s {:>10.0f}/s {:>8.1f} us/command\n",
               line.where, line.what, line.finished, line.open, line.rate.per_core_second(),
               line.rate.per_second(), line.rate.micros_per_command());
    std::fflush(stdout);
  }

  void durable() {
    const std::filesystem::path path = folder_ / "engine.db";
    for (const Shape shape : kShapes) {
      for (const char* suffix : {"", "-wal", "-shm"}) {
        std::filesystem::remove(path.string() + suffix);
      }
      const auto store = open_sqlite(path);
      EngineLoad load(*store, options_.clients);
      add({"SQLite, durable", std::string(name(shape)), load.run(shape, 0, options_.seconds)});
      if (shape == Shape::one_task) compare_raw(path);
    }
  }

  // The rows that those instances left behind, by bare SQLite, as many in a commit.
  void compare_raw(const std::filesystem::path& path) {
    const double cpu = cpu_seconds();
    raw = write_raw_rows(path.string(), (folder_ / "raw.db").string(), 20'000, options_.clients / 2,
                         commands_of(Shape::one_task));
    raw_cpu = cpu_seconds() - cpu;
    fmt::print("{:<18} {:<17} {:>9} {:>8} {:>10} {:>17.0f}/s\n", "bare SQLite", "the same rows", "",
               "", "", raw.rate());
  }

  // A command costs the same however much is stored.
  void curve() {
    const auto store = open_sqlite(folder_ / "curve.db");
    EngineLoad load(*store, options_.clients);
    constexpr std::int64_t kSlice = 4'000;
    std::int64_t finished = 0;
    std::int64_t open = 0;
    for (const int part : {0, 1, 10, 100}) {
      const std::int64_t open_wanted = options_.open * part / 100;
      if (open_wanted > open) load.leave_open(open_wanted - open);
      open = std::max(open, open_wanted);
      const std::int64_t wanted = options_.finished * part / 100;
      if (wanted > finished) load.run(Shape::one_task, wanted - finished, 0);
      finished = std::max(finished, wanted);
      Line line{"SQLite, durable", std::string(name(Shape::one_task)),
                load.run(Shape::one_task, kSlice, 0), finished, open};
      finished += kSlice;
      print(line);
      curve_lines.push_back(std::move(line));
    }
  }

  Options options_;
  std::filesystem::path folder_;
};

std::string table(const Bench& bench) {
  std::string out =
      "| where | process | instances per core-second | per second | CPU us per command |\n"
      "|---|---|---:|---:|---:|\n";
  for (const Line& line : bench.lines) {
    out += fmt::format("| {} | {} | {:.0f} | {:.0f} | {:.1f} |\n", line.where, line.what,
                       line.rate.per_core_second(), line.rate.per_second(),
                       line.rate.micros_per_command());
  }
  for (const Line& line : bench.lines) {
    if (line.where != "SQLite, durable" || line.what != name(Shape::one_task)) continue;
    out += fmt::format(
        "\nBare SQLite inserted the rows that those instances left behind at {:.0f} instances/s "
        "({:.1f} rows each); the engine ran at {:.2f} of that rate.\n",
        bench.raw.rate(),
        static_cast<double>(bench.raw.rows) /
            static_cast<double>(std::max<std::int64_t>(bench.raw.tickets, 1)),
        line.rate.per_second() / std::max(bench.raw.rate(), 1.0));
  }
  if (bench.curve_lines.empty()) return out;
  out +=
      "\n| finished before | open | instances per core-second | CPU us per command |\n"
      "|---:|---:|---:|---:|\n";
  for (const Line& line : bench.curve_lines) {
    out += fmt::format("| {} | {} | {:.0f} | {:.1f} |\n", line.finished, line.open,
                       line.rate.per_core_second(), line.rate.micros_per_command());
  }
  return out;
}

std::string as_json(const Bench& bench) {
  std::string out = fmt::format("{{\"raw_sqlite_instances_per_second\":{:.1f},\"measurements\":[",
                                bench.raw.rate());
  bool is_first = true;
  for (const auto* lines : {&bench.lines, &bench.curve_lines}) {
    for (const Line& line : *lines) {
      out += fmt::format(
          "{}{{\"where\":\"{}\",\"what\":\"{}\",\"finished\":{},\"open\":{},\"instances\":{},"
          "\"wall_s\":{:.3f},\"cpu_s\":{:.3f},\"per_core_second\":{:.1f},\"per_second\":{:.1f},"
          "\"cpu_us_per_command\":{:.2f}}}",
          is_first ? "" : ",", line.where, line.what, line.finished, line.open, line.rate.instances,
          line.rate.wall, line.rate.cpu, line.rate.per_core_second(), line.rate.per_second(),
          line.rate.micros_per_command());
      is_first = false;
    }
  }
  return out + "]}\n";
}

Options parse(int argc, char** argv) {
  const Arguments given(
      argc, argv,
      "bench_engine [--seconds S] [--clients N] [--finished N] [--open N]\n"
      "                    [--only pure|memory|sqlite|curve] [--markdown FILE] [--json FILE]",
      {"--seconds", "--clients", "--finished", "--open", "--only", "--markdown", "--json"});
  Options options;
  options.seconds = given.number("--seconds", options.seconds);
  options.clients =
      static_cast<int>(std::max<std::int64_t>(1, given.count("--clients", options.clients)));
  options.finished = given.count("--finished", options.finished);
  options.open = given.count("--open", options.open);
  options.only = given.text("--only");
  options.markdown = given.text("--markdown");
  options.json = given.text("--json", options.json);
  return options;
}

}  // namespace
}  // namespace cinnabar::load

int main(int argc, char** argv) {
  using namespace cinnabar::load;
  const Options options = parse(argc, argv);
  const WorkFolder folder("engine");
  Bench bench(options, folder.path());
  bench.run();
  const std::string text = table(bench);
  fmt::print("\n{}", text);
  std::ofstream(options.json) << as_json(bench);
  if (!options.markdown.empty()) std::ofstream(options.markdown) << text;
  return 0;
}
