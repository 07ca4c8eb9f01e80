// The approval and administration verbs, one function each, in verbs/*.cc. decide() dispatches to
// them; nobody else calls them. Each refuses what is impossible with an error and changes nothing
// then. Thread: that of the caller.
#pragma once

#include "domain/process/decide.h"

namespace cinnabar::process {
class Execution;
}

namespace cinnabar::process::verbs {

// What all verbs share.
struct Context {
  const ProcessDefinition& definition;
  const form::FormDefinition& form;
  const Instance& before;
  const Environment& environment;
};

Result<Decision> change_data(const Context& context, const ChangeData& command);
Result<Decision> retry_incident(const Context& context, const RetryIncident& command);
Result<Decision> skip_incident(const Context& context, const SkipIncident& command);
Result<Decision> claim(const Context& context, const Claim& command);
Result<Decision> unclaim(const Context& context, const Unclaim& command);
Result<Decision> transfer(const Context& context, const Transfer& command);
Result<Decision> delegate(const Context& context, const Delegate& command);
Result<Decision> resolve(const Context& context, const Resolve& command);
Result<Decision> add_participants(const Context& context, const AddParticipants& command);
Result<Decision> remove_participant(const Context& context, const RemoveParticipant& command);
Result<Decision> send_back(const Context& context, const Return& command);
Result<Decision> withdraw(const Context& context, const Withdraw& command);
Result<Decision> take_back(const Context& context, const TakeBack& command);
Result<Decision> urge(const Context& context, const Urge& command);
Result<Decision> send_notice(const Context& context, const SendNotice& command);
Result<Decision> read_notice(const Context& context, const ReadNotice& command);
Result<Decision> suspend(const Context& context, const Suspend& command);
Result<Decision> resume(const Context& context, const Resume& command);
Result<Decision> jump(const Context& context, const Jump& command);
Result<Decision> reactivate(const Context& context, const Reactivate& command);
Result<Decision> migrate(const Context& context, const Migrate& command);

// The activity, which has ended, was sent back and asked to come straight back: restores where the
// scope stood.
void go_straight_back(Execution& execution, const ActivityInstance& gone);

// failed_precondition (instance_not_running) unless the instance runs.
Status check_running(const Instance& instance);

}  // namespace cinnabar::process::verbs
