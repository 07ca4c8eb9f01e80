// Taking over what a server of another vendor's API holds: people, applications, forms, records.
#include "api/common/remote_import.h"
#include "app/administration.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "base/text.h"
#include "outbound/curl_connector.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <thread>

namespace cinnabar::app {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{64} * 1024 * 1024;
constexpr int kAttemptsMax = 8;

// "https://host:port/x" -> "host"
std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.starts_with('[')) return std::string(rest.substr(1, rest.find(']') - 1));
  return std::string(rest.substr(0, rest.find(':')));
}

class Remote {
 public:
  static Result<Remote> open(const Config& config, const RemoteImportOptions& options) {
    Remote remote;
    remote.base_ = options.base_url;
    while (remote.base_.ends_with('/')) remote.base_.pop_back();
    const std::string host = host_of(remote.base_);
    if (host.empty()) {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                        "--base-url has to be an address like https://host/api", remote.base_);
    }
    remote.key_ = Secret(options.key);
    outbound::ConnectorOptions connector = config.connector;
    // The operator names the host, so it may be inside the company.
    connector.allowed.push_back(host);
    connector.answer_bytes_max = kAnswerBytesMax;
    remote.clock_ = std::make_unique<outbound::SystemClock>();
    remote.crypto_ = std::make_unique<outbound::OpensslCrypto>();
    CINNABAR_TRY(remote.connector_,
                 outbound::CurlConnector::create(connector, *remote.clock_, *remote.crypto_));
    return remote;
  }

  // Waits and asks again when the other server is asked too often or is not there for a moment.
  Result<Json> ask(const std::string& path, const Json& body) {
    ports::HttpCall call;
    call.method = "POST";
    call.url = base_ + "/" + path;
    call.headers = {{"Content-Type", "application/json"},
                    {"Authorization", "Bearer " + std::string(key_.reveal())}};
    call.body = print(body);
    for (int attempt = 1;; ++attempt) {
      const auto answer = connector_->call(call);
      auto read = read_answer(path, answer);
      if (read || attempt == kAttemptsMax || !is_worth_waiting(answer, read.error())) return read;
      std::this_thread::sleep_for(std::chrono::seconds(attempt));
    }
  }

 private:
  static bool is_worth_waiting(const Result<ports::ConnectorAnswer>& answer, const Error& error) {
    if (!answer) return error.code == Code::unavailable || error.code == Code::deadline_exceeded;
    return answer->status == 429 || answer->status >= 500 ||
           answer->body.find("\"code\":830") != std::string::npos;
  }

  static Result<Json> read_answer(const std::string& path,
                                  const Result<ports::ConnectorAnswer>& answer) {
    if (!answer) return answer.error();
    if (answer->status == 200) return Json::parse(answer->body);
    return make_error(Code::unavailable, reasons::kConnectorUnreachable,
                      fmt::format("{} answered {}: {}", path, answer->status,
                                  to_valid_utf8(utf8_prefix(answer->body, 300))));
  }

  std::string base_;
  Secret key_;
  std::unique_ptr<outbound::SystemClock> clock_;
  std::unique_ptr<outbound::OpensslCrypto> crypto_;
  std::unique_ptr<outbound::CurlConnector> connector_;
};

class TakeOver {
 public:
  TakeOver(const RemoteImportOptions& options, const api::RemoteImport& import, Remote& remote,
           Administrator& administrator)
      : options_(options),
        import_(import),
        administrator_(administrator),
        ask_([&remote](const std::string& path, const Json& body) {
          return remote.ask(path, body);
        }) {}

  Status run() {
    CINNABAR_TRY(const api::RemotePlan plan, import_.plan(ask_));
    CINNABAR_CHECK_OK(administrator_.ask(Json::object()
                                             .set("command", "import_directory")
                                             .set("document", plan.directory)
                                             .set("only_new", true)));
    say("people and departments are there");
    for (const auto& files : plan.packages) CINNABAR_CHECK_OK(deploy(files));
    for (const std::string& remark : plan.remarks) say("note: " + remark);
    for (const api::RemoteForm& form : plan.forms) CINNABAR_CHECK_OK(take_records(form));
    return {};
  }
  [[nodiscard]] const Json& summary() const { return forms_; }

 private:
  void say(const std::string& line) const {
    if (!options_.common.json) print_line(line);
  }

  Status deploy(const services::codec::PackageFiles& files) {
    Json contents = Json::object();
    for (const auto& [path, bytes] : files) contents.set(path, to_base64(bytes));
    CINNABAR_TRY(const Json deployed,
                 administrator_.ask(
                     Json::object().set("command", "deploy").set("files", std::move(contents))));
    const Json* lines = deployed.find("lines");
    if (lines == nullptr || !lines->is_array()) return {};
    for (const Json& line : *lines->as_array()) say(*line.as_string());
    return {};
  }

  // Where it stands is stored with each page, so a run that was cut off goes on from there.
  Status take_records(const api::RemoteForm& form) {
    const auto question = [&](std::string_view command) {
      return Json::object()
          .set("command", command)
          .set("door", options_.door)
          .set("source", options_.base_url)
          .set("application", form.application)
          .set("form", form.form);
    };
    CINNABAR_TRY(const Json begun, administrator_.ask(question("remote_import_position")));
    std::string after = text_of(begun, "after");
    std::int64_t count = 0;
    if (!after.empty()) say(form.name + ": goes on behind " + after);
    for (bool is_last = false; !is_last;) {
      CINNABAR_TRY(const api::RemotePage page, import_.page(ask_, form, after));
      is_last = page.is_last;
      if (page.rows.as_array()->empty()) break;
      CINNABAR_TRY(const Json stored, administrator_.ask(question("remote_import_page")
                                                             .set("after", after)
                                                             .set("next", page.next)
                                                             .set("rows", page.rows)));
      const Json* made = stored.find("count");
      count += made == nullptr ? 0 : made->as_int().value_or(0);
      after = text_of(stored, "after");
      say(fmt::format("{}: {} records", form.name, count));
    }
    forms_.push(Json::object()
                    .set("application", form.application)
                    .set("form", form.form)
                    .set("name", form.name)
                    .set("records", count));
    return {};
  }

  static std::string text_of(const Json& json, std::string_view name) {
    const Json* value = json.find(name);
    return value != nullptr && value->is_string() ? *value->as_string() : std::string();
  }

  const RemoteImportOptions& options_;
  const api::RemoteImport& import_;
  Administrator& administrator_;
  api::RemoteAsk ask_;
  Json forms_ = Json::array();
};

}  // namespace

Exit run_remote_import(const RemoteImportOptions& given) {
  RemoteImportOptions options = given;
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  const api::RemoteImport* import = find_remote_import(options.door);
  if (import == nullptr) {
    print_trouble("nothing can be taken over through the API of '" + options.door + "'");
    return Exit::usage;
  }
  // A key on the command line is seen by everybody on the machine.
  if (options.key == "-") std::getline(std::cin, options.key);
  auto remote = Remote::open(loaded->config, options);
  if (!remote.has_value()) {
    print_error(remote.error());
    return Exit::usage;
  }
  auto administrator = Administrator::open(loaded->config);
  if (!administrator.has_value()) {
    print_error(administrator.error());
    return Exit::failed;
  }
  TakeOver take_over(options, *import, *remote, *administrator);
  const Status status = take_over.run();
  if (!status.has_value()) {
    print_error(status.error());
    print_trouble("what was taken over stays; the same command goes on from there");
    return Exit::failed;
  }
  if (options.common.json) print_json(Json::object().set("forms", take_over.summary()));
  return Exit::done;
}

}  // namespace cinnabar::app
