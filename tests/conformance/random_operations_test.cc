// Random commands and random queries on memory and SQLite: answers and tables must be equal.
#include "base/random.h"

#include "conformance/store_fixture.h"

namespace cinnabar::conformance {
namespace {

// Few keys and few values, so that operations meet each other.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }

  const Table& table() {
    static constexpr std::array kTables{
        &schema::user_account::kTable,     &schema::membership::kTable,
        &schema::process_instance::kTable, &schema::work_item::kTable,
        &schema::external_ref::kTable,     &schema::history::kTable,
        &schema::access_session::kTable,   &schema::meta::kTable,
    };
    return *kTables[below(kTables.size())];
  }

  CellValue value(const ports::Column& column, bool is_key) {
    if (column.nullable && !is_key && below(3) == 0) return {};
    if (column.type == ports::ColumnType::integer) {
      return static_cast<std::int64_t>(below(6)) - 1;
    }
    static const std::array<std::string, 9> kTexts{"",   "a",   "A",  "ab%", "a_b",
                                                   "\\", "ä中", "Äb", "b'"};
    std::string text = kTexts[below(kTexts.size())];
    if (column.type == ports::ColumnType::blob && below(2) == 0) text.push_back('\0');
    return text;
  }

  Row row(const Table& table) {
    Row made;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      made.push_back(value(table.columns[i], i < table.key_columns));
    }
    return made;
  }

  Key key(const Table& table) {
    Row made = row(table);
    made.resize(table.key_columns);
    return made;
  }

  FilterNode filter(const Table& table, int depth) {
    if (depth > 0 && below(2) == 0) {
      std::vector<FilterNode> parts;
      for (std::uint64_t i = below(4); i > 0; --i) parts.push_back(filter(table, depth - 1));
      switch (below(3)) {
        case 0:
          return all_of(std::move(parts));
        case 1:
          return any_of(std::move(parts));
        default:
          return none_of(std::move(parts));
      }
    }
    const auto column = static_cast<std::uint16_t>(below(table.columns.size()));
    auto op = static_cast<FilterOp>(below(8));
    const ports::Column& described = table.columns[column];
    if (op == FilterOp::contains && described.type != ports::ColumnType::text) {
      op = FilterOp::equal;
    }
    Condition condition{column, op, {}};
    const std::uint64_t count = op == FilterOp::one_of ? below(6) : 1;
    for (std::uint64_t i = 0; i < count; ++i) {
      condition.values.push_back(below(8) == 0 ? CellValue{} : value(described, false));
    }
    return FilterNode{std::move(condition)};
  }

  Select select() {
    Select made;
    made.table = &table();
    made.filter = filter(*made.table, 4);
    for (std::uint64_t i = below(3); i > 0; --i) {
      made.order.push_back(
          {static_cast<std::uint16_t>(below(made.table->columns.size())), below(2) == 0});
    }
    if (below(2) == 0) made.offset = static_cast<std::int64_t>(below(5));
    if (below(2) == 0) made.limit = static_cast<std::int64_t>(below(8));
    return made;
  }

 private:
  SeededRandom random_;
};

struct Operation {
  int kind;
  const Table* table;
  Row row;
  std::uint16_t version_column;
  std::int64_t expected;
};

void perform(WriteTransaction& tx, const Operation& operation) {
  switch (operation.kind) {
    case 0:
      return tx.insert(*operation.table, operation.row);
    case 1:
      return tx.update(*operation.table, operation.row);
    case 2:
      return tx.update_if(*operation.table, operation.row, operation.version_column,
                          operation.expected);
    case 3:
      return tx.put(*operation.table, operation.row);
    default:
      return tx.erase(*operation.table, Key(operation.row.begin(),
                                            operation.row.begin() + operation.table->key_columns));
  }
}

Operation random_operation(Generator& generator) {
  Operation made;
  // Puts are frequent, so that tables fill and updates find rows.
  const std::uint64_t dice = generator.below(10);
  made.kind = dice < 2 ? 0 : dice < 4 ? 1 : dice < 5 ? 2 : dice < 9 ? 3 : 4;
  made.table = &generator.table();
  made.row = generator.row(*made.table);
  made.version_column = static_cast<std::uint16_t>(generator.below(made.table->columns.size()));
  const ports::Column& version = made.table->columns[made.version_column];
  if (made.kind == 2 && version.type != ports::ColumnType::integer) made.kind = 3;
  made.expected = static_cast<std::int64_t>(generator.below(4));
  return made;
}

// One run; returns how many commands were accepted, so that the test knows it tested something.
int compare_run(std::uint64_t seed) {
  const auto memory = make_store("memory");
  const auto sqlite = make_store("sqlite");
  Generator generator(seed);
  int accepted = 0;
  for (int step = 0; step < 150; ++step) {
    std::vector<Operation> operations;
    for (std::uint64_t i = generator.below(4) + 1; i > 0; --i) {
      operations.push_back(random_operation(generator));
    }
    const auto work = [&](WriteTransaction& tx) -> Status {
      for (const Operation& operation : operations) perform(tx, operation);
      return {};
    };
    const Status left = ports::submit_and_wait(memory->store(), work);
    const Status right = ports::submit_and_wait(sqlite->store(), work);
    EXPECT_EQ(reason_of(left), reason_of(right)) << "seed " << seed << " step " << step;
    accepted += left.has_value() ? 1 : 0;

    const auto read_left = std::move(memory->store().read()).value();
    const auto read_right = std::move(sqlite->store().read()).value();
    for (int i = 0; i < 4; ++i) {
      const Select select = generator.select();
      EXPECT_EQ(*read_left->select(select), *read_right->select(select))
          << "seed " << seed << " step " << step << " table " << select.table->name;
      EXPECT_EQ(*read_left->count(*select.table, select.filter),
                *read_right->count(*select.table, select.filter));
      const Key key = generator.key(*select.table);
      EXPECT_EQ(*read_left->get(*select.table, key), *read_right->get(*select.table, key));
    }
    if (testing::Test::HasFailure()) return accepted;
  }
  for (const Table* table : schema::kAll) {
    Select all;
    all.table = table;
    EXPECT_EQ(*(*memory->store().read())->select(all), *(*sqlite->store().read())->select(all))
        << "seed " << seed << " table " << table->name;
  }
  return accepted;
}

TEST(RandomOperations, memory_and_sqlite_agree) {
  int accepted = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) accepted += compare_run(seed);
  EXPECT_GT(accepted, 6 * 40) << "too few commands pass for the comparison to mean much";
}

}  // namespace
}  // namespace cinnabar::conformance
