#include "services/notice_service.h"

#include "ports/schema.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <map>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace columns = schema::notice;

Error unknown(NoticeId notice) {
  return make_error(Code::not_found, reasons::kNoticeUnknown, "no such notice",
                    std::to_string(notice.value()));
}

NoticeRow read_row(const ports::Row& row) {
  NoticeRow notice;
  notice.id = id_of<NoticeId>(row, columns::id);
  notice.kind = enum_of<NoticeKind>(row, columns::kind);
  notice.created_at = instant_of(row, columns::created_at);
  notice.read_at = optional_instant_of(row, columns::read_at);
  if (notice.kind == NoticeKind::batch_finished) {
    notice.batch = int_of(row, columns::subject_id);
    notice.done = int_of(row, columns::done);
    notice.failed = int_of(row, columns::failed);
    return notice;
  }
  notice.sent_by = id_of<UserId>(row, columns::sent_by);
  notice.comment = optional_text_of(row, columns::comment).value_or("");
  if (notice.kind == NoticeKind::record) {
    notice.form = id_of<FormId>(row, columns::form_id);
    notice.record = id_of<RecordId>(row, columns::subject_id);
    return notice;
  }
  notice.instance = id_of<ProcessInstanceId>(row, columns::instance_id);
  notice.process = id_of<ProcessId>(row, columns::process_id);
  notice.number = int_of(row, columns::number);
  notice.node_id = text_of(row, columns::node_id);
  return notice;
}

FilterNode filter_of(const CallContext& context, const NoticeQuery& query) {
  std::vector<FilterNode> parts{where_equal(columns::reader_id, cell(context.principal.user)),
                                where(columns::id, FilterOp::greater, cell(query.after))};
  if (query.kind) parts.push_back(where_equal(columns::kind, cell(*query.kind)));
  if (query.is_read) {
    FilterNode unread = where_equal(columns::read_at, CellValue{});
    parts.push_back(*query.is_read ? none_of({std::move(unread)}) : std::move(unread));
  }
  if (query.processes) {
    std::vector<CellValue> processes;
    for (const ProcessId process : *query.processes) processes.push_back(cell(process));
    parts.push_back(where_one_of(columns::process_id, std::move(processes)));
  }
  if (query.since) {
    parts.push_back(where(columns::created_at, FilterOp::greater_equal, cell(*query.since)));
  }
  return all_of(std::move(parts));
}

Status fill_titles(ports::ReadTransaction& snapshot, std::vector<NoticeRow>& notices) {
  std::vector<CellValue> instances;
  for (const NoticeRow& notice : notices) {
    if (notice.instance.is_assigned()) instances.push_back(cell(notice.instance));
  }
  if (instances.empty()) return {};
  ports::Select titles;
  titles.table = &schema::process_instance::kTable;
  titles.filter = where_one_of(schema::process_instance::id, std::move(instances));
  titles.columns = {schema::process_instance::id, schema::process_instance::title};
  CINNABAR_TRY(const auto found, snapshot.select(titles));
  std::map<ProcessInstanceId, std::string> title_of;
  for (const ports::Row& row : found) {
    title_of.emplace(id_of<ProcessInstanceId>(row, schema::process_instance::id),
                     text_of(row, schema::process_instance::title));
  }
  for (NoticeRow& notice : notices) {
    if (notice.instance.is_assigned()) notice.title = title_of[notice.instance];
  }
  return {};
}

}  // namespace

std::string_view name(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::copy:
      return "copy";
    case NoticeKind::batch_finished:
      return "batch_finished";
    case NoticeKind::record:
      return "record";
  }
  CINNABAR_UNREACHABLE();
}

Status add_notice(ports::WriteTransaction& transaction, const BatchEnd& end, Instant now) {
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("runtime"));
  ports::Row row(columns::kColumns.size());
  row[columns::id] = cell(id);
  row[columns::kind] = cell(NoticeKind::batch_finished);
  row[columns::reader_id] = cell(end.reader);
  row[columns::subject_id] = cell(end.batch);
  row[columns::done] = cell(end.done);
  row[columns::failed] = cell(end.failed);
  row[columns::created_at] = cell(now);
  transaction.insert(columns::kTable, std::move(row));
  return {};
}

Status add_notice(ports::WriteTransaction& transaction, const RecordNotice& notice, Instant now) {
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("runtime"));
  ports::Row row(columns::kColumns.size());
  row[columns::id] = cell(id);
  row[columns::kind] = cell(NoticeKind::record);
  row[columns::reader_id] = cell(notice.reader);
  row[columns::sent_by] = cell_or_null(notice.sent_by);
  row[columns::comment] = cell_or_null(notice.text);
  row[columns::subject_id] = cell(notice.record);
  row[columns::form_id] = cell(notice.form);
  row[columns::created_at] = cell(now);
  transaction.insert(columns::kTable, std::move(row));
  return {};
}

NoticeService::NoticeService(ports::Clock& clock, EngineService& engine)
    : clock_(clock), engine_(engine) {}

Result<std::vector<NoticeRow>> NoticeService::list(ports::ReadTransaction& snapshot,
                                                   const CallContext& context,
                                                   const NoticeQuery& query) {
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = filter_of(context, query);
  select.order = {{columns::id, query.newest_first}};
  select.offset = query.offset;
  select.limit = std::min<std::int64_t>(query.limit, limits::kPageRowsMax);
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<NoticeRow> notices;
  for (const ports::Row& row : rows) notices.push_back(read_row(row));
  CINNABAR_CHECK_OK(fill_titles(snapshot, notices));
  return notices;
}

Result<std::optional<Applied>> NoticeService::read(ports::WriteTransaction& transaction,
                                                   const CallContext& context, NoticeId notice) {
  CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(notice)}));
  const bool is_own = row && id_of<UserId>(*row, columns::reader_id) == context.principal.user;
  if (!is_own) return unknown(notice);
  if (enum_of<NoticeKind>(*row, columns::kind) == NoticeKind::copy) {
    CINNABAR_TRY(
        Applied applied,
        engine_.apply(transaction, context, id_of<ProcessInstanceId>(*row, columns::instance_id),
                      process::ReadNotice{notice, {}}, "read_notice"));
    return std::optional{std::move(applied)};
  }
  if (!is_null(*row, columns::read_at)) return std::optional<Applied>{};
  (*row)[columns::read_at] = cell(clock_.now());
  transaction.update(columns::kTable, std::move(*row));
  return std::optional<Applied>{};
}

}  // namespace cinnabar::services
