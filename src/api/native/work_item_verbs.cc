// What people do with a work item besides deciding it. A work item that the caller neither sees nor
// takes part in is not found, whatever is wanted of it.
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
  WorkItemId item;
  process::Command command;
};
using ReadCommand = std::function<process::Command(api::StrictBody&, const Names&, WorkItemId)>;

Result<Verb> read_verb(const api::Call& call, const ReadCommand& read) {
  Verb verb;
  CINNABAR_TRY(NamedThing item, read_named(call, reasons::kWorkItemUnknown, "work item"));
  verb.context = std::move(item.context);
  verb.item = WorkItemId{item.id};
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  verb.command = read(body, names_of(call), verb.item);
  CINNABAR_CHECK_OK(body.finish());
  return verb;
}

bool tells_that_it_exists(const Error& error) {
  return error.code == Code::permission_denied || error.reason == reasons::kNothingToTakeBack;
}

Result<http::Response> apply(const api::Call& call, const Verb& verb, std::string_view action,
                             ports::WriteTransaction& transaction) {
  services::Services& services = *call.services;
  CINNABAR_TRY(const ProcessInstanceId instance,
               services.engine.instance_of(transaction, verb.item));
  const auto seen = services.inbox.find(transaction, verb.context, verb.item);
  const auto applied =
      services.engine.apply(transaction, verb.context, instance, verb.command, action);
  if (applied.has_value()) return api::json_response(200, applied_json(names_of(call), *applied));
  if (!seen.has_value() && tells_that_it_exists(applied.error())) return seen.error();
  return applied.error();
}

api::Answer on_item(const api::Call& call, std::string_view action, const ReadCommand& read) {
  return write_once(
      call, read_verb(call, read),
      [action](const api::Call& caller, const Verb& verb, ports::WriteTransaction& transaction) {
        return apply(caller, verb, action, transaction);
      });
}

AddedAs read_position(api::StrictBody& body) {
  const std::string position = read_text(body, "position", api::Need::required);
  for (const AddedAs known : {AddedAs::before, AddedAs::after, AddedAs::parallel}) {
    if (position == name(known)) return known;
  }
  if (!position.empty()) {
    body.report("position", api::kValueUnknown, "expected before, after or parallel");
  }
  return AddedAs::parallel;
}

}  // namespace

api::Answer claim_work_item(const api::Call& call) {
  return on_item(call, "claim", [](api::StrictBody&, const Names&, WorkItemId item) {
    return process::Claim{item, {}};
  });
}

api::Answer unclaim_work_item(const api::Call& call) {
  return on_item(call, "unclaim", [](api::StrictBody&, const Names&, WorkItemId item) {
    return process::Unclaim{item, {}};
  });
}

api::Answer transfer_work_item(const api::Call& call) {
  return on_item(call, "transfer", [](api::StrictBody& body, const Names& names, WorkItemId item) {
    process::Transfer transfer;
    transfer.item = item;
    transfer.to = read_person(body, *names.people, "to");
    transfer.comment = read_text(body, "comment");
    return transfer;
  });
}

api::Answer delegate_work_item(const api::Call& call) {
  return on_item(call, "delegate", [](api::StrictBody& body, const Names& names, WorkItemId item) {
    process::Delegate delegate;
    delegate.item = item;
    delegate.to = read_person(body, *names.people, "to");
    delegate.comment = read_text(body, "comment");
    return delegate;
  });
}

api::Answer resolve_work_item(const api::Call& call) {
  return on_item(call, "resolve", [](api::StrictBody& body, const Names&, WorkItemId item) {
    return process::Resolve{item, {}, read_text(body, "comment")};
  });
}

api::Answer add_participants(const api::Call& call) {
  return on_item(call, "add_participants",
                 [](api::StrictBody& body, const Names& names, WorkItemId item) {
                   process::AddParticipants add;
                   add.item = item;
                   add.position = read_position(body);
                   add.users = read_people(body, *names.people, "users", api::Need::required);
                   add.comment = read_text(body, "comment");
                   return add;
                 });
}

api::Answer remove_participant(const api::Call& call) {
  return on_item(call, "remove_participant",
                 [](api::StrictBody& body, const Names&, WorkItemId item) {
                   process::RemoveParticipant remove;
                   remove.item = item;
                   remove.comment = read_text(body, "comment");
                   return remove;
                 });
}

api::Answer return_work_item(const api::Call& call) {
  return on_item(call, "return", [](api::StrictBody& body, const Names&, WorkItemId item) {
    process::Return command;
    command.item = item;
    command.to = read_text(body, "to");
    command.straight_back = read_flag(body, "straight_back");
    command.comment = read_text(body, "comment");
    return command;
  });
}

api::Answer take_back_work_item(const api::Call& call) {
  return on_item(call, "take_back", [](api::StrictBody& body, const Names&, WorkItemId item) {
    return process::TakeBack{{}, item, read_text(body, "comment")};
  });
}

}  // namespace cinnabar::native
