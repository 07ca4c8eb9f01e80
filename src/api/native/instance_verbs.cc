// What people and administrators do with a whole instance. Who may not see it does not find it.
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "vocab/reasons.h"

#include <functional>

namespace cinnabar::native {
namespace {

struct Verb {
  services::CallContext context;
  process::Command command;
};
using ReadCommand = std::function<process::Command(api::StrictBody&, const Names&)>;

Result<Verb> read_verb(const api::Call& call, const ReadCommand& read) {
  Verb verb;
  CINNABAR_TRY(verb.context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  verb.command = read(body, names_of(call));
  CINNABAR_CHECK_OK(body.finish());
  return verb;
}

// A version of the definition, as people count them, to its id.
Status resolve_version(const services::Catalog& catalog, ProcessId process,
                       process::Command& command) {
  auto* migrate = std::get_if<process::Migrate>(&command);
  if (migrate == nullptr) return {};
  const std::int64_t version = migrate->definition.value();
  const auto definition = catalog.find_version(process, version);
  if (definition == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "the process has no such version",
                      std::to_string(version));
  }
  migrate->definition = definition->id;
  return {};
}

Result<http::Response> apply(const api::Call& call, Verb verb, std::string_view action,
                             ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const auto summary, find_instance(call, verb.context, transaction));
  const Names names = names_of(call);
  CINNABAR_CHECK_OK(resolve_version(*names.catalog, summary.process, verb.command));
  CINNABAR_TRY(const auto applied,
               call.services->engine.apply(transaction, verb.context, summary.id,
                                           std::move(verb.command), action));
  return api::json_response(200, applied_json(names, applied));
}

api::Answer on_instance(const api::Call& call, std::string_view action, const ReadCommand& read) {
  return write_once(
      call, read_verb(call, read),
      [action](const api::Call& caller, const Verb& verb, ports::WriteTransaction& transaction) {
        return apply(caller, verb, action, transaction);
      });
}

// Who asks for a reason gets one.
std::string reason_of(api::StrictBody& body) {
  return read_text(body, "comment", api::Need::required);
}

std::optional<ActivityInstanceId> read_activity(api::StrictBody& body, std::string_view member) {
  const auto id = body.integer(member, api::Need::optional);
  if (!id.has_value()) return std::nullopt;
  return ActivityInstanceId{*id};
}

std::map<std::string, std::string> read_node_map(api::StrictBody& body) {
  std::map<std::string, std::string> nodes;
  const Json* object = body.object("nodes", api::Need::optional);
  if (object == nullptr) return nodes;
  for (const auto& [from, to] : *object->as_object()) {
    if (to.as_string() == nullptr) {
      body.report("nodes." + from, api::kMemberWrongType, "expected the id of a node");
    } else {
      nodes.insert_or_assign(from, *to.as_string());
    }
  }
  return nodes;
}

}  // namespace

api::Answer withdraw_instance(const api::Call& call) {
  return on_instance(call, "withdraw", [](api::StrictBody& body, const Names&) {
    return process::Withdraw{{}, false, read_text(body, "comment")};
  });
}

api::Answer take_back_decision(const api::Call& call) {
  return on_instance(call, "take_back", [](api::StrictBody& body, const Names&) {
    return process::TakeBack{{}, {}, read_text(body, "comment")};
  });
}

api::Answer urge_instance(const api::Call& call) {
  return on_instance(call, "urge", [](api::StrictBody& body, const Names&) {
    process::Urge urge;
    urge.activity = read_activity(body, "activity");
    urge.comment = read_text(body, "comment");
    return urge;
  });
}

api::Answer terminate_instance(const api::Call& call) {
  return on_instance(call, "terminate", [](api::StrictBody& body, const Names&) {
    return process::Terminate{{}, reason_of(body)};
  });
}

api::Answer suspend_instance(const api::Call& call) {
  return on_instance(call, "suspend", [](api::StrictBody& body, const Names&) {
    return process::Suspend{{}, read_text(body, "comment")};
  });
}

api::Answer resume_instance(const api::Call& call) {
  return on_instance(call, "resume", [](api::StrictBody& body, const Names&) {
    return process::Resume{{}, read_text(body, "comment")};
  });
}

api::Answer jump_instance(const api::Call& call) {
  return on_instance(call, "jump", [](api::StrictBody& body, const Names&) {
    process::Jump jump;
    jump.from = read_activity(body, "from");
    jump.to = read_text(body, "to", api::Need::required);
    jump.comment = reason_of(body);
    return jump;
  });
}

api::Answer reactivate_instance(const api::Call& call) {
  return on_instance(call, "reactivate", [](api::StrictBody& body, const Names&) {
    const std::string to = read_text(body, "to", api::Need::required);
    return process::Reactivate{{}, to, reason_of(body)};
  });
}

api::Answer migrate_instance(const api::Call& call) {
  return on_instance(call, "migrate", [](api::StrictBody& body, const Names&) {
    process::Migrate migrate;
    // As people count versions; its id is known when the instance is found.
    migrate.definition =
        ProcessDefinitionId{body.integer("version", api::Need::required).value_or(0)};
    migrate.nodes = read_node_map(body);
    return migrate;
  });
}

api::Answer send_notice(const api::Call& call) {
  return on_instance(call, "send_notice", [](api::StrictBody& body, const Names& names) {
    process::SendNotice notice;
    notice.readers = read_people(body, *names.people, "readers", api::Need::required);
    notice.comment = read_text(body, "comment");
    return notice;
  });
}

}  // namespace cinnabar::native
