// What the SQLite storage promises beyond the common contract: its schema is the descriptors', its
// indexes serve the lists, one store per folder, backups, version gate, damage.
#include "ports/indexes.h"
#include "storage/sql/migrate.h"
#include "storage/sql/select_compiler.h"
#include "storage/sql/statements.h"
#include "storage/sqlite/sqlite_connection.h"
#include "storage/sqlite/sqlite_store.h"

#include "conformance/store_fixture.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <thread>

namespace cinnabar::conformance {
namespace {

using ports::ColumnType;
using sqlite::SqliteConnection;
using sqlite::SqliteOptions;
using sqlite::SqliteStore;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SqliteContractTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "cinnabar.db"; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::unique_ptr<SqliteStore> open() {
    SqliteOptions options;
    options.path = path();
    auto opened = SqliteStore::open(std::move(options));
    EXPECT_TRUE(opened.has_value()) << to_string(opened.error());
    auto store = std::move(opened).value();
    EXPECT_EQ(reason_of(store->migrate()), "ok");
    return store;
  }
  std::unique_ptr<SqliteConnection> connect(SqliteConnection::Mode mode) {
    SqliteConnection::Settings settings;
    settings.mode = mode;
    auto opened = SqliteConnection::open(path(), settings);
    EXPECT_TRUE(opened.has_value()) << to_string(opened.error());
    return std::move(opened).value();
  }
  static Status add_user(ports::Store& store, std::int64_t id) {
    return ports::submit_and_wait(store, [id](WriteTransaction& tx) -> Status {
      tx.insert(schema::user_account::kTable, user(id, "user" + std::to_string(id)));
      return {};
    });
  }

 private:
  TemporaryFolder folder_;
};

std::string text_of(const CellValue& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? std::string() : *text;
}

std::vector<Row> query(SqliteConnection& connection, const std::string& text,
                       std::vector<ColumnType> types) {
  auto rows = connection.query(text, {}, types);
  EXPECT_TRUE(rows.has_value()) << text << ": " << to_string(rows.error());
  return std::move(rows).value();
}

TEST_F(SqliteContractTest, migrated_tables_are_exactly_the_descriptors) {
  const auto store = open();
  const auto connection = connect(SqliteConnection::Mode::read_only);
  std::vector<std::string> expected{"schema_migration", "sequence"};
  for (const Table* table : schema::kAll) {
    expected.emplace_back(table->name);
    const auto rows = query(*connection, "PRAGMA table_info(" + std::string(table->name) + ")",
                            {ColumnType::integer, ColumnType::text, ColumnType::text,
                             ColumnType::integer, ColumnType::text, ColumnType::integer});
    ASSERT_EQ(rows.size(), table->columns.size()) << table->name;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const ports::Column& column = table->columns[i];
      const std::string type = column.type == ColumnType::integer ? "INTEGER"
                               : column.type == ColumnType::text  ? "TEXT"
                                                                  : "BLOB";
      const std::int64_t key = i < table->key_columns ? static_cast<std::int64_t>(i) + 1 : 0;
      EXPECT_EQ(text_of(rows[i][1]), column.name) << table->name;
      EXPECT_EQ(text_of(rows[i][2]), type) << table->name << "." << column.name;
      EXPECT_EQ(rows[i][3], CellValue{std::int64_t{column.nullable ? 0 : 1}})
          << table->name << "." << column.name;
      EXPECT_EQ(rows[i][5], CellValue{key}) << table->name << "." << column.name;
    }
  }
  std::vector<std::string> found;
  for (const Row& row : query(*connection,
                              "SELECT name FROM sqlite_schema WHERE type = 'table'"
                              " AND name NOT LIKE 'sqlite_%'",
                              {ColumnType::text})) {
    found.push_back(text_of(row[0]));
  }
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, expected);
}

