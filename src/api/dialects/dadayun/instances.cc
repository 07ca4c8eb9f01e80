#include "api/dialects/dadayun/instances.h"

#include "api/dialects/dadayun/body.h"
#include "api/dialects/dadayun/instance_columns.h"
#include "api/dialects/dadayun/list_answer.h"
#include "api/dialects/dadayun/workflow_data.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::dadayun {
namespace {

// The rows of one list after the other, as if they were one.
Status each_row(Entry& entry, services::InstanceQuery query, const InstanceListRequest& request,
                const std::function<Status(const services::ListedInstance&)>& take) {
  services::InstanceListService& lists = entry.call.services->instance_lists;
  ports::ReadTransaction& snapshot = *entry.call.snapshot;
  if (request.parts.empty()) return lists.each(snapshot, entry.context, query, take);
  const FilterNode filter = query.filter;
  for (const std::vector<InstanceState>& part : request.parts) {
    if (query.limit == 0) return {};
    std::vector<CellValue> states;
    for (const InstanceState state : part) {
      states.emplace_back(static_cast<std::int64_t>(state));
    }
    query.filter =
        all_of({where_one_of(services::instance_columns::status, std::move(states)), filter});
    CINNABAR_TRY(const std::int64_t there, lists.count(snapshot, entry.context, query));
    if (there <= query.offset) {
      query.offset -= there;
      continue;
    }
    CINNABAR_CHECK_OK(lists.each(snapshot, entry.context, query, take));
    query.limit -= std::min(query.limit, there - query.offset);
    query.offset = 0;
  }
  return {};
}

// Looks at every row that the store lets through.
Result<http::Response> list_tested(Entry& entry, services::InstanceQuery query,
                                   const InstanceListRequest& request, InstanceColumns& columns,
                                   const PageRequest& page) {
  query.offset = 0;
  query.limit = INT64_MAX;
  ListAnswer list(entry.call);
  std::int64_t fitting = 0;
  CINNABAR_CHECK_OK(
      each_row(entry, query, request, [&](const services::ListedInstance& one) -> Status {
        const bool fits =
            std::ranges::all_of(columns.tests(), [&one](const auto& test) { return test(one); });
        if (!fits) return {};
        const std::int64_t place = fitting++;
        if (place < page.start || place - page.start >= page.limit) return {};
        return list.add(columns.row(one));
      }));
  return list.finish(page.wants_total ? std::optional<std::int64_t>{fitting} : std::nullopt);
}

}  // namespace

Result<http::Response> list_instances(Entry& entry) {
  CINNABAR_TRY(const services::Process* process, find_template(entry, entry.call.captures.at(0)));
  InstanceColumns columns(entry, *process);
  InstanceListRequest request;
  CINNABAR_TRY(request.filter, columns.filter(entry.query.text("filter")));
  CINNABAR_CHECK_OK(columns.sort(entry.query.text("sort"), request));
  services::InstanceQuery query;
  query.process = process->id;
  query.filter = request.filter;
  query.order = request.order;
  CINNABAR_TRY(const PageRequest page, read_page(entry.query));
  query.offset = page.start;
  query.limit = page.limit;
  if (!columns.tests().empty()) return list_tested(entry, query, request, columns, page);
  std::optional<std::int64_t> total;
  if (page.needs_count()) {
    CINNABAR_TRY(total, entry.call.services->instance_lists.count(*entry.call.snapshot,
                                                                  entry.context, query));
  }
  if (!page.wants_total) total.reset();
  ListAnswer list(entry.call);
  CINNABAR_CHECK_OK(each_row(entry, query, request, [&](const services::ListedInstance& one) {
    return list.add(columns.row(one));
  }));
  return list.finish(total);
}

Result<Target> find_target(const Entry& entry) {
  Target target;
  CINNABAR_TRY(target.process, find_template(entry, entry.call.captures.at(0)));
  const std::string& id = entry.call.captures.at(1);
  const auto instance = from_guid(IdKind::instance, id);
  if (!instance) {
    return make_error(Code::not_found, reasons::kInstanceUnknown, "no such process instance",
                      std::string(utf8_prefix(id, 64)));
  }
  target.instance = ProcessInstanceId{*instance};
  return target;
}

Result<http::Response> show_instance(Entry& entry) {
  CINNABAR_TRY(const Target target, find_target(entry));
  CINNABAR_TRY(const services::ListedInstance found,
               entry.call.services->instance_lists.find(*entry.call.snapshot, entry.context,
                                                        target.process->id, target.instance));
  return answer(entry.call, 200, InstanceColumns(entry, *target.process).row(found));
}

Result<Write> start_instance(std::shared_ptr<Entry> entry) {
  CINNABAR_TRY(const services::Process* process, find_template(*entry, entry->call.captures.at(0)));
  CINNABAR_TRY(const Body body, Body::read(*entry->call.request, entry->query));
  CINNABAR_TRY(WorkflowData data, read_workflow_data(*entry, *process, body));
  services::StartRequest request;
  request.process = process->id;
  request.chosen = std::move(data.actors);
  CINNABAR_TRY(request.important, body.flag("isImportant", false));
  CINNABAR_TRY(request.urgent, body.flag("isUrgent", false));
  CINNABAR_TRY(const std::string title, body.text("title"));
  const services::DeployedForm* form = entry->catalog->form(process->form);
  const form::Field* field =
      form == nullptr ? nullptr : form->definition->find_role(form::FieldRole::title);
  if (!title.empty() && field != nullptr && !data.fields.contains(field->id)) {
    data.fields.insert_or_assign(field->id, FieldValue::text(title));
  }
  request.fields = std::move(data.fields);
  return Write{[entry, process, request = std::move(request)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
    services::Services& services = *entry->call.services;
    CINNABAR_TRY(const services::Started started,
                 services.instances.start(transaction, entry->context, request));
    const std::string id = to_guid(IdKind::instance, started.instance.value());
    http::Response response =
        answer(entry->call, 201, InstanceColumns(*entry, *process).row(started.listed));
    response.headers.push_back({"Location", entry->call.request->path + "/" + id});
    return response;
  }};
}

}  // namespace cinnabar::dadayun
