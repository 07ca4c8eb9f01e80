// How a door answers: a table of routes, each with a handler and the lane it runs on.
//
// A handler is one synchronous function. It answers at once, or returns the write it wants done:
// the write runs on the store's writer together with others, its answer is sent after the commit,
// and if it fails its rows are dropped and `refuse` makes the answer. Handlers hold no state.
//
// It may also return a long poll: a write that is tried again, without a thread that waits, when
// there may be something for it, until it finds something or its time is over. When something may
// be there is looked up for all of them together; see Pipeline::wake_waiting.
//
// Lanes: `cpu` on the I/O thread: parse and look up in memory only, never block. `read` on a reader
// thread with a snapshot of the store. `blocking` on a worker thread: passwords, files. A cpu route
// whose request carries files moves to `blocking` by itself.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/http/request.h"
#include "platform/http/response.h"
#include "services/codec/package_codec.h"
#include "services/services.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cinnabar::api {

enum class Lane : std::uint8_t { cpu, read, blocking };

struct WriteStep {
  std::function<Result<http::Response>(ports::WriteTransaction&)> run;
  std::function<http::Response(const Error&)> refuse;
};

struct LongPoll {
  // As WriteStep::run; nullopt: there is nothing yet.
  std::function<Result<std::optional<http::Response>>(ports::WriteTransaction&)> run;
  std::function<http::Response(const Error&)> refuse;
  std::function<http::Response()> give_up;  // the time is over
  std::vector<std::string> topics;          // types of jobs that it waits for
  Duration wait;                            // zero: answers at once
};

// Settings of doors, by "door.name", as the operator wrote them: how a door words its answers where
// two clients need different ones. A missing name means the door's default; each door's page lists
// its names. Every door has `path_prefix`: its routes are there as well as at their own paths.
struct DoorSettings {
  std::map<std::string, std::string, std::less<>> values;
  bool is_secure = false;  // the server itself ends TLS
};

using Answer = std::variant<http::Response, WriteStep, LongPoll>;

struct Door;
struct RemoteImport;
class AnswerCache;
class CredentialCache;
class RateLimiter;

// One call, valid while its handler and its write step run.
struct Call {
  std::shared_ptr<const http::Request> request;
  std::string_view pattern;           // of the route
  std::vector<std::string> captures;  // the {segments} of the pattern, percent-decoded, in order
  services::Services* services = nullptr;
  ports::ReadTransaction* snapshot = nullptr;           // lane `read` only
  UtcOffset time_zone;                                  // of the tenant
  const DoorSettings* settings = nullptr;               // null pointer: defaults
  std::span<const Door* const> doors;                   // all of the server
  CredentialCache* credentials = nullptr;               // passwords checked a moment ago
  AnswerCache* answers = nullptr;                       // null pointer: each is made anew
  RateLimiter* rates = nullptr;                         // null pointer: nobody is limited
  const std::filesystem::path* spool_folder = nullptr;  // for large answers; null pointer: none
  std::optional<Principal> principal;                   // left by Door::authenticate
};

// For the OpenAPI document: what a reader needs to call it.
struct RouteDoc {
  std::string_view summary;
  std::string_view request_example;   // JSON or form text; empty: no body
  std::string_view response_example;  // JSON
};

struct Route {
  std::string_view methods;  // "GET", "GET,POST", or "*"
  std::string_view pattern;  // "/api/v1/work-items/{id}"; a trailing slash is optional
  Lane lane = Lane::cpu;
  Answer (*handler)(const Call&) = nullptr;
  RouteDoc doc;
};

// One HTTP surface. Registered in api/dialects/dialects.cc or by the native door.
struct Door {
  std::string_view name;
  std::span<const Route> routes;
  // Answers for requests below `prefixes` that no route takes, and for errors of the server itself
  // (queue full, internal): in this door's own format.
  std::span<const std::string_view> prefixes;
  http::Response (*not_found)(const Call&) = nullptr;
  http::Response (*refuse)(const Call&, const Error&) = nullptr;

  // The rest is optional.
  // When some other method would be routed; without it `not_found` answers. `Allow` is added.
  http::Response (*method_not_allowed)(const Call&) = nullptr;
  // True when checking this caller's credential takes long, as a password does: `authenticate` then
  // runs on a worker before the handler and leaves `call.principal`; its error is answered with
  // `refuse`. Other calls are authenticated by their handler.
  bool (*is_slow_to_authenticate)(const Call&) = nullptr;
  Status (*authenticate)(Call&) = nullptr;
  // The id by which clients of this door know an open work item; nullopt when they cannot see it.
  std::optional<Json> (*work_item_id)(const services::InboxItem&) = nullptr;
  // How this door words webhooks; null pointer: it has none.
  const services::WebhookFormat* webhook_format = nullptr;
  // How what another server holds that speaks this API is taken over; null pointer: it is not.
  const RemoteImport* remote_import = nullptr;
  // An export of the other product as a package; nullopt when the files are none.
  std::optional<services::codec::ReadPackage> (*import_package)(
      const services::codec::PackageFiles&) = nullptr;
};

}  // namespace cinnabar::api
