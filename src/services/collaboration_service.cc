#include "services/collaboration_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/instance_access.h"
#include "services/instance_store.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

Result<std::vector<ports::Row>> relations_between(ports::ReadTransaction& snapshot,
                                                  ProcessInstanceId from, ProcessInstanceId to,
                                                  RelationKind kind) {
  namespace columns = schema::relation;
  ports::Select select;
  select.table = &columns::kTable;
  select.filter =
      all_of({where_equal(columns::from_instance, cell(from)),
              where_equal(columns::to_instance, cell(to)), where_equal(columns::kind, cell(kind))});
  return snapshot.select(select);
}

// The instance of a name that the caller may change.
Result<ProcessInstanceId> changeable(ports::ReadTransaction& snapshot, const Catalog& catalog,
                                     const People& people, const CallContext& context,
                                     InstanceName name) {
  CINNABAR_TRY(const ProcessInstanceId id,
               visible_instance(snapshot, catalog, people, context, name.process, name.number));
  if (people.may(context.principal.user, PermissionAction::modify, name.process)) return id;
  return not_permitted();
}

}  // namespace

CollaborationService::CollaborationService(ports::Clock& clock, const CatalogSource& catalog,
                                           const PeopleSource& people)
    : clock_(clock), catalog_(catalog), people_(people) {}

Result<CommentId> CollaborationService::comment(ports::WriteTransaction& transaction,
                                                const CallContext& context, InstanceName instance,
                                                std::int64_t position, std::string content) {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  CINNABAR_TRY(const ProcessInstanceId id, visible_instance(transaction, *catalog, *people, context,
                                                            instance.process, instance.number));
  CINNABAR_TRY(const LoadedInstance loaded, load_instance(transaction, *catalog, id));
  CINNABAR_CHECK_OK(check_may_contribute(*people, context, instance.process, loaded.instance));
  const Process* process = catalog->process(instance.process);
  if (process == nullptr || !process->settings.comments) {
    return make_error(Code::failed_precondition, reasons::kFeatureDisabled,
                      "the process takes no comments");
  }
  if (position != 0) {
    CINNABAR_TRY(const ProcessInstanceId owner,
                 instance_of_position(transaction, instance.process, position));
    if (owner != id) {
      return make_error(Code::not_found, reasons::kActivityUnknown,
                        "the position belongs to another instance", std::to_string(position));
    }
  }
  if (trim(content).empty()) {
    return make_error(Code::invalid_argument, reasons::kArgumentMissing, "a comment needs text",
                      "content");
  }
  if (content.size() > limits::kCommentBytesMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "the comment is too long",
                      "content");
  }
  CINNABAR_TRY(const std::int64_t comment, transaction.next_number("runtime"));
  const Instant now = clock_.now();
  transaction.insert(schema::comment::kTable,
                     {cell(comment), cell(id), cell(position == 0 ? id.value() : position),
                      cell(context.principal.user), cell(std::move(content)), cell(now)});
  CINNABAR_CHECK_OK(
      write_audit(transaction, context, "comment", "process_instance", id.value(), {}, now));
  return CommentId{comment};
}

Result<std::vector<Comment>> CollaborationService::comments(ports::ReadTransaction& snapshot,
                                                            const CallContext& context,
                                                            InstanceName instance) {
  namespace columns = schema::comment;
  CINNABAR_TRY(const ProcessInstanceId id,
               visible_instance(snapshot, *catalog_.current(), *people_.current(), context,
                                instance.process, instance.number));
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = where_equal(columns::instance_id, cell(id));
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<Comment> comments;
  for (const ports::Row& row : rows) {
    comments.push_back({id_of<CommentId>(row, columns::id), id, int_of(row, columns::activity_id),
                        id_of<UserId>(row, columns::author_id), text_of(row, columns::content),
                        instant_of(row, columns::created_at)});
  }
  return comments;
}

