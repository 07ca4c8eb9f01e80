// Taking over what another server holds that speaks a door's API: its applications and forms as
// packages, its people as a directory, its records page by page.
//
// `plan` and `page` ask the other server and know nothing of this one; `store` runs in the process
// that owns the data. So what is fetched travels as JSON between them. Functions hold no state.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "services/codec/package_codec.h"
#include "services/context.h"
#include "services/services.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::api {

// Asks the other server; the error of one that refuses has its text.
using RemoteAsk = std::function<Result<Json>(const std::string& path, const Json& body)>;

struct RemoteForm {
  std::string application;  // as the door names them, there and here
  std::string form;
  std::string name;
};

struct RemotePlan {
  std::vector<services::codec::PackageFiles> packages;
  std::string directory;  // a directory.json
  std::vector<RemoteForm> forms;
  std::vector<std::string> remarks;  // what is not taken over, for people
};

struct RemotePage {
  Json rows;
  std::string next;      // where the next one begins
  bool is_last = false;  // nothing is behind `next` now
};

struct RemoteImport {
  Result<RemotePlan> (*plan)(const RemoteAsk& ask) = nullptr;
  Result<RemotePage> (*page)(const RemoteAsk& ask, const RemoteForm& form,
                             const std::string& after) = nullptr;
  // Returns how many records it made. An error leaves nothing of the page.
  Result<std::int64_t> (*store)(services::Services& services, ports::WriteTransaction& transaction,
                                const services::CallContext& context, const RemoteForm& form,
                                const Json& rows) = nullptr;
};

}  // namespace cinnabar::api
