// bench_tickets: what a ticket costs through the API, beside what it must cost. See README.md.

#include "http_load.h"
#include "program.h"
#include "raw_rows.h"
#include "server_process.h"
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <thread>

namespace cinnabar::load {
namespace {

constexpr std::string_view kEdit = "/rest/flowmanage/api/omdata/edit/problem-management-demo/";
constexpr std::string_view kQuery =
    "/rest/flowmanage/api/omdata-data-id/get/problem-management-demo/";
constexpr std::string_view kReview = "/rest/flowmanage/api/omdata/edit/change-review-demo/";
constexpr std::string_view kList = "/rest/my-mission/api/my-mission/list/";
constexpr std::string_view kJson = "application/json";
constexpr std::int64_t kOpenForCaller = 10'000;

struct Options {
  double seconds = 5;
  std::vector<int> connections{1, 16, 64, 256};
  std::vector<std::int64_t> stored{0, 1'000'000};
  std::string markdown;
  std::string json = "build/bench/tickets.json";
};

struct Measurement {
  std::string what;
  std::int64_t stored = 0;
  int connections = 0;
  double rate = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double cpu_us = 0;  // server CPU per request
  std::int64_t failures = 0;
  std::int64_t resident_kib = 0;
};

// The integer after `key` in a small JSON answer; strings of digits count too.
std::optional<std::int64_t> number_after(std::string_view body, std::string_view key) {
  std::size_t at = body.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  at += key.size();
  while (at < body.size() && (body[at] == ' ' || body[at] == '"' || body[at] == ':')) ++at;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(body.data() + at, body.data() + body.size(), value);
  if (parsed.ec != std::errc{}) return std::nullopt;
  return value;
}

bool says_200(std::string_view body) {
  return body.starts_with(R"({"status": "200")") || body.starts_with(R"({"status": 200)");
}

class Bench {
 public:
  Bench(const ServerProcess& server, Options options)
      : server_(server),
        options_(std::move(options)),
        admin_(security_code(server.port(), "YWRtaW46YWRtaW4=")) {}

  void run() {
    for (const int connections : options_.connections) constant(connections);
    make_open_work();
    for (const std::int64_t stored : options_.stored) {
      fill(stored);
      for (const int connections : options_.connections) {
        tickets(stored, connections);
      }
    }
  }

  std::vector<Measurement> measurements;

 private:
  std::string prefix(const std::string& code) const {
    return R"({"security": ")" + code + R"(", "omflow_restapi": 1, )";
  }
  std::string create_request() const {
    return post(
        kEdit, kJson,
        prefix(admin_) +
            R"("action": "create", "formdata": [{"id": "FORMITM_1", "value": "Printer on floor three"}, )"
            R"({"id": "FORMITM_2", "value": "It prints only blank pages since this morning."}]})");
  }

  LoadPlan plan(int connections) const {
    LoadPlan plan;
    plan.port = server_.port();
    plan.connections = connections;
    plan.seconds = options_.seconds;
    plan.accept = says_200;
    return plan;
  }

  void measure(const std::string& what, std::int64_t stored, const LoadPlan& plan) {
    const double cpu_before = server_.cpu_seconds();
    LoadResult result = run_load(plan);
    Measurement m;
    m.what = what;
    m.stored = stored;
    m.connections = plan.connections;
    m.rate = result.rate();
    m.p50_ms = result.percentile_ms(0.5);
    m.p99_ms = result.percentile_ms(0.99);
    m.cpu_us = result.requests == 0 ? 0
                                    : (server_.cpu_seconds() - cpu_before) * 1e6 /
                                          static_cast<double>(result.requests);
    m.failures = result.failures;
    m.resident_kib = server_.resident_kib();
    if (result.failures != 0)
      std::fprintf(stderr, "bench: %s failed: %s\n", what.c_str(), result.first_failure.c_str());
    fmt::print(
        "{:<11} {:>9} {:>5} {:>10.0f}/s  p50 {:>8.3f} ms  p99 {:>8.3f} ms  {:>7.1f} us CPU  {:>6} "
        "MiB{}\n",
        m.what, m.stored, m.connections, m.rate, m.p50_ms, m.p99_ms, m.cpu_us,
        m.resident_kib / 1024, m.failures == 0 ? "" : fmt::format("  {} FAILED", m.failures));
    std::fflush(stdout);
    measurements.push_back(std::move(m));
  }

