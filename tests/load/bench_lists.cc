// bench_lists: what a page of a list and a count cost through the API, beside the same SQL in the
// sqlite3 shell. See README.md.

#include "http_load.h"
#include "program.h"
#include "server_process.h"
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::load {
namespace {

constexpr std::string_view kEdit = "/rest/flowmanage/api/omdata/edit/problem-management-demo/";
constexpr std::string_view kList =
    "/v1/workflow/templates/67d4cf9a-49cd-4341-90da-b899eb0219b1/instances";
constexpr int kRounds = 7;  // of the shell; the middle one counts

struct Options {
  double seconds = 4;
  std::vector<int> connections{1, 16};
  std::int64_t stored = 1'000'000;
  std::string markdown;
};

struct Question {
  std::string what;
  std::string query;  // of the list
  std::string sql;    // the same, with {process} for the id of the process
};

struct Measurement {
  std::string what;
  int connections = 0;
  double rate = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double shell_ms = 0;
  std::int64_t failures = 0;
};

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

// What the shell prints; exits with a message when it cannot be run.
std::string run_shell(const std::string& database, const std::string& commands) {
  const std::string script = database + ".bench.sql";
  std::ofstream(script) << commands;
  const std::string line = "sqlite3 -readonly '" + database + "' < '" + script + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(line.c_str(), "r"), pclose);
  if (pipe == nullptr) {
    std::fprintf(stderr, "bench: the sqlite3 shell cannot be run\n");
    std::exit(1);
  }
  std::string out;
  std::array<char, 4096> buffer{};
  for (std::size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    out.append(buffer.data(), size);
  }
  return out;
}

// The middle one of several runs, milliseconds.
double shell_ms(const std::string& database, const std::string& sql) {
  std::string commands = ".timer on\n";
  for (int i = 0; i < kRounds; ++i) commands += sql + ";\n";
  const std::string out = run_shell(database, commands);
  std::vector<double> times;
  for (std::size_t at = 0; (at = out.find("Run Time: real ", at)) != std::string::npos;) {
    at += 15;
    times.push_back(std::atof(out.c_str() + at) * 1000);
  }
  if (times.empty()) {
    std::fprintf(stderr, "bench: no time in %s\n", out.substr(0, 300).c_str());
    std::exit(1);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

class Bench {
 public:
  Bench(const ServerProcess& server, Options options)
      : server_(server), options_(std::move(options)) {}

  void run() {
    fill();
    token_ = access_token();
    const std::string database = (server_.data() / "cinnabar.db").string();
    const std::string process = process_id(database);
    for (const Question& question : questions()) {
      std::string sql = question.sql;
      for (std::size_t at = 0; (at = sql.find("{process}", at)) != std::string::npos;) {
        sql.replace(at, 9, process);
      }
      const double shell = shell_ms(database, sql);
      for (const int connections : options_.connections) measure(question, connections, shell);
    }
  }

  std::vector<Measurement> measurements;

 private:
  void fill() {
    const std::string code = security_code(server_.port(), "YWRtaW46YWRtaW4=");
    std::int64_t made = 0;
    LoadPlan plan;
    plan.port = server_.port();
    plan.connections = 128;
    plan.seconds = 3600;
    plan.requests_max = options_.stored;
    plan.accept = [](std::string_view body) { return body.find("\"200\"") != body.npos; };
    plan.next = [&](std::string& out) {
      out = post(kEdit, "application/json",
                 fmt::format(R"({{"security": "{}", "omflow_restapi": 1, "action": "create", )"
                             R"("formdata": [{{"id": "FORMITM_1", "value": "Printer {}"}}]}})",
                             code, made++ % 1000));
      return true;
    };
    const LoadResult result = run_load(plan);
    fmt::print("filled {} instances in {:.0f} s\n", result.requests, result.seconds);
    if (result.failures != 0) {
      std::fprintf(stderr, "bench: %s\n", result.first_failure.c_str());
      std::exit(1);
    }
  }

  std::string access_token() const {
    const std::string body =
        call(server_.port(), post("/connect/token", "application/x-www-form-urlencoded",
                                  "grant_type=password&username=admin&password=admin&"
                                  "client_id=cid-demo&client_secret=cs-demo"));
    const std::size_t at = body.find("\"access_token\":\"");
    if (at == std::string::npos) {
      std::fprintf(stderr, "bench: no token in %s\n", body.c_str());
      std::exit(1);
    }
    return body.substr(at + 16, 64);
  }

  static std::string process_id(const std::string& database) {
    const std::string out = run_shell(
        database, "SELECT id FROM process WHERE uuid = '67d4cf9a-49cd-4341-90da-b899eb0219b1';\n");
    return std::to_string(std::atoll(out.c_str()));
  }

  std::vector<Question> questions() const {
    const std::string columns =
        "SELECT id, title, important, urgent, status, current_node_id, current_node_name, "
        "current_assignees, initiator_id, initiator_name, initiator_position_id, created_at "
        "FROM process_instance WHERE process_id = {process}";
    const std::string newest = " ORDER BY created_at DESC, id LIMIT 20";
    const std::string running = encoded(R"([{"Id":"Status","Operator":"=","Value1":"5"}])");
    const std::string recent =
        encoded(R"([{"Id":"CreateTime","Operator":">=","Value1":"2020-01-01"}])");
    const std::string middle = std::to_string(options_.stored / 2);
    return {
        {"first page", "start=0&limit=20&sort=-CreateTime", columns + newest},
        {"page of one status", "limit=20&sort=-CreateTime&filter=" + running,
         columns + " AND status IN (1)" + newest},
        {"page from a time on", "limit=20&sort=CreateTime&filter=" + recent,
         columns + " AND created_at >= 1577836800000000 ORDER BY created_at, id LIMIT 20"},
        {"deep page", "start=" + middle + "&limit=20&sort=-CreateTime",
         columns + newest + " OFFSET " + middle},
        {"count of all", "limit=0&count=true",
         "SELECT count(*) FROM process_instance WHERE process_id = {process}"},
        {"count of one status", "limit=0&count=true&filter=" + running,
         "SELECT count(*) FROM process_instance WHERE process_id = {process} AND status IN (1)"},
    };
  }

  void measure(const Question& question, int connections, double shell) {
    LoadPlan plan;
    plan.port = server_.port();
    plan.connections = connections;
    plan.seconds = options_.seconds;
    plan.accept = [](std::string_view body) { return body.starts_with('['); };
    const std::string request = "GET " + std::string(kList) + "?" + question.query +
                                " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token_ +
                                "\r\n\r\n";
    plan.next = [&](std::string& out) {
      out = request;
      return true;
    };
    LoadResult result = run_load(plan);
    Measurement m{question.what,
                  connections,
                  result.rate(),
                  result.percentile_ms(0.5),
                  result.percentile_ms(0.99),
                  shell,
                  result.failures};
    fmt::print("{:22} {:3} connections {:9.1f}/s p50 {:8.2f} ms p99 {:8.2f} ms, shell {:8.2f} ms\n",
               m.what, m.connections, m.rate, m.p50_ms, m.p99_ms, m.shell_ms);
    if (m.failures != 0) {
      std::fprintf(stderr, "bench: %s failed: %s\n", m.what.c_str(), result.first_failure.c_str());
    }
    measurements.push_back(std::move(m));
  }

  const ServerProcess& server_;
  Options options_;
  std::string token_;
};

std::string table(const std::vector<Measurement>& all, std::int64_t stored) {
  std::string out = fmt::format(
      "{} instances of one process. The shell runs the same SQL; its time is the middle of {}.\n\n"
      "| what | connections | per second | p50 ms | p99 ms | sqlite3 shell ms | p50 / shell |\n"
      "|---|---:|---:|---:|---:|---:|---:|\n",
      stored, kRounds);
  for (const Measurement& m : all) {
    const std::string ratio = m.shell_ms < 0.5 ? "-" : fmt::format("{:.2f}", m.p50_ms / m.shell_ms);
    out += fmt::format("| {} | {} | {:.0f} | {:.2f} | {:.2f} | {:.2f} | {} |\n", m.what,
                       m.connections, m.rate, m.p50_ms, m.p99_ms, m.shell_ms, ratio);
  }
  return out;
}

Options parse(int argc, char** argv) {
  const Arguments given(argc, argv,
                        "bench_lists [--seconds S] [--stored 1000000] [--markdown FILE]",
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
  const WorkFolder work("lists");
  const ServerProcess server(server_binary(argv[0]), work.path() / "data");
  Bench bench(server, options);
  bench.run();
  const std::string text = table(bench.measurements, options.stored);
  fmt::print("\n{}", text);
  if (!options.markdown.empty()) std::ofstream(options.markdown) << text;
  const bool failed = std::any_of(bench.measurements.begin(), bench.measurements.end(),
                                  [](const Measurement& m) { return m.failures != 0; });
  return failed ? 1 : 0;
}
