#include "api/dialects/omflow/tickets.h"

#include "api/dialects/omflow/fields.h"
#include "api/dialects/omflow/files.h"
#include "api/dialects/omflow/gateway.h"
#include "api/dialects/omflow/ids.h"
#include "vocab/reasons.h"

#include <utility>

namespace cinnabar::omflow {
namespace {

using StatusType = OmflowOptions::StatusType;

FieldContext field_context(const Entry& entry, const services::People& people) {
  return FieldContext{&people, entry.time_zone};
}

Status check_body(const Entry& entry) {
  if (!entry.request->body_error) return {};
  return make_error(Code::invalid_argument, reasons::kMultipartMalformed,
                    "the body is no complete multipart body", *entry.request->body_error);
}

// The id of the created ticket as the caller's kind of client reads it. A start that checks its
// data tells no number, as documented.
Json created_result(const services::Started& started, StatusType type) {
  if (started.was_checked) return type == StatusType::document ? Json{""} : Json{};
  return type == StatusType::document ? Json{std::to_string(started.number)} : Json{started.number};
}

Json pushed_result(const services::Completed& completed, StatusType type) {
  return type == StatusType::document ? Json{""} : Json{completed.number};
}

Result<services::StartRequest> read_start(const Entry& entry, const Flow& flow) {
  const auto people = entry.services->people.current();
  const form::FormDefinition& form = *flow.process->current->form;
  CINNABAR_CHECK_OK(check_body(entry));
  services::StartRequest request;
  request.process = flow.process->id;
  CINNABAR_TRY(const Json::Array items, entry.parameters.list("formdata"));
  CINNABAR_TRY(const Json::Object variables, entry.parameters.object("start_input"));
  CINNABAR_TRY(request.fields, read_variables(variables, form, field_context(entry, *people)));
  CINNABAR_TRY(FieldValues fields, read_fields(items, form, field_context(entry, *people)));
  for (auto& [id, value] : fields) request.fields.insert_or_assign(id, std::move(value));
  CINNABAR_TRY(request.files, store_files(entry, form));
  return request;
}

// Which form the fields and files belong to is known when the ticket is read.
Result<services::CompleteRequest> read_push(const Entry& entry, const Flow& flow) {
  CINNABAR_CHECK_OK(check_body(entry));
  services::CompleteRequest request;
  request.process = flow.process->id;
  CINNABAR_TRY(const std::int64_t data_id, read_id(entry.parameters, "data_id"));
  request.activity = ActivityInstanceId{data_id};
  if (entry.parameters.is_truthy("quick_action")) {
    request.quick_action = entry.parameters.text("quick_action");
    if (!request.quick_action) {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed, "a name is expected",
                        "quick_action");
    }
  } else {
    CINNABAR_TRY(Json::Array items, entry.parameters.list("formdata"));
    CINNABAR_TRY(auto listed, listed_files(entry));
    request.read_changes = [items = std::move(items), listed = std::move(listed),
                            people = entry.services->people.current(), zone = entry.time_zone](
                               const form::FormDefinition& form) -> Result<FieldValues> {
      CINNABAR_CHECK_OK(check_listed_files(listed, form));
      return read_fields(items, form, FieldContext{people.get(), zone});
    };
  }
  CINNABAR_TRY(request.files, store_files(entry));
  return request;
}

api::Answer create_ticket(const Entry& entry, const Flow& flow) {
  const auto refuse = [voice = entry.voice](const Error& error) {
    return voice.refuse(Shape::ticket, Verb::create, error);
  };
  auto request = read_start(entry, flow);
  if (!request) return refuse(request.error());
  api::WriteStep step;
  step.run = [services = entry.services, context = entry.context, voice = entry.voice,
              request = std::move(*request)](
                 ports::WriteTransaction& transaction) -> Result<http::Response> {
    CINNABAR_TRY(const services::Started started,
                 services->instances.start(transaction, context, request));
    return voice.success(Shape::ticket, Text::created,
                         created_result(started, voice.options().status_type));
  };
  step.refuse = refuse;
  return step;
}

api::Answer push_ticket(const Entry& entry, const Flow& flow) {
  if (!entry.parameters.has("data_id")) return entry.voice.missing(Shape::ticket, "data_id");
  if (!entry.parameters.is_truthy("data_id")) return entry.voice.empty(Shape::ticket, "data_id");
  const auto refuse = [voice = entry.voice](const Error& error) {
    return voice.refuse(Shape::ticket, Verb::push, error);
  };
  auto request = read_push(entry, flow);
  if (!request) return refuse(request.error());
  api::WriteStep step;
  step.run = [services = entry.services, context = entry.context, voice = entry.voice,
              request = std::move(*request)](
                 ports::WriteTransaction& transaction) -> Result<http::Response> {
    CINNABAR_TRY(const services::Completed completed,
                 services->instances.complete(transaction, context, request));
    return voice.success(Shape::ticket, Text::pushed,
                         pushed_result(completed, voice.options().status_type));
  };
  step.refuse = refuse;
  return step;
}

Result<std::vector<std::int64_t>> read_numbers(const Parameters& parameters) {
  CINNABAR_TRY(const Json::Array list, parameters.list("data_no"));
  std::vector<std::int64_t> numbers;
  for (const Json& element : list) {
    const auto number = whole_number(element);
    if (!number) {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                        "whole numbers are expected", "data_no");
    }
    numbers.push_back(*number);
  }
  return numbers;
}

