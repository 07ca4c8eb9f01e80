#include "services/simulation_service.h"

#include "domain/form/validate.h"
#include "domain/process/bpmn/import.h"
#include "domain/process/decide.h"
#include "domain/process/participants.h"
#include "domain/process/scope.h"
#include "services/instance_access.h"
#include "services/instance_store.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace cinnabar::services {
namespace {

// Ids of what exists only here: above all that are stored, and still exact in JSON.
class PreviewIds final : public process::IdSource {
 public:
  [[nodiscard]] std::int64_t next() override { return ++last_; }

 private:
  std::int64_t last_ = std::int64_t{1} << 51;
};

class Rehearsal {
 public:
  Rehearsal(const process::ProcessDefinition& definition, const form::FormDefinition& form,
            const org::Directory& directory, Instant now, UtcOffset utc_offset)
      : definition_(definition),
        form_(form),
        directory_(directory),
        now_(now),
        utc_offset_(utc_offset) {}

  void script(const std::vector<ScriptedDecision>& decisions) {
    for (const ScriptedDecision& decision : decisions) {
      scripted_[decision.node_id].push_back(&decision);
    }
  }

  Status start(process::Start command) {
    command.instance = ProcessInstanceId{ids_.next()};
    return apply(process::Command{std::move(command)});
  }
  // Goes on from a copy of what runs, whose open work comes first.
  void adopt(process::Instance instance) {
    instance_ = std::move(instance);
    if (instance_.state == InstanceState::suspended) instance_.state = InstanceState::running;
    for (const process::ActivityInstance& activity : instance_.activities) {
      if (activity.role == process::ActivityRole::loop_body) continue;
      add_step(activity.node_id, activity.id);
      for (const process::WorkItem& item : activity.work_items) {
        if (item.state != WorkItemState::open) continue;
        steps_.back().people.push_back({item.assignee, item.group, item.owner, {}, false});
      }
    }
  }

  Status run() {
    for (int i = 0; i < kDryRunDecisionsMax; ++i) {
      if (instance_.state != InstanceState::running) break;
      CINNABAR_TRY(const bool has_moved, go_on());
      if (!has_moved) break;
    }
    return {};
  }

  Preview take() {
    Preview preview;
    preview.steps = std::move(steps_);
    preview.state = instance_.state;
    preview.is_complete = instance_.state != InstanceState::running;
    for (const process::Incident& incident : instance_.incidents) {
      preview.incidents.push_back({incident.kind, incident.node_id, incident.detail});
    }
    return preview;
  }

 private:
  Status apply(const process::Command& command) {
    process::Environment environment;
    environment.now = now_;
    environment.directory = &directory_;
    environment.ids = &ids_;
    environment.utc_offset = utc_offset_;
    CINNABAR_TRY(process::Decision decision,
                 process::decide(definition_, form_, instance_, command, environment));
    instance_ = std::move(decision.after);
    for (const process::Event& event : decision.events) follow(event);
    return {};
  }

  void follow(const process::Event& event) {
    if (const auto* passed = std::get_if<process::NodePassed>(&event)) {
      // A catching event is an activity while it waits, and passed when it is done: one step.
      const auto entered = entered_.find(passed->node_id);
      if (entered == entered_.end()) return add_step(passed->node_id, {});
      entered_.erase(entered);
    } else if (const auto* activated = std::get_if<process::ActivityActivated>(&event)) {
      if (activated->role == process::ActivityRole::loop_body) return;
      add_step(activated->node_id, activated->activity);
      explain(activated->activity);
    }
  }

  void add_step(const std::string& node_id, ActivityInstanceId activity) {
    const auto index = definition_.find_node(node_id);
    if (!index) return;
    const process::Node& node = definition_.node(*index);
    if (activity.is_assigned()) {
      step_of_[activity] = steps_.size();
      entered_.insert(node.id);
    }
    steps_.push_back({node.id, node.name, std::string(name(node.kind)), now_, {}, {}});
  }

