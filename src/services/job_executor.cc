#include "services/job_executor.h"

#include "base/text.h"
#include "services/codec/variable_json.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <set>

namespace cinnabar::services {
namespace {

constexpr const char* kWorker = "cinnabar";
constexpr std::string_view kHeaderPrefix = "header.";
constexpr std::int64_t kTimeoutMsMax = 600'000;
constexpr std::int64_t kRetryAfterSecondsMax = 3'600;

CallContext of_the_executor() {
  return CallContext{system_principal(), "executor", "", ""};
}

Error invalid(std::string detail) {
  return make_error(Code::invalid_argument, reasons::kJobRequestInvalid, std::move(detail));
}

// ---- what a task says ----

std::string text_of_value(const expr::Value& value) {
  const bool is_structure = value.context() != nullptr || value.list() != nullptr;
  if (is_structure) return print(codec::variable_json(value));
  return to_plain_text(expr::to_field(value));
}

class Settings {
 public:
  explicit Settings(const Job& job) : job_(job) {}

  // Null pointer: there is no such input.
  [[nodiscard]] const expr::Value* input(std::string_view name) const {
    const auto it = job_.inputs.find(std::string(name));
    return it == job_.inputs.end() || it->second.is_null() ? nullptr : &it->second;
  }
  [[nodiscard]] const std::string* constant(std::string_view name) const {
    for (const auto& [key, value] : job_.headers) {
      if (key == name) return &value;
    }
    return nullptr;
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    if (const expr::Value* value = input(name)) return text_of_value(*value);
    const std::string* value = constant(name);
    return value == nullptr ? std::string() : *value;
  }
  // A list of texts, or one text with commas.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    const expr::Value* value = input(name);
    const auto* list = value == nullptr ? nullptr : value->list();
    if (list != nullptr) {
      for (const expr::Value& element : *list) all.push_back(text_of_value(element));
      return all;
    }
    const std::string one = text(name);
    for (const std::string_view part : split(one, ',')) {
      if (!trim(part).empty()) all.emplace_back(trim(part));
    }
    return all;
  }
  [[nodiscard]] Result<Duration> timeout() const {
    const std::string wanted = text("timeoutMs");
    if (wanted.empty()) return Duration{};
    const auto number = parse_int(wanted);
    if (number && *number > 0 && *number <= kTimeoutMsMax) return milliseconds(*number);
    return invalid("timeoutMs is 1 to 600000");
  }

 private:
  const Job& job_;
};

bool has_header(const std::vector<ports::HttpHeader>& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](const ports::HttpHeader& header) {
    return equals_ignore_ascii_case(header.name, name);
  });
}

std::vector<ports::HttpHeader> http_headers(const Job& job, const Settings& settings) {
  std::vector<ports::HttpHeader> headers;
  for (const auto& [key, value] : job.headers) {
    if (!key.starts_with(kHeaderPrefix)) continue;
    headers.push_back({key.substr(kHeaderPrefix.size()), value});
  }
  const expr::Value* input = settings.input("headers");
  const auto* context = input == nullptr ? nullptr : input->context();
  if (context != nullptr) {
    for (const auto& [name, value] : *context) {
      std::erase_if(headers, [&](const ports::HttpHeader& header) {
        return equals_ignore_ascii_case(header.name, name);
      });
      headers.push_back({name, text_of_value(value)});
    }
  }
  if (!has_header(headers, "Idempotency-Key")) {
    headers.push_back({"Idempotency-Key", "cinnabar-job-" + std::to_string(job.id.value())});
  }
  return headers;
}

