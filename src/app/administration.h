// Administrative changes as one question and one answer in JSON, so that they are made in the
// process that owns the data: the command's own, or the server that runs on that data folder.
//
// Questions are objects with a member "command"; those of this program only, no interface for
// others. Passwords travel in them over a socket that only the same user can open; they are never
// logged. Blocking. Thread: any, one question at a time.
#pragma once

#include "app/wire.h"
#include "base/json.h"
#include "outbound/local_socket.h"
#include "platform/workers.h"

#include <memory>

namespace cinnabar::app {

// Makes the change in this process.
Result<Json> administer(Core& core, const Json& question);

// Makes it here, or asks the server that has the data folder. Errors of a server keep their code
// and text; their reasons read "answered_by_server".
Result<Json> administer(const Config& config, const Json& question);

// How records are taken over through that door's API; null pointer: they are not.
const api::RemoteImport* find_remote_import(std::string_view door);

// Several questions one after the other, made here or asked of the server that has the data folder.
class Administrator {
 public:
  static Result<Administrator> open(const Config& config);
  Administrator(Administrator&&) = default;
  Administrator& operator=(Administrator&&) = delete;
  ~Administrator();

  Result<Json> ask(const Json& question);

 private:
  Administrator(const Config& config, std::unique_ptr<Core> core)
      : config_(&config), core_(std::move(core)) {}

  const Config* config_;
  std::unique_ptr<Core> core_;  // null pointer: a server has the data
};

// The server's side: answers on a thread of its own until destroyed.
class AdministrationPort {
 public:
  static Result<std::unique_ptr<AdministrationPort>> open(Core& core);
  AdministrationPort(const AdministrationPort&) = delete;
  AdministrationPort& operator=(const AdministrationPort&) = delete;
  ~AdministrationPort();

 private:
  AdministrationPort(Core& core, std::unique_ptr<outbound::LocalListener> listener);

  std::unique_ptr<outbound::LocalListener> listener_;
  Workers workers_;
};

}  // namespace cinnabar::app
