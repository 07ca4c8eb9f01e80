// All services of one server, as the doors get them. Owned by app/wire; references stay valid for
// the life of the server.
#pragma once

#include "ports/clock.h"
#include "ports/crypto.h"
#include "services/admin_service.h"
#include "services/aggregate.h"
#include "services/automation_runner.h"
#include "services/catalog.h"
#include "services/client_service.h"
#include "services/collaboration_service.h"
#include "services/directory_service.h"
#include "services/draft_service.h"
#include "services/engine_service.h"
#include "services/file_service.h"
#include "services/grant_service.h"
#include "services/inbox_service.h"
#include "services/instance_list.h"
#include "services/instance_service.h"
#include "services/job_service.h"
#include "services/notice_service.h"
#include "services/people.h"
#include "services/record_service.h"
#include "services/session_service.h"
#include "services/simulation_service.h"
#include "services/token_service.h"
#include "services/upload_service.h"
#include "services/webhook_service.h"

namespace cinnabar::services {

struct Services {
  const CatalogSource& catalog;
  const PeopleSource& people;
  SessionService& sessions;
  TokenService& tokens;
  InstanceService& instances;
  InstanceListService& instance_lists;
  InboxService& inbox;
  RecordService& records;
  FileService& files;
  UploadService& uploads;
  CollaborationService& collaboration;
  ClientService& clients;
  GrantService& grants;
  AdminService& admin;
  DirectoryService& directory;
  EngineService& engine;
  NoticeService& notices;
  DraftService& drafts;
  JobService& jobs;
  SimulationService& simulation;
  WebhookService& webhooks;
  AggregateService& aggregates;
  AutomationService& automations;
  ports::Clock& clock;
  ports::Crypto& crypto;
};

}  // namespace cinnabar::services
