#include "services/submit_all.h"

#include "vocab/reasons.h"

#include <latch>

namespace cinnabar::services {

bool is_temporary(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::resource_exhausted ||
         error.code == Code::deadline_exceeded || error.reason == reasons::kVersionConflict ||
         error.reason == reasons::kShuttingDown;
}

SubmittedAll submit_all(
    ports::Store& store, std::size_t count,
    const std::function<Status(ports::WriteTransaction& transaction, std::size_t i)>& work) {
  SubmittedAll all;
  all.results.resize(count);
  std::latch done(static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    ports::WriteCommand command;
    command.work = [&work, i](ports::WriteTransaction& transaction) {
      return work(transaction, i);
    };
    command.done = [&all, &done, i](Status status) {
      all.results[i] = std::move(status);
      done.count_down();
    };
    Status submitted = store.submit(std::move(command));
    if (submitted) continue;
    all.refused = std::move(submitted);
    done.count_down();
  }
  done.wait();
  return all;
}

}  // namespace cinnabar::services
