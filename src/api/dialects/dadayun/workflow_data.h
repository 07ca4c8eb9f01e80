// `wfDataObjectInstances` and `actors`: values for the form of a process, and who is asked next.
//
// Documents do not show the shape of either. The first is an array of objects, or a text that holds
// one: each with its values in `InstanceData`, or itself. The second is an array of ids or names of
// people, or of objects with one of them as Id, UserId or Name.
#pragma once

#include "api/dialects/dadayun/body.h"
#include "api/dialects/dadayun/gateway.h"
#include "vocab/field_value.h"

#include <vector>

namespace cinnabar::dadayun {

struct WorkflowData {
  bool has_fields = false;
  FieldValues fields;
  std::vector<UserId> actors;
};
Result<WorkflowData> read_workflow_data(const Entry& entry, const services::Process& process,
                                        const Body& body);

}  // namespace cinnabar::dadayun