Result<ports::ConnectorRequest> http_request(const Job& job) {
  const Settings settings(job);
  ports::HttpCall call;
  call.url = settings.text("url");
  if (call.url.empty()) return invalid("an http task needs the input or header url");
  call.body = settings.text("body");
  call.method = settings.text("method");
  if (call.method.empty()) call.method = call.body.empty() ? "GET" : "POST";
  std::ranges::transform(call.method, call.method.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  call.headers = http_headers(job, settings);
  const expr::Value* body = settings.input("body");
  const bool is_json = body != nullptr && (body->context() != nullptr || body->list() != nullptr);
  if (is_json && !has_header(call.headers, "Content-Type")) {
    call.headers.push_back({"Content-Type", "application/json"});
  }
  CINNABAR_TRY(call.timeout, settings.timeout());
  return ports::ConnectorRequest{std::move(call)};
}

Result<ports::ConnectorRequest> mail_request(const Job& job) {
  const Settings settings(job);
  ports::MailMessage mail;
  mail.from = settings.text("from");
  mail.to = settings.texts("to");
  mail.cc = settings.texts("cc");
  mail.subject = settings.text("subject");
  mail.text = settings.text("text");
  mail.html = settings.text("html");
  if (mail.to.empty()) return invalid("a mail task needs the input or header to");
  if (mail.text.empty() && mail.html.empty()) {
    return invalid("a mail task needs the input or header text, or html");
  }
  CINNABAR_TRY(mail.timeout, settings.timeout());
  return ports::ConnectorRequest{std::move(mail)};
}

// ---- what came of it ----

bool is_json_answer(const ports::ConnectorAnswer& answer) {
  for (const ports::HttpHeader& header : answer.headers) {
    if (header.name != "content-type") continue;
    const std::string_view media =
        trim(std::string_view(header.value).substr(0, header.value.find(';')));
    return equals_ignore_ascii_case(media, "application/json") || media.ends_with("+json");
  }
  return false;
}

expr::Value body_of(const ports::ConnectorAnswer& answer) {
  if (is_json_answer(answer)) {
    const auto json = Json::parse(answer.body);
    if (json.has_value()) {
      if (auto value = codec::read_variable(*json)) return std::move(*value);
    }
  }
  return expr::Value{to_valid_utf8(answer.body)};
}

expr::Variables answer_variables(const Job& job, const ports::ConnectorAnswer& answer) {
  expr::Value::Context parts;
  parts.emplace_back("status", expr::Value{std::int64_t{answer.status}});
  if (job.type == kHttpJob) {
    expr::Value::Context headers;
    for (const ports::HttpHeader& header : answer.headers) {
      // Of a header that comes twice the first counts: every key of a context is there once.
      const bool is_known = std::ranges::any_of(
          headers, [&](const auto& entry) { return entry.first == header.name; });
      if (!is_known) headers.emplace_back(header.name, expr::Value{to_valid_utf8(header.value)});
    }
    parts.emplace_back("headers", expr::Value{std::move(headers)});
    parts.emplace_back("body", body_of(answer));
  }
  // With a result variable they become its members; else one variable holds them all.
  if (!job.result_variable.empty()) return {parts.begin(), parts.end()};
  return {{"response", expr::Value{std::move(parts)}}};
}

// "404=not_found, 409=conflict": statuses that are errors of the process, not of the call.
std::optional<std::string> error_code_for(const Job& job, int status) {
  const std::string* errors = Settings(job).constant("errors");
  if (errors == nullptr) return std::nullopt;
  for (const std::string_view pair : split(*errors, ',')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (parse_int(trim(pair.substr(0, equals))) != std::int64_t{status}) continue;
    return std::string(trim(pair.substr(equals + 1)));
  }
  return std::nullopt;
}

Duration retry_after(const ports::ConnectorAnswer& answer) {
  for (const ports::HttpHeader& header : answer.headers) {
    if (header.name != "retry-after") continue;
    const auto number = parse_int(header.value);
    if (number && *number > 0) return seconds(std::min(*number, kRetryAfterSecondsMax));
  }
  return {};
}

}  // namespace

Result<ports::ConnectorRequest> connector_request(const Job& job) {
  return job.type == kMailJob ? mail_request(job) : http_request(job);
}

JobExecutor::JobExecutor(ports::Store& store, ports::Clock& clock, JobService& jobs,
                         ports::Connector& connector, Options options, Logger logger)
    : store_(store),
      clock_(clock),
      jobs_(jobs),
      connector_(connector),
      options_(options),
      logger_(std::move(logger)) {}

