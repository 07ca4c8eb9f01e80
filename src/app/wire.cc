#include "app/wire.h"

#include "api/common/openapi.h"
#include "api/dialects/dialects.h"
#include "api/native/native.h"
#include "app/data_folder.h"
#include "app/version.h"
#include "vocab/reasons.h"

#include <unistd.h>

#include <algorithm>

namespace cinnabar::app {
namespace {

// Calls to the outside at a time: each holds a thread while it waits.
constexpr std::size_t kConnectorThreads = 4;
constexpr std::size_t kWebhookThreads = 4;

services::FileService::Options file_options(const Config& config) {
  services::FileService::Options options;
  options.file_bytes_max = config.file_bytes_max;
  options.extensions_refused.insert(config.extensions_refused.begin(),
                                    config.extensions_refused.end());
  return options;
}

Error in_use(const Config& config) {
  return make_error(Code::failed_precondition, reasons::kStorageLocked,
                    "another cinnabar process is using " + config.data_folder.string() +
                        "; stop it first, or choose another --data");
}

std::filesystem::path database_folder(const Config& config) {
  const std::filesystem::path folder = config.database.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

// The store locks the folder of its database; files and spool need the same when they lie apart.
Result<std::optional<sqlite::FolderLock>> lock_data_folder(const Config& config) {
  std::error_code ignored;
  if (std::filesystem::equivalent(config.data_folder, database_folder(config), ignored)) {
    return std::optional<sqlite::FolderLock>();
  }
  auto lock = sqlite::FolderLock::take(config.data_folder);
  if (lock.has_value()) return std::optional<sqlite::FolderLock>(std::move(*lock));
  if (lock.error().reason == reasons::kStorageLocked) return in_use(config);
  return std::move(lock).error();
}

Result<std::unique_ptr<sqlite::SqliteStore>> open_store(const Config& config,
                                                        const Logger& logger) {
  sqlite::SqliteOptions options;
  options.path = config.database;
  // One more than the reader threads: the server itself reads too, when it publishes a snapshot.
  options.reader_connections = static_cast<std::size_t>(config.reader_threads) + 1;
  options.queue_max = static_cast<std::size_t>(config.writer_queue);
  options.logger = logger;
  auto store = sqlite::SqliteStore::open(std::move(options));
  if (store.has_value() || store.error().reason != reasons::kStorageLocked) return store;
  return in_use(config);
}

// The native one first: it is the default.
std::vector<const services::WebhookFormat*> webhook_formats() {
  std::vector<const services::WebhookFormat*> formats;
  for (const api::Door* door : all_doors()) {
    if (door->webhook_format != nullptr) formats.push_back(door->webhook_format);
  }
  return formats;
}

void empty_spool(const std::filesystem::path& folder) {
  // Uploads that a crash left behind; what was accepted has been moved away long ago.
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.host = config.listen.host;
  options.port = config.listen.port;
  options.io_threads = config.http_threads;
  if (config.uses_tls()) options.tls = http::TlsFiles{config.tls_certificate, config.tls_key};
  options.spool_dir = spool_path(config.data_folder);
  options.limits.body_bytes_max = static_cast<std::uint64_t>(config.body_bytes_max);
  options.limits.body_memory_max =
      static_cast<std::uint64_t>(std::max(config.body_memory_max, config.body_bytes_max));
  options.limits.multipart_bytes_max = static_cast<std::uint64_t>(config.upload_bytes_max);
  options.limits.multipart.file_bytes_max = static_cast<std::uint64_t>(config.file_bytes_max);
  options.limits.connections_max = static_cast<std::size_t>(config.connections_max);
  options.access_log = config.log_access;
  return options;
}

SystemRoutes::Pages system_pages(std::span<const api::Door* const> doors) {
  SystemRoutes::Pages pages;
  pages.openapi = print(api::openapi_document(doors, version()));
  pages.version = version();
  for (const api::Door* door : doors) pages.doors.emplace_back(door->name);
  return pages;
}

}  // namespace

Logger make_logger(const Config& config, ports::Clock& clock) {
  const bool for_people =
      config.log_format == "text" || (config.log_format == "auto" && ::isatty(STDERR_FILENO) == 1);
  const auto sink = [](std::string_view line) {
    // A log that cannot be written must not stop the server.
    static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  };
  return Logger(sink, [&clock] { return clock.now().micros(); }, config.log_level, for_people);
}

Result<std::unique_ptr<Core>> Core::open(const Config& config) {
  auto core = std::make_unique<Core>();
  core->config = config;
  core->logger = make_logger(config, core->clock);
  CINNABAR_CHECK_OK(make_data_folder(config.data_folder));
  CINNABAR_CHECK_OK(make_data_folder(database_folder(config)));
  CINNABAR_TRY(core->data_lock, lock_data_folder(config));
  CINNABAR_TRY(core->store, open_store(config, core->logger));
  CINNABAR_CHECK_OK(core->store->migrate());
  CINNABAR_TRY(core->blobs, outbound::FsBlobStore::open(files_path(config.data_folder)));
  CINNABAR_TRY(core->connector,
               outbound::CurlConnector::create(config.connector, core->clock, core->crypto));
  CINNABAR_TRY(Secret server_key, load_server_key(config.data_folder));

  ports::Store& store = *core->store;
  CINNABAR_CHECK_OK(core->catalog.reload(store));
  CINNABAR_CHECK_OK(core->people.reload(store));
  core->clients.emplace(core->clock, core->crypto, core->client_set, core->people, server_key);
  CINNABAR_CHECK_OK(core->client_set.reload(store));
  core->sessions.emplace(store, core->clock, core->crypto, core->people,
                         services::SessionService::Options{config.session_idle_limit, server_key});
  CINNABAR_CHECK_OK(core->sessions->load());
  core->tokens.emplace(store, core->clock, core->crypto, core->people);
  CINNABAR_CHECK_OK(core->tokens->load());
  core->instances.emplace(core->clock, core->catalog, core->people, config.utc_offset,
                          core->logger);
  core->grants.emplace(core->clock, core->crypto, core->client_set, core->people);
  core->instance_lists.emplace(core->catalog, core->people);
  core->inbox.emplace(core->people);
  core->records.emplace(core->clock, core->catalog, core->people, config.utc_offset);
  core->file_tokens.emplace(core->crypto, server_key);
  core->files.emplace(*core->blobs, core->clock, core->catalog, core->people, *core->file_tokens,
                      file_options(config));
  core->uploads.emplace(core->clock, core->crypto, core->catalog, core->people, *core->file_tokens);
  core->collaboration.emplace(core->clock, core->catalog, core->people);
  core->admin.emplace(store, core->clock, core->crypto, core->catalog, core->people,
                      core->client_set, *core->clients, config.utc_offset);
  core->directory.emplace(store, core->clock, core->people, *core->sessions);
  core->engine.emplace(core->clock, core->catalog, core->people, config.utc_offset, core->logger);
  core->notices.emplace(core->clock, *core->engine);
  core->drafts.emplace(core->clock, core->catalog, core->people, *core->records);
  core->jobs.emplace(core->clock, core->catalog, *core->engine);
  core->simulation.emplace(core->clock, core->catalog, core->people, config.utc_offset);
  core->aggregates.emplace(core->catalog, core->people);
  core->automations.emplace(core->catalog, core->people);
  core->automation_runner.emplace(store, core->clock, core->catalog, core->people, *core->records,
                                  core->logger);
  // Those whose deployment was cut off.
  CINNABAR_CHECK_OK(services::recount_aggregates(store, core->catalog));
  core->webhooks.emplace(core->clock, core->crypto, core->catalog, core->people, webhook_formats(),
                         std::move(server_key));
  core->scheduler.emplace(store, core->clock, *core->engine, core->logger);
  core->batches.emplace(store, core->clock,
                        services::BatchService(core->clock, core->catalog, core->people,
                                               *core->instances, *core->engine),
                        core->logger);
  services::JobExecutor::Options calls;
  calls.calls_max = kConnectorThreads;
  // A mail takes two round trips of that length at most.
  calls.lock_for = Duration{2 * config.connector.timeout.micros() + minutes(1).micros()};
  core->executor.emplace(store, core->clock, *core->jobs, *core->connector, calls, core->logger);
  services::WebhookSender::Options webhooks;
  webhooks.webhooks_max = kWebhookThreads;
  core->webhook_sender.emplace(store, core->clock, core->crypto, *core->webhooks, core->catalog,
                               core->people, *core->connector, webhooks, core->logger);
  core->services.emplace(services::Services{
      core->catalog,    core->people,          *core->sessions,      *core->tokens,
      *core->instances, *core->instance_lists, *core->inbox,         *core->records,
      *core->files,     *core->uploads,        *core->collaboration, *core->clients,
      *core->grants,    *core->admin,          *core->directory,     *core->engine,
      *core->notices,   *core->drafts,         *core->jobs,          *core->simulation,
      *core->webhooks,  *core->aggregates,     *core->automations,   core->clock,
      core->crypto});
  return core;
}

std::span<const api::Door* const> all_doors() {
  static const std::vector<const api::Door*> doors = [] {
    std::vector<const api::Door*> all{&native::kDoor};
    const auto dialects = api::dialect_doors();
    all.insert(all.end(), dialects.begin(), dialects.end());
    return all;
  }();
  return doors;
}

Result<std::unique_ptr<Front>> Front::create(Core& core) {
  auto front = std::make_unique<Front>();
  const Config& config = core.config;
  front->door_settings.values = config.door_settings;
  front->door_settings.is_secure = config.uses_tls();
  // A key of this process alone: what is remembered means nothing to anybody else.
  front->credentials.emplace(
      [&crypto = core.crypto, key = Secret(core.crypto.random_bytes(32))](std::string_view text) {
        return crypto.hmac_sha256_hex(key.reveal(), text);
      });
  const auto queue = static_cast<std::size_t>(config.worker_queue);
  front->readers.emplace("reader", config.reader_threads, queue, core.logger);
  front->blocking.emplace("blocking", config.blocking_threads, queue, core.logger);
  front->timekeeper.emplace("timekeeper", 1, 1, core.logger);
  front->callers.emplace("connector", static_cast<int>(kConnectorThreads), kConnectorThreads,
                         core.logger);
  front->messengers.emplace("webhook", static_cast<int>(kWebhookThreads), kWebhookThreads,
                            core.logger);

  api::Pipeline::Options options;
  options.worker_wait = config.worker_wait;
  options.answer_limit = config.answer_limit;
  options.time_zone = config.utc_offset;
  options.spool_folder = spool_path(config.data_folder);
  CINNABAR_TRY(
      front->pipeline,
      api::Pipeline::create({all_doors(), *core.services, *core.store, *front->readers,
                             *front->blocking, front->metrics, *front->credentials,
                             front->door_settings, core.logger, &front->rates, &front->answers},
                            options));
  front->system.emplace(*core.store, front->metrics, system_pages(all_doors()),
                        config.metrics_for_everybody);

  const std::filesystem::path spool = spool_path(config.data_folder);
  empty_spool(spool);
  CINNABAR_CHECK_OK(make_data_folder(spool));
  const auto handler = [front = front.get()](const std::shared_ptr<http::Request>& request,
                                             http::Responder respond) {
    if (auto response = front->system->answer(*request)) return respond(std::move(*response));
    front->pipeline->dispatch(request, std::move(respond));
  };
  CINNABAR_TRY(front->server,
               http::Server::create(server_options(config), handler, core.logger, front->metrics));
  return front;
}

}  // namespace cinnabar::app
