#include "sim/shrink.h"

#include <algorithm>

namespace cinnabar::sim {

namespace {

std::vector<int> steps_of(const Options& options) {
  std::vector<int> out;
  for (int step = 0; step < options.steps; ++step) {
    if (!options.skip.contains(step)) out.push_back(step);
  }
  return out;
}

}  // namespace

Options shrink(const Options& options, int runs_max) {
  const Ending first = run(options);
  if (!first.failure) return options;
  const std::string invariant = first.failure->invariant;
  Options best = options;
  // What comes behind the failure does not matter.
  best.steps = std::min(options.steps, first.failure->step + 1);
  int runs = 0;
  const auto fails_so = [&](const Options& candidate) {
    if (++runs > runs_max) return false;
    const Ending ending = run(candidate);
    return ending.failure && ending.failure->invariant == invariant;
  };
  for (std::size_t part = std::max<std::size_t>(steps_of(best).size() / 2, 1); part > 0;
       part /= 2) {
    bool is_smaller = true;
    while (is_smaller && runs <= runs_max) {
      is_smaller = false;
      const std::vector<int> steps = steps_of(best);
      for (std::size_t from = 0; from < steps.size(); from += part) {
        Options candidate = best;
        for (std::size_t i = from; i < std::min(from + part, steps.size()); ++i) {
          candidate.skip.insert(steps[i]);
        }
        if (!fails_so(candidate)) continue;
        best = std::move(candidate);
        is_smaller = true;
        break;
      }
    }
  }
  return best;
}

std::string report(const Options& options, const Ending& ending) {
  std::string out;
  if (ending.failure) {
    out += ending.failure->what + " (step " + std::to_string(ending.failure->step) + ")\n";
  }
  out += "replay: sim --seed " + std::to_string(options.seed) + " --steps " +
         std::to_string(options.steps);
  if (!options.skip.empty()) {
    out += " --skip ";
    bool is_first = true;
    for (const int step : options.skip) {
      if (!is_first) out += ",";
      out += std::to_string(step);
      is_first = false;
    }
  }
  if (!options.has_faults) out += " --no-faults";
  if (options.on_sqlite) out += " --sqlite";
  out += "\n";
  for (const std::string& line : ending.trace) out += "  " + line + "\n";
  return out;
}

}  // namespace cinnabar::sim