Status CollaborationService::relate(ports::WriteTransaction& transaction,
                                    const CallContext& context, InstanceName from, InstanceName to,
                                    RelationKind kind, std::optional<std::int64_t> percentage) {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  CINNABAR_TRY(const ProcessInstanceId source,
               changeable(transaction, *catalog, *people, context, from));
  CINNABAR_TRY(const ProcessInstanceId target,
               changeable(transaction, *catalog, *people, context, to));
  if (source == target) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "an instance cannot be related to itself");
  }
  if (kind == RelationKind::parent && from.process != to.process) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "parent and child must be of one process");
  }
  if (percentage && (*percentage < 0 || *percentage > 100)) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "a percentage lies between 0 and 100");
  }
  CINNABAR_TRY(const auto same, relations_between(transaction, source, target, kind));
  if (!same.empty()) {
    return make_error(Code::already_exists, reasons::kNameTaken, "the relation exists already");
  }
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("runtime"));
  const Instant now = clock_.now();
  transaction.insert(schema::relation::kTable, {cell(id), cell(source), cell(target), cell(kind),
                                                percentage ? cell(*percentage) : CellValue{},
                                                cell(context.principal.user), cell(now)});
  return write_audit(transaction, context, "relate", "process_instance", source.value(),
                     std::string(name(kind)) + " " + std::to_string(target.value()), now);
}

Status CollaborationService::unrelate(ports::WriteTransaction& transaction,
                                      const CallContext& context, InstanceName from,
                                      InstanceName to, RelationKind kind) {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  CINNABAR_TRY(const ProcessInstanceId source,
               changeable(transaction, *catalog, *people, context, from));
  CINNABAR_TRY(const ProcessInstanceId target,
               changeable(transaction, *catalog, *people, context, to));
  CINNABAR_TRY(auto rows, relations_between(transaction, source, target, kind));
  CINNABAR_TRY(auto backward, relations_between(transaction, target, source, kind));
  std::move(backward.begin(), backward.end(), std::back_inserter(rows));
  for (const ports::Row& row : rows) {
    transaction.erase(schema::relation::kTable, {row[schema::relation::id]});
  }
  return write_audit(transaction, context, "unrelate", "process_instance", source.value(),
                     std::string(name(kind)) + " " + std::to_string(target.value()), clock_.now());
}

Result<std::vector<Relation>> CollaborationService::relations(ports::ReadTransaction& snapshot,
                                                              const CallContext& context,
                                                              InstanceName instance) {
  namespace columns = schema::relation;
  const auto people = people_.current();
  CINNABAR_TRY(const ProcessInstanceId id,
               visible_instance(snapshot, *catalog_.current(), *people, context, instance.process,
                                instance.number));
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = any_of(
      {where_equal(columns::from_instance, cell(id)), where_equal(columns::to_instance, cell(id))});
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<Relation> relations;
  std::vector<CellValue> others;
  for (const ports::Row& row : rows) {
    Relation relation;
    relation.id = id_of<RelationId>(row, columns::id);
    relation.from = id_of<ProcessInstanceId>(row, columns::from_instance);
    relation.to = id_of<ProcessInstanceId>(row, columns::to_instance);
    relation.kind = enum_of<RelationKind>(row, columns::kind);
    if (!is_null(row, columns::percentage)) relation.percentage = int_of(row, columns::percentage);
    relation.outgoing = relation.from == id;
    others.push_back(cell(relation.outgoing ? relation.to : relation.from));
    relations.push_back(relation);
  }
  ports::Select other_rows;
  other_rows.table = &schema::process_instance::kTable;
  other_rows.filter = where_one_of(schema::process_instance::id, std::move(others));
  CINNABAR_TRY(const auto ends, snapshot.select(other_rows));
  std::vector<Relation> visible;
  for (Relation& relation : relations) {
    const std::int64_t other = (relation.outgoing ? relation.to : relation.from).value();
    const auto end = std::find_if(ends.begin(), ends.end(), [&](const ports::Row& row) {
      return int_of(row, schema::process_instance::id) == other;
    });
    if (end == ends.end()) continue;
    relation.other_process = id_of<ProcessId>(*end, schema::process_instance::process_id);
    relation.other_number = int_of(*end, schema::process_instance::number);
    relation.other_title = text_of(*end, schema::process_instance::title);
    relation.other_level = optional_text_of(*end, schema::process_instance::level).value_or("");
    if (people->may(context.principal.user, PermissionAction::view, relation.other_process)) {
      visible.push_back(std::move(relation));
    }
  }
  return visible;
}

}  // namespace cinnabar::services
