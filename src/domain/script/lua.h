// Scripts of process definitions, in a sandboxed Lua 5.4: no files, network, clock, randomness or
// loading of code, and the same answer on every machine.
//
// A script sees the process variables as globals and changes them by assigning; it may also return
// a value. Left out of the language, and refused by compile(): the operator ^ and "...". Left out
// of the library: metatables, coroutines, load, require, os, io, debug, math.random and what rounds
// differently between machines. pairs() walks keys in order: numbers, texts by bytes, booleans.
//
// Values: null is nil (inside of a list the constant `null`, since a sequence has no holes), a
// decimal is an integer when it is one of 64 bits and a float otherwise, lists are sequences,
// contexts are tables with text keys, dates, times and durations are their ISO text. References to
// people and files, and ranges, can be compared, kept and assigned, nothing else. What a script
// leaves untouched keeps its kind and digits. An empty new table is a list.
//
// Thread: a Script is immutable and may run on many threads at once; run() is pure.
// Errors: compile() invalid_argument/script_invalid with the line; run()
// failed_precondition/script_failed with the line, resource_exhausted/script_budget.
#pragma once

#include "base/result.h"
#include "domain/expr/value.h"
#include "vocab/limits.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cinnabar::script {

struct Budget {
  std::int64_t instructions = limits::kScriptInstructionsMax;
  std::size_t memory_bytes = limits::kScriptMemoryBytesMax;
};

struct Outcome {
  // The globals that were assigned or changed; null for those that were set to nil.
  expr::Variables changed;
  // What the script returned, null without a return.
  expr::Value result;
};

class Script {
 public:
  static Result<Script> compile(std::string_view source);

  // The same script, variables and budget give the same outcome, also for errors.
  [[nodiscard]] Result<Outcome> run(const expr::Variables& visible,
                                    const Budget& budget = {}) const;
  // As it was given to compile().
  [[nodiscard]] const std::string& source() const { return *written_; }

 private:
  Script(std::shared_ptr<const std::string> written, std::shared_ptr<const std::string> source)
      : written_(std::move(written)), source_(std::move(source)) {}

  std::shared_ptr<const std::string> written_;
  std::shared_ptr<const std::string> source_;  // checked, and rewritten by prepare_source()
};

}  // namespace cinnabar::script