  // Why whom: the rules once more, on what the command left behind.
  void explain(ActivityInstanceId activity) {
    PreviewStep& step = steps_.back();
    const process::Node& node = definition_.node(*definition_.find_node(step.node_id));
    // One that was over at once left nothing that the rules could look at.
    const bool is_open = instance_.find_activity(activity) != nullptr;
    if (node.user_task() == nullptr || !is_open) return;
    const process::InstanceScope scope(form_, instance_, activity, Outcome::none, now_);
    const process::Offers offers = process::offers_for(
        {definition_, node, instance_, activity, directory_, now_,
         [&](const expr::Expression& expression) { return expression.eval(scope); }});
    for (const process::Offer& offer : offers.list) {
      step.people.push_back({offer.assignee, offer.group, offer.owner, offer.reason, offer.passes});
    }
  }

  const ScriptedDecision* next_scripted(const std::string& node_id) {
    const auto it = scripted_.find(node_id);
    if (it == scripted_.end() || it->second.empty()) return nullptr;
    const ScriptedDecision* decision = it->second.front();
    it->second.erase(it->second.begin());
    return decision;
  }

  void assume(ActivityInstanceId activity, std::string what) {
    const auto it = step_of_.find(activity);
    if (it != step_of_.end()) steps_[it->second].assumed = std::move(what);
  }

  // False: it waits for nothing that can be assumed to come.
  Result<bool> go_on() {
    for (const process::ActivityInstance& activity : instance_.activities) {
      if (!is_asked(activity)) continue;
      CINNABAR_CHECK_OK(decide_at(activity.id, activity.node_id));
      return true;
    }
    const process::Wait* next = nullptr;
    for (const process::Wait& wait : instance_.waits) {
      if (!is_awaited(wait)) continue;
      if (next == nullptr || is_before(wait, *next)) next = &wait;
    }
    if (next == nullptr) return false;
    CINNABAR_CHECK_OK(bring(*next));
    return true;
  }

  static bool is_asked(const process::ActivityInstance& activity) {
    return std::ranges::any_of(activity.work_items, [](const process::WorkItem& item) {
      return item.state == WorkItemState::open && !item.waiting;
    });
  }

  Status decide_at(ActivityInstanceId activity, const std::string& node_id) {
    const ScriptedDecision* scripted = next_scripted(node_id);
    process::Complete complete;
    complete.activity = activity;
    complete.for_others = true;
    complete.outcome = Outcome::approved;
    if (scripted != nullptr) {
      complete.outcome = scripted->outcome;
      complete.quick_action = scripted->quick_action;
      complete.changes = scripted->changes;
      complete.variables = scripted->variables;
    }
    assume(activity, std::string(name(complete.outcome)));
    return apply(process::Command{std::move(complete)});
  }

  // What the main path stands at; what might come from aside does not.
  [[nodiscard]] bool is_awaited(const process::Wait& wait) const {
    if (wait.kind == WaitKind::job) return wait.retries > 0;
    if (wait.kind == WaitKind::call) return true;
    if (wait.kind == WaitKind::condition) return false;
    const auto index = definition_.find_node(wait.node_id);
    if (!index) return false;
    const process::NodeKind kind = definition_.node(*index).kind;
    return kind != process::NodeKind::boundary_event && kind != process::NodeKind::start_event &&
           kind != process::NodeKind::user_task;
  }

  // Machines before messages, messages before the clock, and timers in order of time.
  static bool is_before(const process::Wait& a, const process::Wait& b) {
    const auto rank = [](const process::Wait& wait) {
      switch (wait.kind) {
        case WaitKind::job:
        case WaitKind::call:
          return 0;
        case WaitKind::message:
        case WaitKind::signal:
        case WaitKind::condition:
          return 1;
        case WaitKind::timer:
          return 2;
      }
      CINNABAR_UNREACHABLE();
    };
    return std::tuple(rank(a), a.due.value_or(Instant{}), a.id) <
           std::tuple(rank(b), b.due.value_or(Instant{}), b.id);
  }

