// What the checkers of a world look at: history against state, state against rows, lists against
// what they should hold.

#include "ports/schema.h"
#include "services/codec/instance_codec.h"
#include "services/rows.h"

#include "sim/world.h"

#include <algorithm>
#include <sstream>

namespace cinnabar::sim {

namespace schema = ports::schema;
using services::cell;
using services::id_of;
using services::int_of;
using services::text_of;

namespace {

std::vector<ports::Row> rows_of(ports::ReadTransaction& snapshot, const ports::Table& table,
                                FilterNode filter) {
  ports::Select select;
  select.table = &table;
  select.filter = std::move(filter);
  auto rows = snapshot.select(select);
  CINNABAR_ASSERT(rows.has_value());
  return std::move(*rows);
}

std::string named(const char* what, ProcessInstanceId id) {
  return std::string(what) + " of instance " + std::to_string(id.value());
}

}  // namespace

void World::observe() {
  if (has_failed()) return;
  auto snapshot = disk->read();
  CINNABAR_ASSERT(snapshot.has_value());
  std::set<ProcessInstanceId> touched;
  const auto audit = rows_of(**snapshot, schema::audit::kTable,
                             where(schema::audit::id, FilterOp::greater, cell(audited_)));
  for (const ports::Row& row : audit) {
    audited_ = std::max(audited_, int_of(row, schema::audit::id));
    if (text_of(row, schema::audit::subject_kind) != "process_instance") continue;
    const auto id = id_of<ProcessInstanceId>(row, schema::audit::subject_id);
    touched.insert(id);
    ++audits_of_[{text_of(row, schema::audit::request_id), id}];
  }
  for (const ProcessInstanceId id : touched) observe_instance(**snapshot, id);
}

void World::observe_instance(ports::ReadTransaction& snapshot, ProcessInstanceId id) {
  namespace columns = schema::history;
  Book& book = books_[id];
  if (book.sequence == 0) known.push_back(id);
  const auto stored = server->instances.load(snapshot, id);
  if (!stored) return fail("I2: an instance can not be read: " + to_string(stored.error()));
  const auto rows =
      rows_of(snapshot, columns::kTable,
              all_of({where_equal(columns::instance_id, cell(id)),
                      where(columns::sequence, FilterOp::greater, cell(book.sequence))}));
  if (rows.empty()) return fail("I1: " + named("the audit speaks of more than the history", id));
  for (const ports::Row& row : rows) {
    if (int_of(row, columns::sequence) != book.sequence + 1) fail("I1: the history has a gap");
    book.sequence = int_of(row, columns::sequence);
    const std::string& bytes = text_of(row, columns::events);
    mix(bytes);
    const auto events = services::codec::decode_events(bytes);
    if (!events) return fail("I2: " + named("the history can not be read", id));
    tell(id, *events);
    for (const process::Event& event : *events) process::evolve(book.folded, event);
    book.ledger.book(graph_of(book.folded), *events, services::instant_of(row, columns::at),
                     given_);
  }
  if (book.folded != *stored) fail("I2: " + named("history does not fold to the state", id));
  book.ledger.compare(graph_of(*stored), *stored);
  for (; book.reported < book.ledger.findings().size(); ++book.reported) {
    fail(book.ledger.findings()[book.reported] + named("", id));
  }
  check_rows(snapshot, *stored);
}

void World::check_rows(ports::ReadTransaction& snapshot, const process::Instance& stored) {
  namespace columns = schema::process_instance;
  const auto row = snapshot.get(columns::kTable, {cell(stored.id)});
  CINNABAR_ASSERT(row.has_value());
  const bool is_same = *row && int_of(**row, columns::status) == static_cast<int>(stored.state) &&
                       int_of(**row, columns::version) == books_[stored.id].sequence &&
                       text_of(**row, columns::title) == stored.headers.title;
  if (!is_same) fail("I4: " + named("the row differs from the state", stored.id));
  check_item_rows(snapshot, stored);
  check_other_rows(snapshot, stored);
}

// Who is asked what, by what an inbox shows and by the state.
void World::check_item_rows(ports::ReadTransaction& snapshot, const process::Instance& stored) {
  namespace columns = schema::work_item;
  using Shown =
      std::tuple<WorkItemId, ActivityInstanceId, UserId, GroupId, UserId, std::string, std::string>;
  std::set<Shown> shown;
  for (const ports::Row& row :
       rows_of(snapshot, columns::kTable,
               all_of({where_equal(columns::instance_id, cell(stored.id)),
                       where_equal(columns::state, cell(WorkItemState::open))}))) {
    shown.emplace(id_of<WorkItemId>(row, columns::id),
                  id_of<ActivityInstanceId>(row, columns::activity_id),
                  id_of<UserId>(row, columns::assignee_id), id_of<GroupId>(row, columns::group_id),
                  id_of<UserId>(row, columns::owner_id), text_of(row, columns::node_id),
                  text_of(row, columns::title));
  }
  std::set<Shown> implied;
  for (const process::ActivityInstance& activity : stored.activities) {
    for (const process::WorkItem& item : activity.work_items) {
      if (item.state != WorkItemState::open || item.waiting) continue;
      implied.emplace(item.id, activity.id, item.assignee, item.group, item.owner, activity.node_id,
                      stored.headers.title);
    }
  }
  if (shown != implied) fail("I4: " + named("work items are not those of the state", stored.id));
}

void World::check_other_rows(ports::ReadTransaction& snapshot, const process::Instance& stored) {
  std::set<std::tuple<std::int64_t, std::string, std::string, bool>> waits;
  for (const ports::Row& row : rows_of(snapshot, schema::wait::kTable,
                                       where_equal(schema::wait::instance_id, cell(stored.id)))) {
    waits.emplace(int_of(row, schema::wait::id), text_of(row, schema::wait::name),
                  text_of(row, schema::wait::correlation_key),
                  services::bool_of(row, schema::wait::active));
    const process::Wait* wait = stored.find_wait(id_of<WaitId>(row, schema::wait::id));
    if (wait == nullptr || wait->kind != WaitKind::timer) continue;
    // What failed is put off, and nothing else changes when it is due.
    const auto due = services::optional_instant_of(row, schema::wait::due_at);
    const bool is_right = has_faults ? due >= wait->due : due == wait->due;
    if (!is_right) fail("I8: " + named("a timer will come at another time", stored.id));
  }
  std::set<std::tuple<std::int64_t, std::string, std::string, bool>> waited;
  for (const process::Wait& wait : stored.waits) {
    if (wait.kind == WaitKind::condition) continue;
    waited.emplace(wait.id.value(), wait.name, wait.key, stored.state == InstanceState::running);
  }
  if (waits != waited) fail("I4: " + named("waits are not those of the state", stored.id));

  std::set<std::int64_t> incidents;
  for (const ports::Row& row :
       rows_of(snapshot, schema::incident::kTable,
               all_of({where_equal(schema::incident::instance_id, cell(stored.id)),
                       where_equal(schema::incident::resolved_at, CellValue{})}))) {
    incidents.insert(int_of(row, schema::incident::id));
  }
  std::set<std::int64_t> open;
  for (const process::Incident& incident : stored.incidents) open.insert(incident.id.value());
  if (incidents != open) fail("I4: " + named("incidents are not those of the state", stored.id));

  std::set<std::int64_t> active;
  for (const ports::Row& row : rows_of(
           snapshot, schema::activity_instance::kTable,
           all_of({where_equal(schema::activity_instance::instance_id, cell(stored.id)),
                   where_equal(schema::activity_instance::state, cell(ActivityState::active))}))) {
    active.insert(int_of(row, schema::activity_instance::id));
  }
  std::set<std::int64_t> alive;
  for (const process::ActivityInstance& activity : stored.activities) {
    alive.insert(activity.id.value());
  }
  if (active != alive) fail("I4: " + named("activities are not those of the state", stored.id));
}

// ---- lists ----

void World::observe_lists(UserId who) {
  if (has_failed()) return;
  auto snapshot = disk->read();
  CINNABAR_ASSERT(snapshot.has_value());
  const auto people = server->people.current();
  services::InboxQuery query;
  query.filter = FilterNode{AllOf{}};
  query.limit = -1;
  const auto items = server->inbox.list(**snapshot, as(who), query);
  if (!items) return fail("I0: the inbox: " + to_string(items.error()));
  std::set<WorkItemId> shown;
  for (const services::InboxItem& item : *items) shown.insert(item.id);
  std::set<WorkItemId> implied;
  const auto all = instances();
  for (const process::Instance& one : all) {
    for (const process::ActivityInstance& activity : one.activities) {
      for (const process::WorkItem& item : activity.work_items) {
        if (item.state != WorkItemState::open || item.waiting) continue;
        const bool is_of_group = !item.assignee.is_assigned() && item.group.is_assigned() &&
                                 people->is_member(item.group, who);
        if (item.assignee == who || is_of_group) implied.insert(item.id);
      }
    }
  }
  if (shown != implied) fail("I4: the inbox of " + std::to_string(who.value()) + " is another one");
  const auto count = server->inbox.count(**snapshot, as(who));
  if (!count || *count != std::ssize(implied)) fail("I4: the inbox is counted wrong");
  if (who != user("stranger")) return;
  // I10: somebody who has nothing to do with anything learns of nothing.
  if (!shown.empty()) fail("I10: a stranger has an inbox");
  for (const process::Instance& one : all) {
    for (const ProcessId process : {main, child}) {
      const auto seen = server->instances.find(**snapshot, as(who), process, 1);
      if (seen) fail("I10: a stranger finds an instance");
    }
    if (server->engine.waits(**snapshot, as(who), one.id)) fail("I10: a stranger sees waits");
    if (server->engine.variables(**snapshot, as(who), one.id)) {
      fail("I10: a stranger sees variables");
    }
    for (const process::ActivityInstance& activity : one.activities) {
      for (const process::WorkItem& item : activity.work_items) {
        const auto found = server->inbox.find(**snapshot, as(who), item.id);
        if (found) fail("I10: a stranger finds a work item");
      }
    }
  }
  services::IncidentQuery incidents;
  incidents.process = main;
  if (server->engine.incidents(**snapshot, as(who), incidents)) {
    fail("I10: a stranger sees incidents");
  }
}

// What was due, happened.
void World::check_lag() {
  const Duration late = has_faults ? minutes(30) : Duration{};
  for (const process::Instance& one : instances()) {
    if (one.state != InstanceState::running) continue;
    for (const process::Wait& wait : one.waits) {
      if (wait.kind != WaitKind::timer || !wait.due) continue;
      if (*wait.due + late < clock.now()) fail("I8: " + named("a timer is late", one.id));
    }
  }
}

// ---- the whole store ----

std::string World::content(ports::ReadTransaction& snapshot) {
  std::ostringstream out;
  for (const ports::Table* table :
       {&schema::process_instance::kTable, &schema::record::kTable, &schema::history::kTable,
        &schema::activity_instance::kTable, &schema::work_item::kTable, &schema::wait::kTable,
        &schema::incident::kTable, &schema::notice::kTable, &schema::outbox::kTable,
        &schema::idempotency::kTable, &schema::audit::kTable}) {
    out << table->name << "\n";
    for (const ports::Row& row : rows_of(snapshot, *table, FilterNode{AllOf{}})) {
      for (const CellValue& value : row) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) out << *number;
        if (const auto* text = std::get_if<std::string>(&value)) out << '\'' << *text << '\'';
        out << '|';
      }
      out << "\n";
    }
  }
  return out.str();
}

