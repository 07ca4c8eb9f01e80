#include "api/dialects/omflow/rows.h"

#include "api/dialects/omflow/fields.h"
#include "api/dialects/omflow/gateway.h"
#include "api/dialects/omflow/ids.h"
#include "api/dialects/omflow/query.h"
#include "base/text.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace cinnabar::omflow {
namespace {

constexpr std::int64_t kPageInstances = 500;
// Rows are folded from histories and sorted in memory; a caller with more tickets names data_no.
constexpr std::size_t kTicketsMax = limits::kPageRowsMax;
constexpr std::string_view kFieldPrefix = "formitm_";

// The columns before the fields, in answer order.
enum RowColumn : std::size_t {
  kId,
  kFlowUuid,
  kDataidHeader,
  kDataNo,
  kHistory,
  kStatus,
  kTitle,
  kLevel,
  kGroup,
  kClosed,
  kStopUuid,
  kStopChartType,
  kStopChartText,
  kRunning,
  kError,
  kCreatetime,
  kUpdatetime,
  kStoptime,
  kCreateUserId,
  kUpdateUserId,
  kDataParam,
  kErrorMessage,
  kInitDataId,
  kIsChild,
  kFixedColumns,
};

std::vector<Column> fixed_columns() {
  return {{"id", ColumnKind::integer},           {"flow_uuid", ColumnKind::uuid},
          {"dataid_header", ColumnKind::text},   {"data_no", ColumnKind::integer},
          {"history", ColumnKind::boolean},      {"status", ColumnKind::text},
          {"title", ColumnKind::text},           {"level", ColumnKind::text},
          {"group", ColumnKind::text},           {"closed", ColumnKind::boolean},
          {"stop_uuid", ColumnKind::text},       {"stop_chart_type", ColumnKind::text},
          {"stop_chart_text", ColumnKind::text}, {"running", ColumnKind::boolean},
          {"error", ColumnKind::boolean},        {"createtime", ColumnKind::time},
          {"updatetime", ColumnKind::time},      {"stoptime", ColumnKind::time},
          {"create_user_id", ColumnKind::text},  {"update_user_id", ColumnKind::text},
          {"data_param", ColumnKind::text},      {"error_message", ColumnKind::text},
          {"init_data_id", ColumnKind::integer}, {"is_child", ColumnKind::boolean}};
}

// Field ids are numbered and never used again: a deleted field leaves its column.
std::optional<std::int64_t> field_number(std::string_view id) {
  const std::string lower = to_lower_ascii(id);
  if (!lower.starts_with(kFieldPrefix)) return std::nullopt;
  const auto number = parse_int(std::string_view(lower).substr(kFieldPrefix.size()));
  const bool fits =
      number && *number >= 1 && *number <= static_cast<std::int64_t>(limits::kFormFieldsMax);
  return fits ? number : std::nullopt;
}

struct RowDesign {
  std::deque<std::string> names;  // of the columns of fields
  std::vector<Column> columns;
  std::vector<const form::Field*> fields;  // of the columns after the fixed ones; null: deleted
};

RowDesign design_rows(const form::FormDefinition& form) {
  RowDesign design;
  design.columns = fixed_columns();
  std::int64_t last = 0;
  for (const form::Field& field : form.fields) {
    last = std::max(last, field_number(field.id).value_or(0));
  }
  for (std::int64_t n = 1; n <= last; ++n) {
    design.names.push_back(std::string(kFieldPrefix) + std::to_string(n));
    design.columns.push_back({design.names.back(), ColumnKind::text});
    design.fields.push_back(form.find(design.columns.back().name));
  }
  for (const form::Field& field : form.fields) {
    if (field_number(field.id)) continue;
    design.names.push_back(to_lower_ascii(field.id));
    // A field of another design tool may be called like a column of the row itself.
    const bool is_taken =
        std::any_of(design.columns.begin(), design.columns.end(),
                    [&](const Column& column) { return column.name == design.names.back(); });
    if (is_taken) design.names.back().insert(0, kFieldPrefix);
    design.columns.push_back({design.names.back(), ColumnKind::text});
    design.fields.push_back(&field);
  }
  return design;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json{} : Json{text};
}

// The door's word for the kind of a node.
Json chart_type(std::string_view kind) {
  if (kind == "user_task") return "form";
  if (kind == "start_event") return "start";
  if (kind == "end_event") return "end";
  if (kind == "exclusive_gateway" || kind == "inclusive_gateway") return "switch";
  if (kind == "parallel_gateway") return "async";
  return kind.empty() ? Json{} : Json{kind};
}

class RowMaker {
 public:
  RowMaker(const Entry& entry, const Flow& flow, const RowDesign& design)
      : flow_(flow),
        design_(design),
        people_(entry.services->people.current()),
        context_{people_.get(), entry.time_zone} {}

