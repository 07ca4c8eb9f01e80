// bench_jodoo: batches of records beside bare SQLite writing the same rows, and lists of a million
// records. See README.md.

#include "http_load.h"
#include "program.h"
#include "raw_rows.h"
#include "server_process.h"
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::load {
namespace {

constexpr std::string_view kBatchCreate = "/api/v5/app/entry/data/batch_create";
constexpr std::string_view kList = "/api/v5/app/entry/data/list";
constexpr std::string_view kTarget =
    R"("app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd")";
constexpr int kRowsPerBatch = 100;
constexpr int kConnections[] = {1, 16, 64};
constexpr int kKinds = 1000;  // different texts among the records

struct Options {
  double seconds = 5;
  std::int64_t stored = 1'000'000;
  std::string markdown;
};

struct Measurement {
  std::string what;
  int connections = 0;
  double rate = 0;  // rows or pages per second
  double p50_ms = 0;
  double p99_ms = 0;
  double of_limit = 0;  // 0: there is none
  std::int64_t failures = 0;
};

std::string request(std::string_view path, const std::string& body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer demo-jodoo-key-unlimited\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      path, body.size(), body);
}

class Bench {
 public:
  Bench(const ServerProcess& server, const Options& options) : server_(server), options_(options) {}

  void run(const std::filesystem::path& work) {
    for (const int connections : kConnections) creates(connections);
    // As many records a commit as the connections have under way at a time.
    for (Measurement& m : measurements) {
      const RawResult raw =
          write_raw_records((server_.data() / "cinnabar.db").string(),
                            (work / fmt::format("raw{}.db", m.connections)).string(), 100'000,
                            m.connections * kRowsPerBatch);
      fmt::print("bare SQLite: {} records, {} a commit, {:.0f}/s, {:.1f} rows each\n", raw.tickets,
                 m.connections * kRowsPerBatch, raw.rate(),
                 raw.tickets == 0
                     ? 0.0
                     : static_cast<double>(raw.rows) / static_cast<double>(raw.tickets));
      m.of_limit = raw.rate() > 0 ? m.rate / raw.rate() : 0;
    }
    fill();
    const auto filter = [](std::string_view condition) {
      return fmt::format(R"({{{}, "limit": 100, "filter": {{"rel": "and", "cond": [{}]}}}})",
                         kTarget, condition);
    };
    lists("first page", fmt::format(R"({{{}, "limit": 100}})", kTarget));
    lists("text equals", filter(R"({"field": "_widget_1432728651402", "type": "text",)"
                                R"( "method": "eq", "value": ["kind 77"]})"));
    lists("number in range", filter(R"({"field": "_widget_1432728651403", "type": "number",)"
                                    R"( "method": "range", "value": [500000, 500050]})"));
    lists("rare in both", filter(R"({"field": "_widget_1432728651402", "type": "text",)"
                                 R"( "method": "in", "value": ["kind 3", "kind 4"]}, )"
                                 R"({"field": "_widget_1432728651403", "type": "number",)"
                                 R"( "method": "gt", "value": [900000]})"));
    lists("half of them", filter(R"({"field": "_widget_1432728651403", "type": "number",)"
                                 R"( "method": "lt", "value": [500000]})"));
    if (!last_id_.empty()) {
      lists("deep page",
            fmt::format(R"({{{}, "limit": 100, "data_id": "{}"}})", kTarget, last_id_));
    }
  }

  std::vector<Measurement> measurements;

 private:
  // 100 rows of some 200 bytes.
  std::string next_batch() {
    std::string rows;
    for (int i = 0; i < kRowsPerBatch; ++i) {
      const std::int64_t n = row_++;
      fmt::format_to(std::back_inserter(rows),
                     R"({}{{"_widget_1432728651402": {{"value": "kind {}"}}, )"
                     R"("_widget_1432728651403": {{"value": {}}}, )"
                     R"("_widget_1669106585317": {{"value": "Row {} of the delivery from the )"
                     R"(southern warehouse, checked at the gate"}}}})",
                     i == 0 ? "" : ",", n % kKinds, n, n);
    }
    return request(kBatchCreate,
                   fmt::format(R"({{{}, "transaction_id": "bench-{}", "data_list": [{}]}})",
                               kTarget, row_, rows));
  }
  // The middle one of the ids that were made is where deep pages begin.
  bool is_made(std::string_view body) {
    constexpr std::string_view kIds = R"("success_ids":[")";
    const std::size_t at = body.find(kIds);
    if (body.find(R"("success_count":100)") == std::string_view::npos) return false;
    if (at == std::string_view::npos) return false;
    if (row_ <= options_.stored / 2) last_id_ = body.substr(at + kIds.size(), 24);
    return true;
  }

  LoadPlan plan(int connections) const {
    LoadPlan plan;
    plan.port = server_.port();
    plan.connections = connections;
    plan.seconds = options_.seconds;
    return plan;
  }

  void note(std::string what, int connections, LoadResult result, double rate) {
    Measurement m{std::move(what),
                  connections,
                  rate,
                  result.percentile_ms(0.5),
                  result.percentile_ms(0.99),
                  0,
                  result.failures};
    if (result.failures != 0) {
      std::fprintf(stderr, "bench: %s failed: %s\n", m.what.c_str(), result.first_failure.c_str());
    }
    fmt::print("{:<16} {:>4} {:>9.0f}/s  p50 {:>8.3f} ms  p99 {:>8.3f} ms\n", m.what, connections,
               m.rate, m.p50_ms, m.p99_ms);
    std::fflush(stdout);
    measurements.push_back(std::move(m));
  }

  LoadResult load_batches(LoadPlan load) {
    load.next = [this](std::string& out) {
      out = next_batch();
      return true;
    };
    load.accept = [this](std::string_view body) { return is_made(body); };
    return run_load(load);
  }
  void creates(int connections) {
    LoadResult result = load_batches(plan(connections));
    const double rate = result.rate() * kRowsPerBatch;
    note("batch_create", connections, std::move(result), rate);
  }

  void fill() {
    if (row_ >= options_.stored) return;
    LoadPlan load = plan(64);
    load.seconds = 3600;
    load.requests_max = (options_.stored - row_) / kRowsPerBatch + 1;
    const LoadResult result = load_batches(load);
    fmt::print("filled up to {} records at {:.0f}/s; memory {} MiB\n", row_,
               result.rate() * kRowsPerBatch, server_.resident_kib() / 1024);
  }

  void lists(const std::string& what, const std::string& body) {
    for (const int connections : {1, 16}) {
      LoadPlan load = plan(connections);
      const std::string list = request(kList, body);
      load.next = [&](std::string& out) {
        out = list;
        return true;
      };
      load.accept = [](std::string_view answer) {
        return answer.starts_with(R"({"data":[{)");  // a page with something on it
      };
      LoadResult result = run_load(load);
      const double rate = result.rate();
      note(what, connections, std::move(result), rate);
    }
  }

  const ServerProcess& server_;
  const Options& options_;
  std::int64_t row_ = 0;
  std::string last_id_;
};

