#include "runner.h"

#include "domain/process/bpmn/import.h"
#include "domain/process/simulation.h"
#include "domain/process/testing/people.h"

#include "value_json.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace cinnabar::corpus {
namespace {

using process::ActivityInstance;
using process::ActivityRole;
using process::Instance;
using process::NodeKind;

constexpr std::int64_t kBegin = 1'767'225'600;  // 2026-01-01T00:00:00Z

std::string listed(const std::vector<std::string>& names) {
  if (names.empty()) return "nothing";
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

void differ(std::vector<std::string>& out, const std::string& what, const std::string& expected,
            const std::string& actual) {
  if (expected == actual) return;
  out.push_back("expected " + what + ": " + expected);
  out.push_back("actual " + what + ":   " + actual);
}

// "*" instead of a node fits every node.
bool is_same_incident(const std::string& expected, const std::string& actual) {
  if (!expected.ends_with(" *")) return expected == actual;
  return actual.starts_with(expected.substr(0, expected.size() - 1));
}

class World {
 public:
  World() : simulation_(people_, form_, Instant{0} + seconds(kBegin)) {
    tester_ = people_.add_user("tester");
    simulation_.observe([this](const Instance& after, const std::vector<process::Event>& events) {
      watch(after, events);
    });
  }

  // Lines that say why it can not run; empty: it ran.
  std::vector<std::string> run(
      const std::vector<std::shared_ptr<const process::ProcessDefinition>>& definitions,
      const Case& expected) {
    for (const auto& definition : definitions) simulation_.deploy(definition);
    const auto* main = main_of(definitions, expected);
    if (main == nullptr) return {"there is no process " + expected.process};
    if (main->scopes[0].none_start) {
      process::Start start;
      start.initiator = tester_;
      start.variables = variables_of(expected.vars);
      const auto started = simulation_.start(main->key, std::move(start));
      if (!started) return {"it does not start: " + to_string(started.error())};
    }
    for (const Arrival& arrival : expected.arrivals) {
      simulation_.advance_to(at(std::min(arrival.at, expected.advance)));
      deliver(arrival);
    }
    simulation_.advance_to(at(expected.advance));
    if (simulation_.is_exhausted()) return {"instances never stop making each other do things"};
    return {};
  }

  [[nodiscard]] std::vector<std::string> trace(bool counts_activities) const {
    std::vector<std::string> sorted = counts_activities ? activities_ : scripts_;
    std::ranges::sort(sorted);
    return sorted;
  }
  // The one that came first; null pointer when none ever started.
  [[nodiscard]] const Instance* first() const {
    const auto& all = simulation_.instances();
    const auto it = all.find(first_);
    return it == all.end() ? nullptr : &it->second;
  }
  [[nodiscard]] std::vector<std::string> incidents() const {
    std::vector<std::string> out;
    for (const auto& [id, instance] : simulation_.instances()) {
      for (const process::Incident& incident : instance.incidents) {
        out.push_back(std::string(name(incident.kind)) + " " + incident.node_id);
      }
    }
    std::ranges::sort(out);
    return out;
  }
  [[nodiscard]] std::vector<std::string> details() const {
    std::vector<std::string> out;
    for (const auto& [id, instance] : simulation_.instances()) {
      for (const process::Incident& incident : instance.incidents) {
        out.push_back("incident at " + incident.node_id + ": " + incident.detail);
      }
    }
    return out;
  }

 private:
  static Instant at(Duration since) { return Instant{0} + seconds(kBegin) + since; }

  static const process::ProcessDefinition* main_of(
      const std::vector<std::shared_ptr<const process::ProcessDefinition>>& definitions,
      const Case& expected) {
    for (const auto& definition : definitions) {
      if (expected.process.empty() || definition->key == expected.process) return definition.get();
    }
    return nullptr;
  }

  void watch(const Instance& after, const std::vector<process::Event>& events) {
    if (!first_.is_assigned()) first_ = after.id;
    Instance& folded = folded_[after.id];
    for (const process::Event& event : events) evolve(folded, event);
    const auto& definition = simulation_.definition_of(after);
    for (const process::Event& event : events) {
      if (const auto* activated = std::get_if<process::ActivityActivated>(&event)) {
        const auto node = definition.find_node(activated->node_id);
        // The body of a loop runs nothing itself; its iterations do.
        if (!node || activated->role == ActivityRole::loop_body) continue;
        nodes_[activated->activity] = activated->node_id;
        if (is_activity(definition.node(*node).kind)) activities_.push_back(activated->node_id);
      } else if (const auto* completed = std::get_if<process::ActivityCompleted>(&event)) {
        note_script(definition, nodes_[completed->activity]);
      }
    }
  }

  void note_script(const process::ProcessDefinition& definition, const std::string& node_id) {
    const auto index = definition.find_node(node_id);
    if (!index || definition.node(*index).kind != NodeKind::script_task) return;
    const std::string& name = definition.node(*index).name;
    scripts_.push_back(name.empty() ? node_id : name);
  }

  void deliver(const Arrival& arrival) {
    switch (arrival.kind) {
      case ArrivalKind::message:
        return deliver_message(arrival);
      case ArrivalKind::signal:
        simulation_.broadcast_signal(arrival.name, variables_of(arrival.payload));
        return;
      case ArrivalKind::facts:
        simulation_.start_by_condition(variables_of(arrival.payload));
        return;
      case ArrivalKind::user_task:
        return complete_user_task(arrival);
      case ArrivalKind::job:
      case ArrivalKind::job_error:
        return deliver_to_job(arrival);
    }
  }

  void deliver_message(const Arrival& arrival) {
    expr::Variables variables = variables_of(arrival.payload);
    std::string key;
    if (const auto it = variables.find("correlationKey"); it != variables.end()) {
      const std::string* text = it->second.get<std::string>();
      key = text != nullptr ? *text : text_of(it->second);
      variables.erase(it);
    }
    simulation_.publish_message(arrival.name, key, variables);
  }

  // The open one that is there for longest, if there is one.
  void complete_user_task(const Arrival& arrival) {
    for (const auto& [id, instance] : simulation_.instances()) {
      for (const ActivityInstance& activity : instance.activities) {
        if (activity.node_id != arrival.name || activity.role == ActivityRole::loop_body) continue;
        process::Complete complete;
        complete.activity = activity.id;
        complete.by = tester_;
        complete.for_others = true;
        complete.variables = variables_of(arrival.payload);
        note(simulation_.apply(id, complete));
        return;
      }
    }
  }

  void deliver_to_job(const Arrival& arrival) {
    for (const auto& [id, instance] : simulation_.instances()) {
      for (const process::Wait& wait : instance.waits) {
        if (wait.kind != WaitKind::job || wait.name != arrival.name) continue;
        expr::Variables variables = variables_of(arrival.payload);
        if (arrival.kind == ArrivalKind::job) {
          note(simulation_.apply(id, process::CompleteJob{wait.id, std::move(variables)}));
        } else {
          note(simulation_.apply(
              id, process::ThrowJobError{wait.id, arrival.code, "", std::move(variables)}));
        }
        return;
      }
    }
  }

  void note(const Status& status) {
    if (!status) problems_.push_back("a command was refused: " + to_string(status.error()));
  }

 public:
  // What is wrong whatever was expected: commands that were refused though what they are for was
  // there, a history that gives another state, leftovers of an ended instance, and an instance
  // that runs with nothing to wait for.
  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> out = problems_;
    for (const auto& [id, instance] : simulation_.instances()) {
      const auto folded = folded_.find(id);
      if (folded == folded_.end() || !(folded->second == instance)) {
        out.emplace_back("the history does not give the state");
      }
      const bool is_empty = instance.activities.empty() && instance.waits.empty() &&
                            instance.arrivals.empty() && instance.incidents.empty();
      const bool is_running = instance.state == InstanceState::running;
      if (is_running && is_empty) out.emplace_back("it runs with nothing to wait for");
      if (!is_running && !is_empty) out.emplace_back("it ended, and something is left over");
    }
    return out;
  }

 private:
  process::testing::People people_;
  form::FormDefinition form_;
  process::Simulation simulation_;
  UserId tester_;
  ProcessInstanceId first_;
  std::map<ProcessInstanceId, Instance> folded_;  // from the history alone
  std::map<ActivityInstanceId, std::string> nodes_;
  std::vector<std::string> scripts_;     // names, as they completed
  std::vector<std::string> activities_;  // ids, as they were activated
  std::vector<std::string> problems_;
};

std::vector<std::string> check_refusal(const process::bpmn::Imported& imported,
                                       const Case& expected) {
  std::vector<std::string> rules;
  for (const process::Finding& finding : imported.findings) {
    if (finding.is_error) rules.push_back(finding.rule);
  }
  if (rules.empty()) return {"expected deploy: refused", "actual deploy:   accepted"};
  if (expected.rule.empty() || std::ranges::find(rules, expected.rule) != rules.end()) return {};
  return {"expected rule: " + expected.rule, "actual rules:  " + listed(rules)};
}

void check_incidents(const Case& expected, const World& world, std::vector<std::string>& out) {
  if (!expected.incidents) return;
  const auto actual = world.incidents();
  if (std::ranges::equal(*expected.incidents, actual, is_same_incident)) return;
  differ(out, "incidents", listed(*expected.incidents), listed(actual));
}

void check_variables(const Case& expected, const Instance* first, std::vector<std::string>& out) {
  if (!expected.vars_after) return;
  for (const auto& [name, value] : variables_of(*expected.vars_after)) {
    std::string actual = "null";
    if (first != nullptr) {
      const auto it = first->variables.find(name);
      if (it != first->variables.end()) actual = text_of(it->second);
    }
    differ(out, name, text_of(value), actual);
  }
}

}  // namespace

