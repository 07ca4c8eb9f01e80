// sim: runs worlds by their seeds and says which invariants break. See README.md.

#include "sim/shrink.h"

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>

namespace cinnabar::sim {
namespace {

constexpr std::string_view kUsage =
    "usage: sim --seed N [--steps M] [--skip 3,4] [--no-faults] [--sqlite]\n"
    "           [--trace | --history]\n"
    "       sim --seeds COUNT [--from N | --fresh] [--steps M] [--jobs J] [--hash]\n"
    "  --seed N     one world; prints the hash of its trace, with --trace the trace itself,\n"
    "               with --history also the documents and every event\n"
    "  --seeds C    that many worlds from seed 1, from N, or from a number nobody knows\n"
    "  --hash       one line `SEED HASH` for each, to compare builds\n";

struct Plan {
  Options options;
  std::uint64_t from = 1;
  std::uint64_t seeds = 0;
  bool is_fresh = false;
  bool has_one = false;
  bool shows_trace = false;
  bool shows_history = false;
  bool shows_hash = false;
  unsigned jobs = 2;
};

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
    std::fputs(kUsage.data(), stderr);
    std::exit(2);
  }
  return number;
}

void read_skips(Plan& plan, std::string_view text) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    plan.options.skip.insert(static_cast<int>(number_of(text.substr(0, comma))));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
}

Plan parse(int argc, char** argv) {
  Plan plan;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&]() -> std::string_view { return i + 1 < argc ? argv[++i] : ""; };
    if (name == "--seed") {
      plan.options.seed = number_of(value());
      plan.has_one = true;
    } else if (name == "--seeds") {
      plan.seeds = number_of(value());
    } else if (name == "--from") {
      plan.from = number_of(value());
    } else if (name == "--fresh") {
      plan.is_fresh = true;
    } else if (name == "--steps") {
      plan.options.steps = static_cast<int>(number_of(value()));
    } else if (name == "--jobs") {
      plan.jobs = static_cast<unsigned>(number_of(value()));
    } else if (name == "--skip") {
      read_skips(plan, value());
    } else if (name == "--no-faults") {
      plan.options.has_faults = false;
    } else if (name == "--sqlite") {
      plan.options.on_sqlite = true;
    } else if (name == "--trace") {
      plan.shows_trace = true;
    } else if (name == "--history") {
      plan.shows_trace = plan.shows_history = true;
    } else if (name == "--hash") {
      plan.shows_hash = true;
    } else {
      std::fputs(kUsage.data(), stderr);
      std::exit(2);
    }
  }
  if (plan.has_one == (plan.seeds > 0)) {
    std::fputs(kUsage.data(), stderr);
    std::exit(2);
  }
  return plan;
}

// A failing world once more, as small as it gets.
void tell(const Options& failing) {
  Options small = shrink(failing);
  small.keeps_trace = true;
  const Ending ending = run(small);
  std::printf("FAIL seed %llu, %s\n%s", static_cast<unsigned long long>(failing.seed),
              CINNABAR_COMMIT, report(small, ending).c_str());
}

int run_one(const Plan& plan) {
  Options options = plan.options;
  options.keeps_trace = plan.shows_trace;
  options.keeps_history = plan.shows_history;
  const Ending ending = run(options);
  for (const std::string& line : ending.trace) std::printf("%s\n", line.c_str());
  std::printf("seed %llu hash %016llx, %lld commands on %lld instances\n",
              static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(ending.hash), static_cast<long long>(ending.commands),
              static_cast<long long>(ending.instances));
  if (!ending.failure) return 0;
  std::printf("%s\n", ending.failure->what.c_str());
  if (!plan.shows_trace) tell(options);
  return 1;
}

class Many {
 public:
  explicit Many(const Plan& plan) : plan_(plan) {}

  int run_all() {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < plan_.jobs; ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf(
        "%llu seeds from %llu: %lld commands (%lld refused) on %lld instances, %lld faults, %lld "
        "crashes, %.1f s; %d failed\n",
        static_cast<unsigned long long>(plan_.seeds), static_cast<unsigned long long>(plan_.from),
        static_cast<long long>(sums_.commands), static_cast<long long>(sums_.refused),
        static_cast<long long>(sums_.instances), static_cast<long long>(sums_.faults),
        static_cast<long long>(sums_.crashes), took.count(), failed_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void work() {
    while (true) {
      const std::uint64_t index = next_++;
      if (index >= plan_.seeds) return;
      Options options = plan_.options;
      options.seed = plan_.from + index;
      const Ending ending = run(options);
      const std::scoped_lock lock(mutex_);
      sums_.commands += ending.commands;
      sums_.refused += ending.refused;
      sums_.instances += ending.instances;
      sums_.faults += ending.faults;
      sums_.crashes += ending.crashes;
      if (plan_.shows_hash) {
        std::printf("%llu %016llx\n", static_cast<unsigned long long>(options.seed),
                    static_cast<unsigned long long>(ending.hash));
      }
      if (!ending.failure) continue;
      // A few are told in full; the rest is the same trouble, most likely.
      if (++failed_ <= 3) {
        tell(options);
      } else {
        std::printf("FAIL seed %llu: %s\n", static_cast<unsigned long long>(options.seed),
                    ending.failure->what.c_str());
      }
      std::fflush(stdout);
    }
  }

  const Plan& plan_;
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;
  Ending sums_;
  int failed_ = 0;
};

}  // namespace
}  // namespace cinnabar::sim

int main(int argc, char** argv) {
  using namespace cinnabar::sim;
  Plan plan = parse(argc, argv);
  if (plan.has_one) return run_one(plan);
  if (plan.is_fresh) plan.from = (std::uint64_t{std::random_device{}()} << 16U) + 1'000'000;
  if (plan.shows_hash) plan.jobs = 1;
  return Many(plan).run_all();
}
