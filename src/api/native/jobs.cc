// Work for machines: workers lock jobs, do them, and say how it went.
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "services/codec/variable_json.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kTypesMax = 100;
constexpr std::int64_t kJobsMax = 100;
constexpr std::int64_t kLockMsMin = 1'000;
constexpr std::int64_t kLockMsDefault = 60'000;
constexpr std::int64_t kLockMsMax = 24 * 60 * 60 * 1'000;
constexpr std::int64_t kWaitMsMax = 30'000;
constexpr std::int64_t kRetriesMax = 1'000;
constexpr std::int64_t kRetryMsMax = std::int64_t{366} * 24 * 60 * 60 * 1'000;
constexpr std::size_t kWorkerBytesMax = 200;

Json job_json(const Names& names, const services::Job& job) {
  Json headers = Json::object();
  for (const auto& [key, value] : job.headers) headers.set(key, value);
  return Json::object()
      .set("id", job.id.value())
      .set("type", job.type)
      .set("process", process_json(*names.catalog, job.process))
      .set("number", job.number)
      .set("process_instance", job.instance.value())
      .set("node", job.node_id)
      .set("retries", std::int64_t{job.retries})
      .set("locked_until", time_json(job.locked_until))
      .set("headers", std::move(headers))
      .set("variables", services::codec::variables_json(job.variables));
}

http::Response jobs_response(const Names& names, const std::vector<services::Job>& jobs) {
  Json rows = Json::array();
  for (const services::Job& job : jobs) rows.push(job_json(names, job));
  return api::json_response(200, Json::object().set("items", std::move(rows)));
}

std::string read_worker(api::StrictBody& body) {
  std::string worker = read_text(body, "worker", api::Need::required);
  if (worker.size() > kWorkerBytesMax) {
    body.report("worker", reasons::kArgumentMalformed, "expected at most 200 bytes");
  }
  return worker;
}

struct Lock {
  services::CallContext context;
  services::JobService::LockRequest request;
  Duration wait;
};

Result<Lock> read_lock(const api::Call& call) {
  Lock lock;
  CINNABAR_TRY(lock.context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  lock.request.types = read_texts(body, "types");
  if (std::ssize(lock.request.types) > kTypesMax) {
    body.report("types", reasons::kArgumentMalformed, "expected at most 100 types");
  }
  lock.request.worker = read_worker(body);
  lock.request.jobs_max = read_integer(body, "max", 1, 1, kJobsMax);
  lock.request.lock_for =
      milliseconds(read_integer(body, "lock_ms", kLockMsDefault, kLockMsMin, kLockMsMax));
  lock.wait = milliseconds(read_integer(body, "wait_ms", 0, 0, kWaitMsMax));
  CINNABAR_CHECK_OK(body.finish());
  return lock;
}

// Who manages nothing would wait for nothing.
Status check_manages_something(const api::Call& call, const services::CallContext& context) {
  if (!call.services->engine.managed_by(context).empty()) return {};
  return make_error(Code::permission_denied, reasons::kNotPermitted,
                    "there is no process that you manage");
}

// What a worker says about a job that it has.
struct Report {
  services::CallContext context;
  WaitId job;
  std::string worker;
  process::Command command;
  Duration lock_for;
};

template <typename F>
Result<Report> read_report(const api::Call& call, F&& read) {
  CINNABAR_TRY(NamedThing job, read_named(call, reasons::kWaitUnknown, "job"));
  Report report;
  report.context = std::move(job.context);
  report.job = WaitId{job.id};
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  report.worker = read_worker(body);
  read(body, report);
  CINNABAR_CHECK_OK(body.finish());
  return report;
}

api::Answer finish_job(const api::Call& call, Result<Report> report, std::string_view action) {
  return write_once(call, std::move(report),
                    [action](const api::Call& caller, const Report& finished,
                             ports::WriteTransaction& transaction) -> Result<http::Response> {
                      CINNABAR_TRY(
                          const auto applied,
                          caller.services->jobs.finish(transaction, finished.context, finished.job,
                                                       finished.worker, finished.command, action));
                      return api::json_response(200, applied_json(names_of(caller), applied));
                    });
}

Result<http::Response> extend(const api::Call& call, const Report& report,
                              ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const Instant until,
               call.services->jobs.extend(transaction, report.context, report.job, report.worker,
                                          report.lock_for));
  return api::json_response(200, Json::object().set("locked_until", time_json(until)));
}

}  // namespace

api::Answer lock_jobs(const api::Call& call) {
  auto lock = read_lock(call);
  if (!lock.has_value()) return refuse(call, lock.error());
  if (const Status may = check_manages_something(call, lock->context); !may) {
    return refuse(call, may.error());
  }
  api::LongPoll poll;
  poll.topics = lock->request.types;
  poll.wait = lock->wait;
  poll.run = [call, lock = std::move(lock).value()](
                 ports::WriteTransaction& transaction) -> Result<std::optional<http::Response>> {
    CINNABAR_TRY(const auto jobs,
                 call.services->jobs.lock(transaction, lock.context, lock.request));
    if (jobs.empty()) return std::optional<http::Response>();
    return std::optional(jobs_response(names_of(call), jobs));
  };
  poll.give_up = [call] { return jobs_response(names_of(call), {}); };
  poll.refuse = [call](const Error& error) { return refuse(call, error); };
  return poll;
}

api::Answer complete_job(const api::Call& call) {
  auto report = read_report(call, [](api::StrictBody& body, Report& out) {
    out.command = process::CompleteJob{out.job, read_variables(body, "variables")};
  });
  return finish_job(call, std::move(report), "complete_job");
}

api::Answer fail_job(const api::Call& call) {
  auto report = read_report(call, [](api::StrictBody& body, Report& out) {
    process::FailJob fail;
    fail.wait = out.job;
    fail.message = read_text(body, "message");
    const std::int64_t retries = read_integer(body, "retries", -1, 0, kRetriesMax);
    if (retries >= 0) fail.retries = static_cast<std::int32_t>(retries);
    const std::int64_t retry_ms = read_integer(body, "retry_in_ms", 0, 0, kRetryMsMax);
    if (retry_ms > 0) fail.retry_in = milliseconds(retry_ms);
    out.command = std::move(fail);
  });
  return finish_job(call, std::move(report), "fail_job");
}

api::Answer throw_job_error(const api::Call& call) {
  auto report = read_report(call, [](api::StrictBody& body, Report& out) {
    process::ThrowJobError error;
    error.wait = out.job;
    error.code = read_text(body, "code", api::Need::required);
    error.message = read_text(body, "message");
    error.variables = read_variables(body, "variables");
    out.command = std::move(error);
  });
  return finish_job(call, std::move(report), "throw_job_error");
}

api::Answer extend_job(const api::Call& call) {
  auto report = read_report(call, [](api::StrictBody& body, Report& out) {
    out.lock_for =
        milliseconds(read_integer(body, "lock_ms", kLockMsDefault, kLockMsMin, kLockMsMax));
  });
  return write_once(call, std::move(report), extend);
}

}  // namespace cinnabar::native
