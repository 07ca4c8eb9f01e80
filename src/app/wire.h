// Construction: which implementation stands behind which interface, in order. The only place that
// knows them all.
//
// Ownership: a Core owns the storage, the outside world and the services; a Front borrows a Core
// and owns what listens. Members are destroyed in reverse. Thread: made and stopped by the main
// thread.
#pragma once

#include "api/common/answer_cache.h"
#include "api/common/pipeline.h"
#include "api/common/rate_limiter.h"
#include "app/config.h"
#include "app/system_routes.h"
#include "outbound/fs_blob_store.h"
#include "outbound/openssl_crypto.h"
#include "outbound/system_clock.h"
#include "platform/http/server.h"
#include "services/batch_service.h"
#include "services/job_executor.h"
#include "services/scheduler.h"
#include "services/services.h"
#include "services/webhook_sender.h"
#include "storage/sqlite/file_guard.h"
#include "storage/sqlite/sqlite_store.h"

#include <memory>
#include <optional>

namespace cinnabar::app {

// Lines to standard error; JSON unless it is a terminal or the configuration says otherwise.
Logger make_logger(const Config& config, ports::Clock& clock);

struct Core {
  Config config;
  outbound::SystemClock clock;
  Logger logger;
  outbound::OpensslCrypto crypto;
  // Of the data folder, when the database lies elsewhere; else the store's own lock covers it.
  std::optional<sqlite::FolderLock> data_lock;
  std::unique_ptr<outbound::FsBlobStore> blobs;
  std::unique_ptr<outbound::CurlConnector> connector;
  std::unique_ptr<sqlite::SqliteStore> store;
  services::CatalogSource catalog;
  services::PeopleSource people;
  services::ClientSource client_set;
  std::optional<services::ClientService> clients;
  std::optional<services::GrantService> grants;
  std::optional<services::SessionService> sessions;
  std::optional<services::TokenService> tokens;
  std::optional<services::InstanceService> instances;
  std::optional<services::InstanceListService> instance_lists;
  std::optional<services::InboxService> inbox;
  std::optional<services::RecordService> records;
  std::optional<services::FileTokens> file_tokens;
  std::optional<services::FileService> files;
  std::optional<services::UploadService> uploads;
  std::optional<services::CollaborationService> collaboration;
  std::optional<services::AdminService> admin;
  std::optional<services::DirectoryService> directory;
  std::optional<services::EngineService> engine;
  std::optional<services::NoticeService> notices;
  std::optional<services::DraftService> drafts;
  std::optional<services::JobService> jobs;
  std::optional<services::SimulationService> simulation;
  std::optional<services::WebhookService> webhooks;
  std::optional<services::AggregateService> aggregates;
  std::optional<services::AutomationService> automations;
  std::optional<services::AutomationRunner> automation_runner;
  std::optional<services::Scheduler> scheduler;
  std::optional<services::BatchRunner> batches;
  std::optional<services::JobExecutor> executor;
  std::optional<services::WebhookSender> webhook_sender;
  std::optional<services::Services> services;

  // Opens the data folder, making what is missing, and brings the database to this program's
  // schema. failed_precondition (storage_locked) when another process has it.
  static Result<std::unique_ptr<Core>> open(const Config& config);
};

// Every door of this server.
std::span<const api::Door* const> all_doors();

struct Front {
  MetricsRegistry metrics;
  api::DoorSettings door_settings;
  std::optional<api::CredentialCache> credentials;
  api::RateLimiter rates;
  api::AnswerCache answers;
  std::optional<Workers> readers;
  std::optional<Workers> blocking;
  std::optional<Workers> timekeeper;  // one thread, for what happens by itself
  std::optional<Workers> callers;     // for calls to the outside
  std::optional<Workers> messengers;  // for webhooks, so that slow receivers hold up no task
  std::unique_ptr<api::Pipeline> pipeline;
  std::optional<SystemRoutes> system;
  std::unique_ptr<http::Server> server;  // first to go: it calls into all others

  static Result<std::unique_ptr<Front>> create(Core& core);
};

}  // namespace cinnabar::app