  Status bring(const process::Wait& wait) {
    const ScriptedDecision* scripted = next_scripted(wait.node_id);
    const expr::Variables variables = scripted != nullptr ? scripted->variables : expr::Variables{};
    switch (wait.kind) {
      case WaitKind::job:
        assume(wait.owner, "completed");
        return apply(process::CompleteJob{wait.id, variables});
      case WaitKind::call:
        assume(wait.owner, "completed");
        return apply(process::CompleteCall{wait.id, variables});
      case WaitKind::message:
        assume(wait.owner, "arrived");
        return apply(process::DeliverMessage{wait.name, wait.key, variables, wait.id});
      case WaitKind::signal:
        assume(wait.owner, "arrived");
        return apply(process::DeliverSignal{wait.name, variables});
      case WaitKind::timer:
        assume(wait.owner, "fired");
        if (wait.due && *wait.due > now_) now_ = *wait.due;
        return apply(process::FireTimer{wait.id, true});
      case WaitKind::condition:
        break;
    }
    CINNABAR_UNREACHABLE();
  }

  const process::ProcessDefinition& definition_;
  const form::FormDefinition& form_;
  const org::Directory& directory_;
  Instant now_;
  UtcOffset utc_offset_;
  PreviewIds ids_;
  process::Instance instance_;
  std::vector<PreviewStep> steps_;
  std::map<ActivityInstanceId, std::size_t> step_of_;
  std::multiset<std::string> entered_;  // nodes of activities that were not passed yet
  std::map<std::string, std::vector<const ScriptedDecision*>> scripted_;
};

}  // namespace

std::vector<process::Finding> lint_definition(std::string_view bpmn,
                                              const form::FormDefinition* form) {
  process::bpmn::Imported imported = process::bpmn::import(bpmn, form);
  std::vector<process::Finding> findings;
  std::set<std::tuple<std::string, std::string, std::int32_t, std::string>> told;
  for (process::Finding& finding : imported.findings) {
    if (!told.emplace(finding.rule, finding.element, finding.line, finding.message).second)
      continue;
    findings.push_back(std::move(finding));
  }
  return findings;
}

Result<Preview> dry_run(const DryRun& run, const org::Directory& directory, Instant now,
                        UtcOffset utc_offset) {
  Rehearsal rehearsal(*run.definition, *run.form, directory, now, utc_offset);
  rehearsal.script(run.decisions);
  process::Start start;
  start.initiator = run.initiator;
  start.fields = form::merge(form::defaults_for(*run.form, run.fields), run.fields);
  start.variables = run.variables;
  CINNABAR_CHECK_OK(rehearsal.start(std::move(start)));
  CINNABAR_CHECK_OK(rehearsal.run());
  return rehearsal.take();
}

SimulationService::SimulationService(ports::Clock& clock, const CatalogSource& catalog,
                                     const PeopleSource& people, UtcOffset utc_offset)
    : clock_(clock), catalog_(catalog), people_(people), utc_offset_(utc_offset) {}

Result<Preview> SimulationService::simulate(const CallContext& context, ProcessId process,
                                            DryRun run) const {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  const Process* found = catalog->process(process);
  if (found == nullptr || found->current == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "no such process",
                      std::to_string(process.value()));
  }
  const UserId caller = context.principal.user;
  if (!run.initiator.is_assigned()) run.initiator = caller;
  const PermissionAction needed =
      run.initiator == caller ? PermissionAction::add : PermissionAction::manage;
  if (!people->may(caller, needed, process)) return not_permitted();
  run.definition = found->current->graph;
  run.form = found->current->form;
  return dry_run(run, *people, clock_.now(), utc_offset_);
}

Result<Preview> SimulationService::route(ports::ReadTransaction& snapshot,
                                         const CallContext& context, ProcessId process,
                                         std::int64_t number) const {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  CINNABAR_TRY(const ProcessInstanceId id,
               visible_instance(snapshot, *catalog, *people, context, process, number));
  CINNABAR_TRY(const LoadedInstance loaded, load_instance(snapshot, *catalog, id));
  Rehearsal rehearsal(*loaded.definition->graph, *loaded.definition->form, *people, clock_.now(),
                      utc_offset_);
  rehearsal.adopt(loaded.instance);
  CINNABAR_CHECK_OK(rehearsal.run());
  return rehearsal.take();
}

}  // namespace cinnabar::services
