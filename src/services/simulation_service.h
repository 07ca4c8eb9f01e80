// Dry runs: what a document would do if it were deployed, and where a process or a running instance
// goes if everybody decides as told, or else approves. Nothing is written.
//
// A dry run is one instance in memory. What it waits for is assumed to come: jobs and called
// processes complete, messages and signals that it stands at arrive, and the clock goes to the next
// timer it stands at. Boundary events and event sub-processes are not assumed to happen, and what
// would be sent to others is dropped.
//
// Thread: any; reads snapshots only. Bounds: kDryRunDecisionsMax decisions and arrivals, then the
// preview says that it is not complete. Errors: those of a start (domain/process/decide.h),
// not_found (process_unknown, instance_unknown), permission_denied (not_permitted).
#pragma once

#include "base/result.h"
#include "domain/expr/value.h"
#include "domain/form/form_definition.h"
#include "domain/process/definition.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/people.h"
#include "vocab/field_value.h"
#include "vocab/states.h"

#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

inline constexpr int kDryRunDecisionsMax = 500;

struct PreviewPerson {
  UserId user;  // unassigned: whoever of the group takes it
  GroupId group;
  UserId owner;         // is away; the user acts for them
  std::string reason;   // which rule gave it; empty for work items that are open already
  bool passes = false;  // is not asked: a policy counts it as approved
};
// A node in the order in which it is reached: an activity, an event or a gateway.
struct PreviewStep {
  std::string node_id;
  std::string node_name;
  std::string node_kind;
  Instant at;  // with the clock as it was assumed to go
  std::vector<PreviewPerson> people;
  std::string assumed;  // the outcome, "completed", "arrived", "fired"; empty: nothing was needed
};
struct PreviewIncident {
  IncidentKind kind = IncidentKind::no_participant;
  std::string node_id;
  std::string detail;
};
struct Preview {
  std::vector<PreviewStep> steps;
  InstanceState state = InstanceState::running;
  bool is_complete = false;  // it came to an end
  std::vector<PreviewIncident> incidents;
};

// What somebody decides at a node: the first one for the first time there, and so on. Nodes without
// one approve. `variables` also for jobs and what else arrives.
struct ScriptedDecision {
  std::string node_id;
  Outcome outcome = Outcome::approved;
  std::optional<std::string> quick_action;
  FieldValues changes;
  expr::Variables variables;
};

// Mistakes and remarks of a document, in its order; `form`: null pointer when there is none.
std::vector<process::Finding> lint_definition(std::string_view bpmn,
                                              const form::FormDefinition* form);

struct DryRun {
  std::shared_ptr<const process::ProcessDefinition> definition;
  std::shared_ptr<const form::FormDefinition> form;
  UserId initiator;
  FieldValues fields;
  expr::Variables variables;
  std::vector<ScriptedDecision> decisions;
};
Result<Preview> dry_run(const DryRun& run, const org::Directory& directory, Instant now,
                        UtcOffset utc_offset);

class SimulationService {
 public:
  SimulationService(ports::Clock& clock, const CatalogSource& catalog, const PeopleSource& people,
                    UtcOffset utc_offset = {});

  // Of the current version. `run.definition` and `run.form` are set here; without an initiator it
  // is the caller. Needs `add` on the process, and `manage` for another initiator.
  Result<Preview> simulate(const CallContext& context, ProcessId process, DryRun run) const;
  // From where it stands. For whoever may see it.
  Result<Preview> route(ports::ReadTransaction& snapshot, const CallContext& context,
                        ProcessId process, std::int64_t number) const;

 private:
  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  UtcOffset utc_offset_;
};

}  // namespace cinnabar::services
