#include "services/job_service.h"

#include "ports/schema.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::wait;

// Inner names hide outer ones, and any variable hides a field.
expr::Variables seen_from(const process::Instance& instance, ActivityInstanceId activity) {
  expr::Variables seen;
  while (activity.is_assigned()) {
    const process::ActivityInstance* at = instance.find_activity(activity);
    if (at == nullptr) break;
    seen.insert(at->variables.begin(), at->variables.end());
    activity = at->parent;
  }
  seen.insert(instance.variables.begin(), instance.variables.end());
  for (const auto& [id, value] : instance.fields) seen.emplace(id, expr::from_field(value));
  return seen;
}

// A job that failed waits for its next attempt, one that is locked for the end of its lock, and one
// without attempts for somebody to look at its incident.
FilterNode free_jobs(const std::string& type, Instant now) {
  return all_of({where_equal(columns::active, cell(true)),
                 where_equal(columns::kind, cell(WaitKind::job)),
                 where_equal(columns::name, cell(type)),
                 where(columns::due_at, FilterOp::less_equal, cell(now))});
}

Error no_such_job(WaitId job) {
  return make_error(Code::not_found, reasons::kWaitUnknown, "no such job",
                    std::to_string(job.value()));
}

}  // namespace

JobService::JobService(ports::Clock& clock, const CatalogSource& catalog, EngineService& engine)
    : clock_(clock), catalog_(catalog), engine_(engine) {}

Result<std::vector<Job>> JobService::lock(ports::WriteTransaction& transaction,
                                          const CallContext& context, const LockRequest& request) {
  const Instant now = clock_.now();
  const Instant until = now + request.lock_for;
  std::vector<CellValue> managed;
  for (const ProcessId process : engine_.managed_by(context)) managed.push_back(cell(process));
  std::vector<Job> jobs;
  std::set<std::string> asked;
  for (const std::string& type : request.types) {
    // What was locked a moment ago would be found again: a command does not see its own rows.
    if (!asked.insert(type).second) continue;
    const std::int64_t left = request.jobs_max - std::ssize(jobs);
    if (left <= 0 || managed.empty()) break;
    ports::Select select;
    select.table = &columns::kTable;
    select.filter = all_of({free_jobs(type, now), where_one_of(columns::process_id, managed)});
    select.order = {{columns::due_at, false}};
    select.limit = left;
    CINNABAR_TRY(auto rows, transaction.select(select));
    for (ports::Row& row : rows) {
      CINNABAR_TRY(Job job, describe(transaction, row, until));
      jobs.push_back(std::move(job));
      row[columns::due_at] = cell(until);
      row[columns::lock_owner] = cell(request.worker);
      transaction.update(columns::kTable, std::move(row));
    }
  }
  return jobs;
}

Result<std::map<std::string, std::int64_t>> JobService::count_free(
    ports::ReadTransaction& snapshot, const std::set<std::string>& types, std::int64_t limit) {
  std::map<std::string, std::int64_t> counts;
  for (const std::string& type : types) {
    ports::Select select;
    select.table = &columns::kTable;
    select.filter = free_jobs(type, clock_.now());
    select.order = {{columns::due_at, false}};
    select.limit = limit;
    CINNABAR_TRY(const auto rows, snapshot.select(select));
    if (!rows.empty()) counts.emplace(type, std::ssize(rows));
  }
  return counts;
}

Result<Job> JobService::describe(ports::ReadTransaction& snapshot, const ports::Row& row,
                                 Instant until) {
  Job job;
  job.id = id_of<WaitId>(row, columns::id);
  job.type = text_of(row, columns::name);
  job.instance = id_of<ProcessInstanceId>(row, columns::instance_id);
  job.process = id_of<ProcessId>(row, columns::process_id);
  job.node_id = text_of(row, columns::node_id);
  job.retries = static_cast<std::int32_t>(int_of(row, columns::retries));
  job.locked_until = until;
  CINNABAR_TRY(const LoadedInstance loaded,
               load_instance(snapshot, *catalog_.current(), job.instance));
  job.number = loaded.number;
  const auto activity = id_of<ActivityInstanceId>(row, columns::activity_id);
  if (const auto* at = loaded.instance.find_activity(activity)) job.inputs = at->variables;
  job.variables = seen_from(loaded.instance, activity);
  if (const auto node = loaded.definition->graph->find_node(job.node_id)) {
    const auto* task = loaded.definition->graph->node(*node).get<process::ServiceTask>();
    if (task != nullptr) {
      job.headers = task->headers;
      job.retries_at_first = task->retries;
      job.result_variable = task->result_variable;
    }
  }
  return job;
}

Result<ports::Row> JobService::locked_row(ports::ReadTransaction& snapshot,
                                          const CallContext& context, WaitId job,
                                          const std::string& worker) {
  CINNABAR_TRY(auto row, snapshot.get(columns::kTable, {cell(job)}));
  if (!row || enum_of<WaitKind>(*row, columns::kind) != WaitKind::job) return no_such_job(job);
  if (!engine_.check_may_manage(context, id_of<ProcessId>(*row, columns::process_id))) {
    return no_such_job(job);
  }
  const auto until = optional_instant_of(*row, columns::due_at);
  const bool is_mine =
      optional_text_of(*row, columns::lock_owner) == worker && until && *until > clock_.now();
  if (!is_mine) {
    return make_error(Code::failed_precondition, reasons::kJobNotLocked,
                      "the lock has passed, or the job is another worker's",
                      std::to_string(job.value()));
  }
  return std::move(*row);
}

Result<Instant> JobService::extend(ports::WriteTransaction& transaction, const CallContext& context,
                                   WaitId job, const std::string& worker, Duration lock_for) {
  CINNABAR_TRY(ports::Row row, locked_row(transaction, context, job, worker));
  const Instant until = clock_.now() + lock_for;
  row[columns::due_at] = cell(until);
  transaction.update(columns::kTable, std::move(row));
  return until;
}

Result<Applied> JobService::finish(ports::WriteTransaction& transaction, const CallContext& context,
                                   WaitId job, const std::string& worker, process::Command command,
                                   std::string_view action) {
  CINNABAR_TRY(const ports::Row row, locked_row(transaction, context, job, worker));
  return engine_.apply(transaction, context, id_of<ProcessInstanceId>(row, columns::instance_id),
                       std::move(command), action);
}

}  // namespace cinnabar::services