std::string table(const std::vector<Measurement>& all, std::int64_t stored) {
  std::string out = fmt::format(
      "Lists are of {} records. The limit is bare SQLite writing the same rows, 100 records a "
      "commit for each connection.\n\n"
      "| what | connections | rows or pages per second | p50 ms | p99 ms | of the limit |\n"
      "|---|---:|---:|---:|---:|---:|\n",
      stored);
  for (const Measurement& m : all) {
    out +=
        fmt::format("| {} | {} | {:.0f} | {:.2f} | {:.2f} | {} |\n", m.what, m.connections, m.rate,
                    m.p50_ms, m.p99_ms, m.of_limit > 0 ? fmt::format("{:.2f}", m.of_limit) : "-");
  }
  return out;
}

Options parse(int argc, char** argv) {
  const Arguments given(argc, argv, "bench_jodoo [--seconds S] [--stored N] [--markdown FILE]",
                        {"--seconds", "--stored", "--markdown"});
  Options options;
  options.seconds = given.number("--seconds", options.seconds);
  options.stored = given.count("--stored", options.stored);
  options.markdown = given.text("--markdown");
  return options;
}

}  // namespace
}  // namespace cinnabar::load

int main(int argc, char** argv) {
  using namespace cinnabar::load;
  const Options options = parse(argc, argv);
  const WorkFolder work("jodoo");
  const ServerProcess server(server_binary(argv[0]), work.path() / "data");
  Bench bench(server, options);
  bench.run(work.path());
  const std::string text = table(bench.measurements, options.stored);
  fmt::print("\n{}", text);
  if (!options.markdown.empty()) std::ofstream(options.markdown) << text;
  const bool failed =
      std::ranges::any_of(bench.measurements, [](const Measurement& m) { return m.failures != 0; });
  return failed ? 1 : 0;
}