api::Answer delete_tickets(const Entry& entry, const Flow& flow) {
  if (!entry.parameters.has("data_no")) return entry.voice.missing(Shape::plain, "data_no");
  if (!entry.parameters.is_truthy("data_no")) return entry.voice.empty(Shape::plain, "data_no");
  const auto refuse = [voice = entry.voice](const Error& error) {
    return voice.refuse(Shape::plain, Verb::other, error);
  };
  auto numbers = read_numbers(entry.parameters);
  if (!numbers) return refuse(numbers.error());
  api::WriteStep step;
  step.run = [services = entry.services, context = entry.context, voice = entry.voice,
              process = flow.process->id, numbers = std::move(*numbers)](
                 ports::WriteTransaction& transaction) -> Result<http::Response> {
    CINNABAR_TRY([[maybe_unused]] const std::int64_t removed,
                 services->instances.remove(transaction, context, process, numbers));
    return voice.success(Shape::plain, Text::deleted, "");
  };
  step.refuse = refuse;
  return step;
}

api::Answer edit(const Entry& entry, std::string_view api_path) {
  const Voice& voice = entry.voice;
  if (!entry.parameters.has("action")) return voice.missing(Shape::ticket, "action");
  if (!entry.parameters.is_truthy("action")) return voice.empty(Shape::ticket, "action");
  const std::string action = entry.parameters.text("action").value_or("");
  const bool known = action == "create" || action == "update" || action == "delete";
  if (!known) return voice.failure(Shape::ticket, 404, Text::action_wrong);
  const auto flow = find_flow(entry, api_path);
  const Shape shape = action == "delete" ? Shape::plain : Shape::ticket;
  if (!flow) return voice.refuse(shape, Verb::other, flow.error());
  if (action == "create") return create_ticket(entry, *flow);
  if (action == "update") return push_ticket(entry, *flow);
  return delete_tickets(entry, *flow);
}

}  // namespace

api::Answer edit_ticket(const api::Call& call) {
  return with_entry(call, [&](const Entry& entry) { return edit(entry, call.captures.at(0)); });
}

api::Answer query_ticket(const api::Call& call) {
  return with_entry(call, [&](const Entry& entry) -> api::Answer {
    const Voice& voice = entry.voice;
    if (!entry.parameters.has("data_no")) return voice.missing(Shape::ticket, "data_no");
    if (!entry.parameters.is_truthy("data_no")) return voice.empty(Shape::ticket, "data_no");
    const auto flow = find_flow(entry, call.captures.at(0));
    if (!flow) return voice.failure(Shape::ticket, 404, Text::query_failed);
    const auto number = read_id(entry.parameters, "data_no");
    if (!number) return voice.refuse(Shape::ticket, Verb::query, number.error());
    const auto open = entry.services->instances.open_positions(*call.snapshot, entry.context,
                                                               flow->process->id, *number);
    if (!open) return voice.refuse(Shape::ticket, Verb::query, open.error());
    Json result = Json::array();
    for (const services::OpenPosition& position : *open) {
      Json row = Json::object();
      row.set("data_id", position.activity.value()).set("stop_chart_text", position.node_name);
      result.push(std::move(row));
    }
    return voice.success(Shape::ticket, Text::queried, std::move(result));
  });
}

}  // namespace cinnabar::omflow