std::string World::dump() {
  auto snapshot = disk->read();
  CINNABAR_ASSERT(snapshot.has_value());
  return content(**snapshot);
}

// Nothing of an instance that has ended is left where things wait.
void World::check_end() {
  look_again();
  observe();
  auto snapshot = disk->read();
  CINNABAR_ASSERT(snapshot.has_value());
  const auto everything = FilterNode{AllOf{}};
  if (!rows_of(**snapshot, schema::outbox::kTable, everything).empty()) {
    fail("I7: something was never delivered");
  }
  if (!rows_of(**snapshot, schema::wait::kTable, everything).empty()) {
    fail("I5: something is waited for and every instance has ended");
  }
  for (const ProcessInstanceId id : known) {
    const auto stored = server->instances.load(**snapshot, id);
    const auto folded = server->instances.replay(**snapshot, id);
    if (!stored || !folded || *stored != *folded) {
      fail("I2: " + named("a replay does not give the state", id));
      continue;
    }
    if (stored->state == InstanceState::running || stored->state == InstanceState::suspended) {
      fail("I14: " + named("no end", id));
    }
  }
  for (std::size_t i = 0; i < 5 && !has_failed(); ++i) repeat(i * 7);
}

// Something that no command does, so that tests can see that the checkers see it.
void World::damage() {
  const Status damaged =
      ports::submit_and_wait(*disk, [](ports::WriteTransaction& transaction) -> Status {
        ports::Select select;
        select.table = &schema::work_item::kTable;
        select.filter = where_equal(schema::work_item::state, cell(WorkItemState::open));
        CINNABAR_TRY(const auto rows, transaction.select(select));
        for (const ports::Row& row : rows) {
          transaction.erase(schema::work_item::kTable, {row[schema::work_item::id]});
        }
        return {};
      });
  CINNABAR_ASSERT(damaged.has_value());
}

}  // namespace cinnabar::sim
