#include "api/dialects/omflow/collaboration.h"

#include "api/dialects/omflow/gateway.h"
#include "api/dialects/omflow/ids.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <optional>
#include <utility>

namespace cinnabar::omflow {
namespace {

// The first of these parameters that is missing.
std::optional<std::string_view> first_missing(const Entry& entry,
                                              std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (!entry.parameters.is_truthy(name)) return name;
  }
  return std::nullopt;
}

http::Response tell_missing(const Entry& entry, std::string_view name) {
  return entry.parameters.has(name) ? entry.voice.empty(Shape::plain, name)
                                    : entry.voice.missing(Shape::plain, name);
}

// The ticket that a call names by flow and data_no.
Result<services::InstanceName> named_ticket(const Entry& entry) {
  CINNABAR_TRY(const Flow flow, find_flow(entry));
  CINNABAR_TRY(const std::int64_t number, read_id(entry.parameters, "data_no"));
  return services::InstanceName{flow.process->id, number};
}

struct WorklogRequest {
  services::InstanceName ticket;
  std::int64_t data_id = 0;  // 0: the ticket as a whole
  std::string content;
};

Result<WorklogRequest> read_worklog(const Entry& entry) {
  WorklogRequest request;
  CINNABAR_TRY(request.ticket, named_ticket(entry));
  if (entry.parameters.is_truthy("data_id")) {
    CINNABAR_TRY(request.data_id, read_id(entry.parameters, "data_id"));
  }
  const auto content = entry.parameters.text("content");
  if (!content) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed, "text is expected",
                      "content");
  }
  request.content = *content;
  return request;
}

// A word of the wire and what it means, seen from the ticket that is asked about.
struct RelationWord {
  std::string_view word;
  RelationKind kind;
  bool outgoing;
};
constexpr RelationWord kRelationWords[] = {
    {"parent", RelationKind::parent, true},  {"child", RelationKind::parent, false},
    {"affect", RelationKind::affects, true}, {"affected", RelationKind::affects, false},
    {"own", RelationKind::owns, true},       {"belong", RelationKind::owns, false},
    {"link", RelationKind::link, true},
};

std::string_view relation_word(RelationKind kind, bool outgoing) {
  for (const RelationWord& entry : kRelationWords) {
    if (entry.kind == kind && (entry.outgoing == outgoing || kind == RelationKind::link)) {
      return entry.word;
    }
  }
  return "link";
}

struct RelationRequest {
  services::InstanceName ticket;
  ProcessId other_process;
  std::vector<std::int64_t> other_numbers;
  RelationWord word = kRelationWords[0];
  std::optional<std::int64_t> percentage;
  bool is_delete = false;
};

Error malformed(std::string_view name, std::string detail) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::move(detail),
                    std::string(name));
}

Result<RelationWord> read_relation_word(const Parameters& parameters) {
  const std::string word = parameters.text("relation_type").value_or("");
  for (const RelationWord& entry : kRelationWords) {
    if (entry.word == word) return entry;
  }
  return malformed("relation_type", "no such relation");
}

Result<RelationRequest> read_relation(const Entry& entry) {
  RelationRequest request;
  request.is_delete = entry.parameters.text("action") == "delete";
  CINNABAR_TRY(request.ticket, named_ticket(entry));
  CINNABAR_TRY(request.word, read_relation_word(entry.parameters));
  const std::string uuid = entry.parameters.text("object_flow").value_or("");
  const auto catalog = entry.services->catalog.current();
  const services::Process* other = catalog->process_by_uuid(uuid);
  if (other == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "no such flow", uuid);
  }
  request.other_process = other->id;
  CINNABAR_TRY(const Json::Array numbers, entry.parameters.list("object_no"));
  for (const Json& value : numbers) {
    const auto number = whole_number(value);
    if (!number) return malformed("object_no", "whole numbers are expected");
    request.other_numbers.push_back(*number);
  }
  if (request.other_numbers.size() > limits::kAttachmentsPerCommandMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many tickets at once",
                      "object_no");
  }
  if (entry.parameters.is_truthy("relation_percentage")) {
    CINNABAR_TRY(request.percentage, read_id(entry.parameters, "relation_percentage"));
  }
  return request;
}

Status apply_relation(services::CollaborationService& service, ports::WriteTransaction& transaction,
                      const services::CallContext& context, const RelationRequest& request) {
  for (const std::int64_t number : request.other_numbers) {
    services::InstanceName from = request.ticket;
    services::InstanceName to{request.other_process, number};
    if (!request.word.outgoing) std::swap(from, to);
    CINNABAR_CHECK_OK(request.is_delete
                          ? service.unrelate(transaction, context, from, to, request.word.kind)
                          : service.relate(transaction, context, from, to, request.word.kind,
                                           request.percentage));
  }
  return {};
}