  [[nodiscard]] QueryRow make(const services::InstanceSummary& summary,
                              const services::Position& position) const {
    QueryRow row(design_.columns.size());
    row[kId] = position.id;
    row[kFlowUuid] = flow_.process->uuid;
    row[kDataNo] = summary.number;
    row[kHistory] = position.is_past;
    row[kStatus] = text_or_null(position.headers.status);
    row[kTitle] = text_or_null(position.headers.title);
    row[kLevel] = text_or_null(position.headers.level);
    row[kGroup] = group_of(position.fields);
    row[kClosed] = position.is_closed;
    row[kStopUuid] = text_or_null(position.node_id);
    row[kStopChartType] = chart_type(position.node_kind);
    row[kStopChartText] = text_or_null(position.node_name);
    row[kRunning] = false;
    row[kError] = position.has_incident;
    row[kCreatetime] = time_of(position.created_at);
    row[kUpdatetime] = time_of(position.updated_at);
    if (position.stopped_at) row[kStoptime] = time_of(*position.stopped_at);
    row[kCreateUserId] = name_of(position.created_by);
    row[kUpdateUserId] = name_of(position.updated_by);
    row[kErrorMessage] = text_or_null(position.incident_detail);
    row[kInitDataId] = summary.id.value();
    row[kIsChild] = false;
    for (std::size_t i = 0; i < design_.fields.size(); ++i) {
      if (design_.fields[i] == nullptr) continue;
      const auto value = position.fields.find(design_.fields[i]->id);
      if (value != position.fields.end()) {
        row[kFixedColumns + i] = wire_text(value->second, context_);
      }
    }
    return row;
  }

 private:
  [[nodiscard]] Json time_of(Instant at) const { return to_local_millis(at, context_.time_zone); }

  [[nodiscard]] Json name_of(UserId id) const {
    const services::User* user = people_->user(id);
    return user == nullptr ? Json{} : Json{user->name};
  }

  // JSON text with the names of the assignee's group and person.
  [[nodiscard]] Json group_of(const FieldValues& fields) const {
    const form::Field* field = flow_.process->current->form->find_role(form::FieldRole::assignee);
    const auto value = field == nullptr ? fields.end() : fields.find(field->id);
    if (value == fields.end()) return {};
    const auto* assignee = value->second.get<AssigneeRef>();
    if (assignee == nullptr) return {};
    const services::Group* group = people_->group(assignee->group);
    const services::User* user = people_->user(assignee->user);
    Json names = Json::object();
    names.set("group", group == nullptr ? std::string{} : group->display_name)
        .set("user", user == nullptr ? std::string{} : user->display_name);
    return print(names, {.ascii = false, .spaced = true});
  }

  const Flow& flow_;
  const RowDesign& design_;
  std::shared_ptr<const services::People> people_;
  FieldContext context_;
};

// `status` holds the option's text; clients search it by the option's value too.
void accept_status_values(Query& query, const form::FormDefinition& form) {
  const form::Field* field = form.find_role(form::FieldRole::status);
  if (field == nullptr) return;
  for (auto* conditions : {&query.search, &query.exclude}) {
    for (QueryCondition& condition : *conditions) {
      if (condition.column != kStatus || condition.op == Operator::contains) continue;
      for (Json& value : condition.values) {
        for (const form::Option& option : field->options) {
          if (value == Json{option.value}) {
            value = Json{option.text};
            break;
          }
        }
      }
    }
  }
}

// The one number that a search names, so that other tickets need not be read.
std::optional<std::int64_t> number_searched(const Query& query) {
  for (const QueryCondition& condition : query.search) {
    if (condition.column == kDataNo && condition.op == Operator::equal) {
      return condition.values.front().as_int();
    }
  }
  return std::nullopt;
}

Result<std::vector<QueryRow>> read_rows(const api::Call& call, const Entry& entry, const Flow& flow,
                                        const RowDesign& design, const Query& query) {
  const RowMaker maker(entry, flow, design);
  const auto number = number_searched(query);
  std::vector<QueryRow> rows;
  std::size_t tickets = 0;
  ProcessInstanceId after;
  while (true) {
    CINNABAR_TRY(const auto page, entry.services->instances.positions(*call.snapshot, entry.context,
                                                                      flow.process->id, number,
                                                                      after, kPageInstances));
    tickets += page.size();
    if (tickets > kTicketsMax) {
      return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                        "too many tickets to search; name data_no", "data_no");
    }
    for (const services::InstancePositions& one : page) {
      after = one.summary.id;
      for (const services::Position& position : one.positions) {
        QueryRow row = maker.make(one.summary, position);
        if (matches(query, design.columns, row, entry.time_zone)) rows.push_back(std::move(row));
      }
    }
    if (std::ssize(page) < kPageInstances) return rows;
  }
}

}  // namespace

api::Answer list_rows(const api::Call& call) {
  return with_entry(call, [&](const Entry& entry) -> api::Answer {
    const auto refuse = [&](const Error& error) {
      return entry.voice.refuse(Shape::list, Verb::query, error);
    };
    const auto flow = find_flow(entry, call.captures.at(0));
    if (!flow) return refuse(flow.error());
    const form::FormDefinition& form = *flow->process->current->form;
    const RowDesign design = design_rows(form);
    auto query = read_query(entry.parameters, design.columns, entry.time_zone);
    if (!query) return refuse(query.error());
    accept_status_values(*query, form);
    auto rows = read_rows(call, entry, *flow, design, *query);
    if (!rows) return refuse(rows.error());
    return entry.voice.success(Shape::list, Text::queried,
                               evaluate(*query, design.columns, std::move(*rows), entry.time_zone));
  });
}

}  // namespace cinnabar::omflow
