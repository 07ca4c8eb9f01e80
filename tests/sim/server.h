// One server without sockets and threads: the services over a store. Nothing in it outlives a
// crash, which is to drop the object and to make another one over the same store.
//
// Ownership: borrows the store, the clock and the crypto. Thread: one.
#pragma once

#include "ports/clock.h"
#include "ports/crypto.h"
#include "services/admin_service.h"
#include "services/client_service.h"
#include "services/engine_service.h"
#include "services/inbox_service.h"
#include "services/instance_service.h"
#include "services/job_service.h"
#include "services/scheduler.h"

namespace cinnabar::sim {

class Server {
 public:
  Server(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto)
      : instances(clock, catalog, people),
        inbox(people),
        clients(clock, crypto, client_set, people, Secret(std::string(32, 'k'))),
        admin(store, clock, crypto, catalog, people, client_set, clients),
        engine(clock, catalog, people),
        jobs(clock, catalog, engine),
        scheduler(store, clock, engine) {
    CINNABAR_ASSERT(people.reload(store).has_value());
    CINNABAR_ASSERT(catalog.reload(store).has_value());
    CINNABAR_ASSERT(client_set.reload(store).has_value());
  }

  services::CatalogSource catalog;
  services::PeopleSource people;
  services::ClientSource client_set;
  services::InstanceService instances;
  services::InboxService inbox;
  services::ClientService clients;
  services::AdminService admin;
  services::EngineService engine;
  services::JobService jobs;
  services::Scheduler scheduler;
};

}  // namespace cinnabar::sim