Result<std::size_t> JobExecutor::tick(const Run& run) {
  const std::size_t busy = under_way_.load();
  if (is_stopping_.load() || busy >= options_.calls_max) return std::size_t{0};
  const auto room = static_cast<std::int64_t>(options_.calls_max - busy);
  {
    // Looking costs nobody anything; locking is a command.
    CINNABAR_TRY(auto snapshot, store_.read());
    const std::set<std::string> types{std::string(kHttpJob), std::string(kMailJob)};
    CINNABAR_TRY(const auto free, jobs_.count_free(*snapshot, types, 1));
    if (free.empty()) return std::size_t{0};
  }
  CINNABAR_TRY(auto locked, lock(room));
  for (Job& job : locked) {
    ++under_way_;
    const bool is_taken = run([this, job = std::move(job)] {
      execute(job);
      --under_way_;
    });
    if (!is_taken) --under_way_;
  }
  return locked.size();
}

Result<std::vector<Job>> JobExecutor::lock(std::int64_t count) {
  std::vector<Job> locked;
  JobService::LockRequest request;
  request.types = {std::string(kHttpJob), std::string(kMailJob)};
  request.worker = kWorker;
  request.jobs_max = count;
  request.lock_for = options_.lock_for;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        CINNABAR_TRY(locked, jobs_.lock(transaction, of_the_executor(), request));
        return {};
      }));
  return locked;
}

void JobExecutor::stop() {
  is_stopping_.store(true);
  connector_.stop();
}

void JobExecutor::execute(const Job& job) {
  const process::Command command = outcome_of(job);
  const bool is_done = std::holds_alternative<process::CompleteJob>(command);
  // Ended by the server's own end: somebody does it again when the lock has passed.
  if (is_stopping_.load() && std::holds_alternative<process::FailJob>(command)) return;
  const std::string_view action = is_done ? "complete_job" : "fail_job";
  const Status reported =
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        const auto applied =
            jobs_.finish(transaction, of_the_executor(), job.id, kWorker, command, action);
        if (!applied) return applied.error();
        return {};
      });
  if (reported) return;
  // The job may be gone; if not, it is free again when its lock has passed.
  logger_.warning("executor.report_failed",
                  {{"job", job.id.value()}, {"error", to_string(reported.error())}});
}

process::Command JobExecutor::outcome_of(const Job& job) {
  const auto request = connector_request(job);
  if (!request) return failed(job, request.error().detail, false);
  const auto answer = connector_.call(*request);
  if (answer) return answered(job, *answer);
  return failed(job, to_string(answer.error()), ports::is_transient(answer.error()));
}

process::Command JobExecutor::answered(const Job& job, const ports::ConnectorAnswer& answer) const {
  const bool is_success = job.type == kMailJob || (answer.status >= 200 && answer.status < 300);
  if (is_success) return process::CompleteJob{job.id, answer_variables(job, answer)};
  const std::string message = "the server answered " + std::to_string(answer.status);
  if (auto code = error_code_for(job, answer.status)) {
    return process::ThrowJobError{job.id, std::move(*code), message, answer_variables(job, answer)};
  }
  return failed(job, message, ports::is_transient_status(answer.status), retry_after(answer));
}

process::Command JobExecutor::failed(const Job& job, std::string message, bool may_retry,
                                     Duration at_least) const {
  process::FailJob fail;
  fail.wait = job.id;
  fail.message = std::move(message);
  fail.retries = may_retry ? std::max(job.retries - 1, 0) : 0;
  if (*fail.retries > 0) {
    const std::int32_t before = std::clamp(job.retries_at_first - job.retries, 0, 20);
    const Duration doubled{options_.pause.micros() << before};
    fail.retry_in = std::max(std::min(doubled, options_.pause_max), at_least);
  }
  return fail;
}

}  // namespace cinnabar::services