TEST_F(SqliteContractTest, migrated_indexes_are_exactly_the_descriptors) {
  const auto store = open();
  const auto connection = connect(SqliteConnection::Mode::read_only);
  for (const ports::Index& index : ports::kIndexes) {
    const std::string name(index.name);
    std::vector<std::string> columns;
    for (const Row& row : query(*connection, "PRAGMA index_info(" + name + ")",
                                {ColumnType::integer, ColumnType::integer, ColumnType::text})) {
      columns.push_back(text_of(row[2]));
    }
    std::vector<std::string> expected;
    for (const std::uint16_t column : index.column_list()) {
      expected.emplace_back(index.table->columns[column].name);
    }
    EXPECT_EQ(columns, expected) << name;
    const auto rows =
        query(*connection, "SELECT tbl_name, sql FROM sqlite_schema WHERE name = '" + name + "'",
              {ColumnType::text, ColumnType::text});
    ASSERT_EQ(rows.size(), 1U) << name;
    EXPECT_EQ(text_of(rows[0][0]), index.table->name);
    const std::string text = text_of(rows[0][1]);
    EXPECT_EQ(text.starts_with("CREATE UNIQUE"), index.unique) << name;
    if (index.equal_column) {
      EXPECT_THAT(text, HasSubstr(std::string(index.table->columns[*index.equal_column].name) +
                                  " = " + std::to_string(index.equal_value)));
    } else if (!index.null_column && !index.filled_column) {
      EXPECT_THAT(text, Not(HasSubstr("WHERE")));
    }
    if (index.null_column) {
      EXPECT_THAT(
          text, HasSubstr(std::string(index.table->columns[*index.null_column].name) + " IS NULL"));
    }
  }
  const auto all = query(*connection,
                         "SELECT count(*) FROM sqlite_schema WHERE type = 'index'"
                         " AND sql IS NOT NULL",
                         {ColumnType::integer});
  EXPECT_EQ(all[0][0], CellValue{static_cast<std::int64_t>(ports::kIndexes.size())});
}

class QueryPlanTest : public SqliteContractTest {
 protected:
  std::string plan_of(const Select& select) {
    const auto store = open();
    const auto connection = connect(SqliteConnection::Mode::read_only);
    sql::StatementBook book;
    const auto compiled =
        sql::compile_select(select, book.of(*select.table).columns, connection->tokens());
    constexpr std::array kTypes{ColumnType::integer, ColumnType::integer, ColumnType::integer,
                                ColumnType::text};
    const auto rows =
        connection->query("EXPLAIN QUERY PLAN " + compiled.text, compiled.values, kTypes);
    EXPECT_TRUE(rows.has_value()) << compiled.text;
    std::string plan;
    for (const Row& row : *rows) plan += text_of(row[3]) + "; ";
    return plan;
  }
};

TEST_F(QueryPlanTest, the_open_work_of_a_person_is_read_in_index_order) {
  namespace item = schema::work_item;
  Select select;
  select.table = &item::kTable;
  select.filter = all_of(
      {where_equal(item::assignee_id, std::int64_t{7}), where_equal(item::state, std::int64_t{1})});
  select.order = {{item::id, true}};
  const std::string plan = plan_of(select);
  EXPECT_THAT(plan, HasSubstr("work_item_open_by_assignee"));
  EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
}

TEST_F(QueryPlanTest, the_open_work_of_a_group_is_read_in_index_order) {
  namespace item = schema::work_item;
  Select select;
  select.table = &item::kTable;
  select.filter = all_of({where_equal(item::group_id, std::int64_t{7}),
                          where_equal(item::assignee_id, CellValue{}),
                          where_equal(item::state, std::int64_t{1})});
  const std::string plan = plan_of(select);
  EXPECT_THAT(plan, HasSubstr("work_item_open_by_group"));
  EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
}

// SQLite looks at each branch of an alternative alone, so each has to name the state.
TEST_F(QueryPlanTest, an_inbox_of_a_person_and_groups_uses_both_indexes) {
  namespace item = schema::work_item;
  const FilterNode is_open = where_equal(item::state, std::int64_t{1});
  Select select;
  select.table = &item::kTable;
  select.filter =
      any_of({all_of({is_open, where_equal(item::assignee_id, std::int64_t{7})}),
              all_of({is_open, where_equal(item::assignee_id, CellValue{}),
                      where_one_of(item::group_id, {std::int64_t{1}, std::int64_t{2}})})});
  const std::string plan = plan_of(select);
  EXPECT_THAT(plan, Not(HasSubstr("SCAN work_item;")));
  EXPECT_THAT(plan, HasSubstr("work_item_open_by_assignee"));
  EXPECT_THAT(plan, HasSubstr("work_item_open_by_group"));
}

