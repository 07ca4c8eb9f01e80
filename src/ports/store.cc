#include "ports/store.h"

#include <future>

namespace cinnabar::ports {

Status submit_and_wait(Store& store, std::function<Status(WriteTransaction&)> work) {
  std::promise<Status> promise;
  std::future<Status> committed = promise.get_future();
  WriteCommand command;
  command.work = std::move(work);
  command.done = [&promise](Status status) { promise.set_value(std::move(status)); };
  CINNABAR_CHECK_OK(store.submit(std::move(command)));
  return committed.get();
}

}  // namespace cinnabar::ports
