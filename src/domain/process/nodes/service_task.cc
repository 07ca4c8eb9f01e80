// Work for machines: a job that a worker, or a connector of the server, takes and completes.
#include "domain/process/job.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_wait(Execution& execution, NodeIndex index, const Wait& wait,
             const expr::Variables& brought) {
  complete_job(execution, index, wait, brought);
}

}  // namespace

constexpr NodeBehavior kServiceTask{.kind = NodeKind::service_task,
                                    .element = "serviceTask",
                                    .on_activate = start_job,
                                    .on_wait = on_wait};

}  // namespace cinnabar::process