TEST_F(QueryPlanTest, lists_by_a_parent_use_an_index) {
  const std::vector<std::pair<const Table*, std::uint16_t>> lists{
      {&schema::work_item::kTable, schema::work_item::instance_id},
      {&schema::work_item::kTable, schema::work_item::activity_id},
      {&schema::process_instance::kTable, schema::process_instance::process_id},
      {&schema::activity_instance::kTable, schema::activity_instance::instance_id},
      {&schema::attachment::kTable, schema::attachment::instance_id},
      {&schema::comment::kTable, schema::comment::instance_id},
      {&schema::history::kTable, schema::history::instance_id},
      {&schema::record::kTable, schema::record::instance_id},
      {&schema::relation::kTable, schema::relation::from_instance},
      {&schema::relation::kTable, schema::relation::to_instance},
      {&schema::membership::kTable, schema::membership::user_id},
      {&schema::permission::kTable, schema::permission::group_id},
  };
  for (const auto& [table, column] : lists) {
    Select select;
    select.table = table;
    select.filter = where_equal(column, std::int64_t{7});
    EXPECT_THAT(plan_of(select), HasSubstr("SEARCH")) << table->name << " " << column;
  }
}

TEST_F(QueryPlanTest, records_of_a_form_use_the_index_of_those_that_are_not_deleted) {
  Select select;
  select.table = &schema::record::kTable;
  select.filter = all_of({where_equal(schema::record::form_id, std::int64_t{7}),
                          where_equal(schema::record::deleted_at, CellValue{})});
  EXPECT_THAT(plan_of(select), HasSubstr("record_by_form"));
}

TEST_F(SqliteContractTest, a_second_store_in_the_same_folder_is_refused) {
  auto store = open();
  SqliteOptions options;
  options.path = path();
  const auto second = SqliteStore::open(options);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::failed_precondition);
  EXPECT_EQ(second.error().reason.name, "storage_locked");
  store.reset();
  EXPECT_TRUE(SqliteStore::open(options).has_value());
}

TEST_F(SqliteContractTest, a_database_of_a_newer_program_is_refused) {
  open().reset();
  {
    const auto connection = connect(SqliteConnection::Mode::read_write);
    ASSERT_EQ(reason_of(connection->run_script(
                  "INSERT INTO schema_migration VALUES (2, '0002_future', 'x')")),
              "ok");
  }
  SqliteOptions options;
  options.path = path();
  const auto store = std::move(SqliteStore::open(options)).value();
  const Status status = store->migrate();
  EXPECT_EQ(code_of(status), "failed_precondition");
  EXPECT_EQ(reason_of(status), "schema_too_new");
  EXPECT_THAT(status.error().detail, HasSubstr("version 2"));
  EXPECT_EQ(reason_of(SqliteStore::verify(path())), "schema_too_new");
}

TEST_F(SqliteContractTest, an_edited_migration_is_refused) {
  open().reset();
  const auto connection = connect(SqliteConnection::Mode::read_write);
  const auto known = sql::embedded_migrations();
  std::vector<sql::Migration> edited(known.begin(), known.end());
  const std::string text = std::string(edited[0].text) + "\n-- later thought";
  edited[0].text = text;
  EXPECT_EQ(reason_of(sql::migrate(*connection, edited)), "schema_changed");
  EXPECT_EQ(reason_of(sql::migrate(*connection, known)), "ok");
}

TEST_F(SqliteContractTest, a_broken_migration_leaves_the_database_as_it_was) {
  const auto connection = connect(SqliteConnection::Mode::read_write);
  const std::vector<sql::Migration> steps{
      {1, "0001_good", "CREATE TABLE good (id {{integer}} NOT NULL) {{plain}};"},
      {2, "0002_bad",
       "CREATE TABLE half (id {{integer}} NOT NULL) {{plain}}; CREATE TABLE half ();"}};
  EXPECT_FALSE(sql::migrate(*connection, steps).has_value());
  const auto tables =
      query(*connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
            {ColumnType::text});
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(text_of(tables[0][0]), "good");
  EXPECT_EQ(reason_of(sql::check_migrated(*connection, steps)), "schema_changed");
  EXPECT_EQ(reason_of(sql::check_migrated(*connection, std::span(steps).first(1))), "ok");
}