std::vector<std::string> run_case(const std::string& document, const Case& expected) {
  const process::bpmn::Imported imported = process::bpmn::import(document, nullptr);
  if (expected.is_refused) return check_refusal(imported, expected);
  std::vector<std::string> out;
  if (imported.definition == nullptr) {
    out.emplace_back("the document was refused");
    for (const process::Finding& finding : imported.findings) {
      if (!finding.is_error) continue;
      out.push_back(finding.rule + " " + finding.element + " line " + std::to_string(finding.line) +
                    ": " + finding.message);
    }
    return out;
  }
  World world;
  std::vector<std::shared_ptr<const process::ProcessDefinition>> definitions = imported.others;
  definitions.insert(definitions.begin(), imported.definition);
  out = world.run(definitions, expected);
  const Instance* first = world.first();
  if (expected.trace) {
    differ(out, "trace", listed(*expected.trace), listed(world.trace(expected.counts_activities)));
  }
  if (!expected.state.empty()) {
    differ(out, "state", expected.state,
           first == nullptr ? "never started" : std::string(name(first->state)));
  }
  check_incidents(expected, world, out);
  check_variables(expected, first, out);
  if (!out.empty()) {
    for (const std::string& line : world.details()) out.push_back(line);
  }
  for (const std::string& line : world.problems()) out.push_back(line);
  return out;
}

}  // namespace cinnabar::corpus
