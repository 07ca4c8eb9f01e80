// Deployment and the directory: what changes snapshots. Each call commits in one transaction and
// then publishes the new snapshot; on any error nothing has changed.
//
// These calls block on the commit: for start-up, the command line and heavy routes, never for the
// writer or an I/O thread.
#pragma once

#include "base/result.h"
#include "ports/clock.h"
#include "ports/crypto.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/client_service.h"
#include "services/package.h"
#include "services/people.h"
#include "services/session_service.h"

#include <functional>
#include <string>
#include <vector>

namespace cinnabar::services {

struct Deployment {
  ApplicationId application;
  std::int64_t version = 1;        // of the application
  bool changed = true;             // false: everything was deployed already, nothing was written
  std::vector<std::string> lines;  // what happened, for people
};

class AdminService {
 public:
  // `utc_offset`: of dates and times in definitions that are written without one.
  AdminService(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto,
               CatalogSource& catalog, PeopleSource& people, ClientSource& client_set,
               ClientService& clients, UtcOffset utc_offset = {});

  // Adds the package or a new version of it: processes and forms are matched by key and keep their
  // ids, uuids and external names; running instances stay on their version. Conflicts with other
  // packages (an external name or uuid taken) are already_exists (name_taken).
  Result<Deployment> deploy(const Package& package);
  // Adds or updates groups and people by key and name, and clients by door and key; never removes.
  Status import_directory(const DirectoryPackage& directory);

  Status set_password(std::string_view user_name, const Secret& password, SessionService& sessions);
  Status set_enabled(std::string_view user_name, bool enabled, SessionService& sessions);
  Status set_process_switches(ProcessId process, bool enabled, bool api_enabled);
  // True while no process and no user exists: where demo data may go.
  Result<bool> is_empty();

 private:
  // Changes one account, ends its sessions and publishes the new directory.
  Status change_user(std::string_view user_name, SessionService& sessions, std::string_view action,
                     const std::function<void(ports::Row&)>& change);

  ports::Store& store_;
  ports::Clock& clock_;
  ports::Crypto& crypto_;
  CatalogSource& catalog_;
  PeopleSource& people_;
  ClientSource& client_set_;
  ClientService& clients_;
  UtcOffset utc_offset_;
};

}  // namespace cinnabar::services