TEST_F(SqliteContractTest, a_backup_taken_while_serving_is_complete_and_readable) {
  const auto store = open();
  for (std::int64_t i = 0; i < 100; ++i) ASSERT_EQ(reason_of(add_user(*store, i)), "ok");
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    for (std::int64_t i = 1'000; !stop; ++i) EXPECT_EQ(reason_of(add_user(*store, i)), "ok");
  });
  TemporaryFolder elsewhere;
  const std::filesystem::path target = elsewhere.path() / "copy.db";
  const Status status = store->backup(target);
  stop = true;
  busy.join();
  ASSERT_EQ(reason_of(status), "ok");
  EXPECT_EQ(reason_of(SqliteStore::verify(target)), "ok");
  // One file: no log and no leftovers beside it.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(elsewhere.path()), {}), 1);
  SqliteOptions options;
  options.path = target;
  const auto copy = std::move(SqliteStore::open(options)).value();
  EXPECT_EQ(reason_of(copy->migrate()), "ok");
  const auto rows = (*copy->read())->count(schema::user_account::kTable, all_of({}));
  EXPECT_GE(*rows, 100);
}

TEST_F(SqliteContractTest, verify_finds_damage) {
  {
    const auto store = open();
    for (std::int64_t i = 0; i < 2'000; ++i) {
      ports::WriteCommand command;
      command.work = [i](WriteTransaction& tx) -> Status {
        tx.insert(schema::user_account::kTable, user(i, "user" + std::to_string(i)));
        return {};
      };
      ASSERT_EQ(reason_of(store->submit(std::move(command))), "ok");
    }
  }
  EXPECT_EQ(reason_of(SqliteStore::verify(path())), "ok");
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path()));
  for (std::int64_t page = size / 4096 - 20; page < size / 4096; ++page) {
    file.seekp(page * 4096);
    file << std::string(64, '\x7f');
  }
  file.close();
  const Status status = SqliteStore::verify(path());
  EXPECT_EQ(code_of(status), "data_loss");
  EXPECT_EQ(reason_of(status), "storage_corrupt");
  EXPECT_FALSE(SqliteStore::verify(folder() / "missing.db").has_value());
}

TEST_F(SqliteContractTest, readers_wait_a_bounded_time_for_a_connection) {
  SqliteOptions options;
  options.path = path();
  options.reader_connections = 1;
  options.reader_wait_max = milliseconds(10);
  const auto store = std::move(SqliteStore::open(options)).value();
  ASSERT_EQ(reason_of(store->migrate()), "ok");
  auto first = store->read();
  ASSERT_TRUE(first.has_value());
  const auto second = store->read();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::resource_exhausted);
  first.value().reset();
  EXPECT_TRUE(store->read().has_value());
}

TEST_F(SqliteContractTest, a_full_queue_refuses_at_once) {
  SqliteOptions options;
  options.path = path();
  options.queue_max = 2;
  const auto store = std::move(SqliteStore::open(options)).value();
  ASSERT_EQ(reason_of(store->migrate()), "ok");
  std::vector<std::string> reasons;
  ASSERT_EQ(reason_of(ports::submit_and_wait(
                *store,
                [&](WriteTransaction&) -> Status {
                  for (int i = 0; i < 3; ++i) {
                    ports::WriteCommand command;
                    command.work = [](WriteTransaction&) -> Status { return {}; };
                    reasons.push_back(reason_of(store->submit(std::move(command))));
                  }
                  return {};
                })),
            "ok");
  EXPECT_THAT(reasons, ElementsAre("ok", "ok", "queue_full"));
}

TEST_F(SqliteContractTest, a_command_that_throws_fails_alone) {
  const auto store = open();
  EXPECT_EQ(code_of(ports::submit_and_wait(
                *store, [](WriteTransaction&) -> Status { throw std::runtime_error("boom"); })),
            "internal");
  EXPECT_EQ(reason_of(add_user(*store, 1)), "ok");
}

TEST_F(SqliteContractTest, the_log_stays_bounded_while_writing) {
  const auto store = open();
  const std::string bulk(64 * 1024, 'x');
  for (int i = 0; i < 600; ++i) {
    ASSERT_EQ(reason_of(ports::submit_and_wait(*store,
                                               [&](WriteTransaction& tx) -> Status {
                                                 tx.put(schema::idempotency::kTable,
                                                        Row{std::string("s"), std::string("k"),
                                                            std::string(), bulk, std::int64_t{i}});
                                                 return {};
                                               })),
              "ok");
  }
  std::filesystem::path log = path();
  log += "-wal";
  // 600 commits of more than 64 KiB are about 40 MiB of log without checkpoints.
  EXPECT_LT(std::filesystem::file_size(log), 20U * 1024 * 1024);
}

}  // namespace
}  // namespace cinnabar::conformance