// What belongs to the ticket that a call names by flow and data_no: `load` fetches it, `print`
// makes the rows of the answer.
template <typename Load, typename Print>
api::Answer list_of_ticket(const api::Call& call, Text told, Load load, Print print) {
  return with_entry(call, [&](const Entry& entry) -> api::Answer {
    if (const auto name = first_missing(entry, {"data_no"})) return tell_missing(entry, *name);
    const auto refuse = [&](const Error& error) {
      return entry.voice.refuse(Shape::plain, Verb::other, error);
    };
    const auto ticket = named_ticket(entry);
    if (!ticket) return refuse(ticket.error());
    const auto loaded = load(entry, *ticket);
    if (!loaded) return refuse(loaded.error());
    return entry.voice.success(Shape::plain, told, print(entry, *ticket, *loaded));
  });
}

Json worklog_rows(const Entry& entry, const services::InstanceName& ticket,
                  const std::vector<services::Comment>& comments) {
  const auto catalog = entry.services->catalog.current();
  const auto people = entry.services->people.current();
  Json rows = Json::array();
  for (const services::Comment& comment : comments) {
    const services::User* author = people->user(comment.author);
    Json row = Json::object();
    row.set("id", comment.id.value())
        .set("flow_uuid", catalog->process(ticket.process)->uuid)
        .set("create_user_id__nick_name", author == nullptr ? Json{} : Json{author->display_name})
        .set("content", comment.content)
        .set("createtime", to_local_millis(comment.created_at, entry.time_zone))
        .set("substitute_id__nick_name", {});
    rows.push(std::move(row));
  }
  return rows;
}

Json relation_rows(const Entry& entry, const services::InstanceName&,
                   const std::vector<services::Relation>& relations) {
  const auto catalog = entry.services->catalog.current();
  Json rows = Json::array();
  for (const services::Relation& relation : relations) {
    const services::Process* other = catalog->process(relation.other_process);
    Json row = Json::object();
    row.set("id", relation.id.value())
        .set("relation_type", relation_word(relation.kind, relation.outgoing))
        .set("relation_percentage", relation.percentage ? Json{*relation.percentage} : Json{})
        .set("object_flow", other == nullptr ? Json{} : Json{other->uuid})
        .set("flow_name", other == nullptr ? Json{} : Json{other->name})
        .set("object_no", relation.other_number)
        .set("title", relation.other_title)
        .set("level", relation.other_level);
    rows.push(std::move(row));
  }
  return rows;
}

}  // namespace

api::Answer create_worklog(const api::Call& call) {
  return with_entry(call, [](const Entry& entry) -> api::Answer {
    if (const auto name = first_missing(entry, {"data_no", "content"})) {
      return tell_missing(entry, *name);
    }
    const auto refuse = [voice = entry.voice](const Error& error) {
      return voice.refuse(Shape::plain, Verb::other, error);
    };
    auto request = read_worklog(entry);
    if (!request) return refuse(request.error());
    api::WriteStep step;
    step.run = [services = entry.services, context = entry.context, voice = entry.voice,
                request = std::move(*request)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
      CINNABAR_TRY([[maybe_unused]] const CommentId id,
                   services->collaboration.comment(transaction, context, request.ticket,
                                                   request.data_id, request.content));
      return voice.success(Shape::plain, Text::built, {});
    };
    step.refuse = refuse;
    return step;
  });
}

api::Answer list_worklog(const api::Call& call) {
  const auto load = [&](const Entry& entry, const services::InstanceName& ticket) {
    return entry.services->collaboration.comments(*call.snapshot, entry.context, ticket);
  };
  return list_of_ticket(call, Text::searched, load, worklog_rows);
}

api::Answer edit_relations(const api::Call& call) {
  return with_entry(call, [](const Entry& entry) -> api::Answer {
    if (const auto name = first_missing(
            entry, {"action", "data_no", "object_flow", "object_no", "relation_type"})) {
      return tell_missing(entry, *name);
    }
    const std::string action = entry.parameters.text("action").value_or("");
    if (action != "create" && action != "delete") {
      return entry.voice.failure(Shape::plain, 404, Text::action_wrong);
    }
    const auto refuse = [voice = entry.voice](const Error& error) {
      return voice.refuse(Shape::plain, Verb::other, error);
    };
    auto request = read_relation(entry);
    if (!request) return refuse(request.error());
    api::WriteStep step;
    step.run = [services = entry.services, context = entry.context, voice = entry.voice,
                request = std::move(*request)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
      CINNABAR_CHECK_OK(apply_relation(services->collaboration, transaction, context, request));
      return voice.success(Shape::plain, request.is_delete ? Text::deleted : Text::built, {});
    };
    step.refuse = refuse;
    return step;
  });
}

api::Answer list_relations(const api::Call& call) {
  const auto load = [&](const Entry& entry, const services::InstanceName& ticket) {
    return entry.services->collaboration.relations(*call.snapshot, entry.context, ticket);
  };
  return list_of_ticket(call, Text::read, load, relation_rows);
}

}  // namespace cinnabar::omflow
