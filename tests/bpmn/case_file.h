// The text format of the corpus: what is done with a document and what has to come of it.
// README.md describes it for people. Pure functions; a Case owns its text. Thread: any.
// Errors: invalid_argument with reason case_malformed, the line number and what was expected there.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::corpus {

inline constexpr Reason kCaseMalformed{"case_malformed"};

enum class ArrivalKind : std::uint8_t { message, signal, facts, user_task, job, job_error };

// What comes from outside while the clock runs.
struct Arrival {
  ArrivalKind kind = ArrivalKind::message;
  Duration at;       // since the start of the case
  std::string name;  // of the message or signal, id of the user task, type of the job; facts: none
  Json payload = Json::object();
  std::string code;  // of a job error
  friend bool operator==(const Arrival&, const Arrival&) = default;
};

struct Case {
  std::string id;
  int line = 0;
  std::string process;  // to start; empty: the first one that is executable
  Json vars = Json::object();
  std::vector<Arrival> arrivals;  // in order of time; at one time in order of the text
  Duration advance;               // how far the clock runs
  bool is_refused = false;
  std::string rule;  // of a finding; empty: any
  bool counts_activities = false;
  std::optional<std::vector<std::string>> trace;      // sorted
  std::string state;                                  // empty: any
  std::optional<std::vector<std::string>> incidents;  // "kind node", sorted
  std::optional<Json> vars_after;
};

// All cases of one file, at least one.
Result<std::vector<Case>> parse_cases(std::string_view text);

// "PT1.5S", "P1DT2H", "P2W"; days have 24 hours. Years and months are refused: they have no length.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace cinnabar::corpus