  void constant(int connections) {
    LoadPlan load = plan(connections);
    load.accept = nullptr;
    load.next = [](std::string& request) {
      request =
          "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
      return true;
    };
    measure("constant", 0, load);
  }

  // Tickets that offer work to the caller of the inbox measurement and to nobody else measured.
  void make_open_work() {
    LoadPlan load = plan(64);
    load.seconds = 600;
    load.requests_max = kOpenForCaller;
    const std::string request = post(
        kReview, kJson,
        prefix(admin_) +
            R"("action": "create", "formdata": [{"id": "FORMITM_1", "value": "Replace the switch"}]})");
    load.next = [&](std::string& out) {
      out = request;
      return true;
    };
    const LoadResult result = run_load(load);
    if (result.failures != 0) {
      std::fprintf(stderr, "bench: set-up failed: %s\n", result.first_failure.c_str());
      std::exit(1);
    }
  }

  void fill(std::int64_t stored) {
    if (created_ >= stored) return;
    LoadPlan load = plan(128);
    load.seconds = 3600;
    load.requests_max = stored - created_;
    const std::string request = create_request();
    load.next = [&](std::string& out) {
      out = request;
      return true;
    };
    const std::int64_t before = server_.resident_kib();
    const LoadResult result = run_load(load);
    created_ += result.requests;
    fmt::print("filled {} tickets in {:.0f} s ({:.0f}/s); memory {} -> {} MiB\n", result.requests,
               result.seconds, result.rate(), before / 1024, server_.resident_kib() / 1024);
  }

  void tickets(std::int64_t stored, int connections) {
    std::vector<std::int64_t> numbers;
    LoadPlan creates = plan(connections);
    const std::string create = create_request();
    creates.next = [&](std::string& out) {
      out = create;
      return true;
    };
    creates.accept = [&](std::string_view body) {
      if (!says_200(body)) return false;
      const auto number = number_after(body, "\"result\": ");
      if (number) numbers.push_back(*number);
      return number.has_value();
    };
    measure("create", stored, creates);
    created_ += std::ssize(numbers);

    std::vector<std::int64_t> positions;
    std::size_t at = 0;
    LoadPlan queries = plan(connections);
    queries.next = [&](std::string& out) {
      if (at == numbers.size()) return false;
      out = post(kQuery, kJson,
                 prefix(admin_) + "\"data_no\": " + std::to_string(numbers[at++]) + "}");
      return true;
    };
    queries.accept = [&](std::string_view body) {
      const auto id = number_after(body, "\"data_id\": ");
      if (id) positions.push_back(*id);
      return says_200(body) && id.has_value();
    };
    measure("query", stored, queries);

    std::size_t pushed = 0;
    LoadPlan pushes = plan(connections);
    pushes.next = [&](std::string& out) {
      if (pushed == positions.size()) return false;
      out = post(kEdit, kJson,
                 prefix(admin_) +
                     "\"action\": \"update\", \"data_id\": " + std::to_string(positions[pushed++]) +
                     R"(, "formdata": [{"id": "FORMITM_5", "value": "ok"}]})");
      return true;
    };
    measure("push", stored, pushes);

    const std::string carol = security_code(server_.port(), "Y2Fyb2w6Y2Fyb2w=");
    const std::string list = post(kList, "application/x-www-form-urlencoded",
                                  "security=" + carol + "&omflow_restapi=1&limit=100&start=0");
    LoadPlan lists = plan(connections);
    lists.next = [&](std::string& out) {
      out = list;
      return true;
    };
    measure("inbox", stored, lists);
    {
      // Somebody else opens a ticket every 50 ms, so that hardly any page is the one before.
      const Trickle trickle(*this, create);
      measure("inbox, busy", stored, lists);
    }
  }

  // One client that sends a request now and then until it goes out of scope.
  class Trickle {
   public:
    Trickle(const Bench& bench, const std::string& request)
        : thread_([&bench, request, this] {
            LoadPlan load = bench.plan(1);
            load.seconds = 3600;
            load.next = [&](std::string& out) {
              std::this_thread::sleep_for(std::chrono::milliseconds(50));
              out = request;
              return !is_over_.load();
            };
            run_load(load);
          }) {}
    Trickle(const Trickle&) = delete;
    Trickle& operator=(const Trickle&) = delete;
    ~Trickle() {
      is_over_.store(true);
      thread_.join();
    }

   private:
    std::atomic<bool> is_over_{false};
    std::thread thread_;
  };

  const ServerProcess& server_;
  Options options_;
  std::string admin_;
  std::int64_t created_ = 0;
};

std::optional<Measurement> find(const std::vector<Measurement>& all, std::string_view what,
                                std::int64_t stored, int connections) {
  for (const Measurement& m : all) {
    if (m.what == what && m.stored == stored && m.connections == connections) return m;
  }
  return std::nullopt;
}

std::string table(const std::vector<Measurement>& all, const RawResult& raw) {
  std::string out = fmt::format(
      "Bare SQLite wrote the same rows at {:.0f} tickets/s ({:.1f} rows each, 64 tickets a "
      "commit).\n\n"
      "| what | stored | connections | per second | p50 ms | p99 ms | server CPU us | of the limit "
      "|\n"
      "|---|---:|---:|---:|---:|---:|---:|---:|\n",
      raw.rate(),
      raw.tickets == 0 ? 0.0 : static_cast<double>(raw.rows) / static_cast<double>(raw.tickets));
  for (const Measurement& m : all) {
    std::string ratio = "-";
    if (m.what == "create" && raw.rate() > 0)
      ratio = fmt::format("{:.2f} of bare SQLite", m.rate / raw.rate());
    if (m.what == "query" || m.what.starts_with("inbox")) {
      if (const auto limit = find(all, "constant", 0, m.connections)) {
        ratio = fmt::format("{:.2f} of constant", m.rate / limit->rate);
      }
    }
    out += fmt::format("| {} | {} | {} | {:.0f} | {:.2f} | {:.2f} | {:.0f} | {} |\n", m.what,
                       m.stored, m.connections, m.rate, m.p50_ms, m.p99_ms, m.cpu_us, ratio);
  }
  return out;
}

std::string as_json(const std::vector<Measurement>& all, const RawResult& raw) {
  std::string out =
      fmt::format("{{\"raw_sqlite_tickets_per_second\":{:.1f},\"measurements\":[", raw.rate());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Measurement& m = all[i];
    out += fmt::format(
        "{}{{\"what\":\"{}\",\"stored\":{},\"connections\":{},\"per_second\":{:.1f},\"p50_ms\":{:."
        "3f},"
        "\"p99_ms\":{:.3f},\"cpu_us\":{:.1f},\"failures\":{},\"resident_kib\":{}}}",
        i == 0 ? "" : ",", m.what, m.stored, m.connections, m.rate, m.p50_ms, m.p99_ms, m.cpu_us,
        m.failures, m.resident_kib);
  }
  return out + "]}\n";
}

template <typename T>
std::vector<T> numbers_of(const std::string& text) {
  std::vector<T> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');)
    out.push_back(static_cast<T>(std::atoll(part.c_str())));
  return out;
}

Options parse(int argc, char** argv) {
  const Arguments given(argc, argv,
                        "bench_tickets [--seconds S] [--connections 1,16] [--stored 0,1000000] "
                        "[--markdown FILE] [--json FILE]",
                        {"--seconds", "--connections", "--stored", "--markdown", "--json"});
  Options options;
  options.seconds = given.number("--seconds", options.seconds);
  const std::string connections = given.text("--connections");
  if (!connections.empty()) options.connections = numbers_of<int>(connections);
  const std::string stored = given.text("--stored");
  if (!stored.empty()) options.stored = numbers_of<std::int64_t>(stored);
  options.markdown = given.text("--markdown");
  options.json = given.text("--json", options.json);
  return options;
}

}  // namespace
}  // namespace cinnabar::load

int main(int argc, char** argv) {
  using namespace cinnabar::load;
  const Options options = parse(argc, argv);
  const WorkFolder work("run");
  const ServerProcess server(server_binary(argv[0]), work.path() / "data");
  Bench bench(server, options);
  bench.run();
  const RawResult raw = write_raw_rows((server.data() / "cinnabar.db").string(),
                                       (work.path() / "raw.db").string(), 50'000, 64);
  const std::string text = table(bench.measurements, raw);
  fmt::print("\n{}", text);
  std::ofstream(options.json) << as_json(bench.measurements, raw);
  if (!options.markdown.empty()) std::ofstream(options.markdown) << text;
  const bool failed = std::any_of(bench.measurements.begin(), bench.measurements.end(),
                                  [](const Measurement& m) { return m.failures != 0; });
  return failed ? 1 : 0;
}
