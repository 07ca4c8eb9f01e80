// Rows, commands, groups and snapshots: the statements of ports/store.h, one test each.
#include "conformance/store_fixture.h"

#include <future>

namespace cinnabar::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Table& kUsers = schema::user_account::kTable;
constexpr std::uint16_t kName = schema::user_account::name;
constexpr std::uint16_t kVersion = schema::user_account::updated_at;  // an integer to check by

Row user_at(std::int64_t id, const std::string& name, std::int64_t version) {
  Row row = user(id, name);
  row[kVersion] = version;
  return row;
}

class StoreContractTest : public StoreContract {
 protected:
  Status insert(const Row& row) {
    return write([&](WriteTransaction& tx) -> Status {
      tx.insert(kUsers, row);
      return {};
    });
  }
  CellValue name_of(std::int64_t id) {
    const auto row = read()->get(kUsers, {id});
    EXPECT_TRUE(row.has_value());
    return *row && row->has_value() ? (**row)[kName] : CellValue{};
  }
};

TEST_P(StoreContractTest, get_returns_what_was_inserted_and_nothing_for_other_keys) {
  const Row row = user_with_email(7, std::string("a@b.c"));
  ASSERT_EQ(reason_of(insert(row)), "ok");
  const auto transaction = read();
  EXPECT_EQ(*transaction->get(kUsers, {std::int64_t{7}}), std::optional<Row>(row));
  EXPECT_EQ(*transaction->get(kUsers, {std::int64_t{8}}), std::optional<Row>());
}

TEST_P(StoreContractTest, a_key_of_several_columns_and_of_text_finds_its_row) {
  const Table& refs = schema::external_ref::kTable;
  const Row row{std::string("door"), std::string("form"), std::string("x'y\"z"), std::int64_t{5}};
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              tx.insert(refs, row);
              return {};
            })),
            "ok");
  EXPECT_EQ(*read()->get(refs, {row[0], row[1], row[2]}), std::optional<Row>(row));
  EXPECT_EQ(*read()->get(refs, {row[0], row[1], std::string("other")}), std::optional<Row>());
}

TEST_P(StoreContractTest, integers_text_and_bytes_come_back_exactly) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  const Table& history = schema::history::kTable;
  const Table& users = schema::user_account::kTable;
  const Row facts = make_row(history, {{schema::history::instance_id, INT64_MIN},
                                       {schema::history::sequence, INT64_MAX},
                                       {schema::history::events, bytes}});
  const Row person = user_with_email(1, std::string("中文 ✓ \n\t\x01"));
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              tx.insert(history, facts);
              tx.insert(users, person);
              return {};
            })),
            "ok");
  EXPECT_EQ(*read()->get(history, {INT64_MIN, INT64_MAX}), std::optional<Row>(facts));
  EXPECT_EQ(*read()->get(users, {std::int64_t{1}}), std::optional<Row>(person));
}

TEST_P(StoreContractTest, empty_text_and_empty_bytes_are_not_null) {
  const Table& history = schema::history::kTable;
  const Row facts = make_row(history, {});
  const Row person = user_with_email(1, std::string());
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              tx.insert(history, facts);
              tx.insert(kUsers, person);
              return {};
            })),
            "ok");
  EXPECT_EQ(*read()->get(history, {std::int64_t{0}, std::int64_t{0}}), std::optional<Row>(facts));
  EXPECT_EQ(*read()->get(kUsers, {std::int64_t{1}}), std::optional<Row>(person));
  EXPECT_THAT(ids(kUsers, where_equal(schema::user_account::email, CellValue{})), IsEmpty());
}

TEST_P(StoreContractTest, large_bytes_are_stored) {
  const Table& replies = schema::idempotency::kTable;
  std::string bytes(8 * 1024 * 1024, '\0');
  for (std::size_t i = 0; i < bytes.size(); i += 4093) bytes[i] = static_cast<char>(i);
  const Row row = make_row(replies, {{schema::idempotency::scope, std::string("s")},
                                     {schema::idempotency::key, std::string("k")},
                                     {schema::idempotency::reply, bytes}});
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              tx.insert(replies, row);
              return {};
            })),
            "ok");
  EXPECT_EQ(*read()->get(replies, {row[0], row[1]}), std::optional<Row>(row));
}

TEST_P(StoreContractTest, insert_of_a_taken_key_is_a_unique_violation_of_the_table) {
  ASSERT_EQ(reason_of(insert(user(1, "ann"))), "ok");
  const Status status = insert(user(1, "bob"));
  EXPECT_EQ(code_of(status), "conflict");
  EXPECT_EQ(reason_of(status), "unique_violation");
  EXPECT_EQ(status.error().subject, "user_account");
  EXPECT_EQ(name_of(1), CellValue{std::string("ann")});
}

TEST_P(StoreContractTest, a_taken_unique_value_is_a_unique_violation_for_insert_put_and_update) {
  ASSERT_EQ(reason_of(insert(user(1, "ann"))), "ok");
  ASSERT_EQ(reason_of(insert(user(2, "bob"))), "ok");
  EXPECT_EQ(reason_of(insert(user(3, "ann"))), "unique_violation");
  EXPECT_EQ(reason_of(write([](WriteTransaction& tx) -> Status {
              tx.put(kUsers, user(2, "ann"));
              return {};
            })),
            "unique_violation");
  const Status updated = write([](WriteTransaction& tx) -> Status {
    tx.update(kUsers, user(2, "ann"));
    return {};
  });
  EXPECT_EQ(reason_of(updated), "unique_violation");
  EXPECT_EQ(updated.error().subject, "user_account");
  EXPECT_EQ(name_of(2), CellValue{std::string("bob")});
}

TEST_P(StoreContractTest, a_unique_value_is_free_again_after_erase_and_after_update) {
  ASSERT_EQ(reason_of(insert(user(1, "ann"))), "ok");
  EXPECT_EQ(reason_of(write([](WriteTransaction& tx) -> Status {
              tx.erase(kUsers, {std::int64_t{1}});
              tx.insert(kUsers, user(2, "ann"));
              tx.update(kUsers, user(2, "amy"));
              tx.insert(kUsers, user(3, "ann"));
              return {};
            })),
            "ok");
  EXPECT_EQ(name_of(1), CellValue{});
  EXPECT_EQ(name_of(2), CellValue{std::string("amy")});
  EXPECT_EQ(name_of(3), CellValue{std::string("ann")});
}

TEST_P(StoreContractTest, update_replaces_the_whole_row) {
  ASSERT_EQ(reason_of(insert(user_with_email(1, std::string("a@b.c")))), "ok");
  Row row = user(1, "renamed");
  row[schema::user_account::enabled] = std::int64_t{1};
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              tx.update(kUsers, row);
              return {};
            })),
            "ok");
  EXPECT_EQ(*read()->get(kUsers, {std::int64_t{1}}), std::optional<Row>(row));
}

TEST_P(StoreContractTest, update_to_the_same_content_is_fine) {
  ASSERT_EQ(reason_of(insert(user(1, "ann"))), "ok");
  EXPECT_EQ(reason_of(write([](WriteTransaction& tx) -> Status {
              tx.update(kUsers, user(1, "ann"));
              return {};
            })),
            "ok");
}

TEST_P(StoreContractTest, update_of_a_missing_row_fails_the_command) {
  const Status status = write([](WriteTransaction& tx) -> Status {
    tx.insert(kUsers, user(2, "bob"));
    tx.update(kUsers, user(1, "ann"));
    return {};
  });
  EXPECT_EQ(code_of(status), "conflict");
  EXPECT_EQ(reason_of(status), "row_missing");
  EXPECT_THAT(all_rows(kUsers), IsEmpty());
}

TEST_P(StoreContractTest, update_if_replaces_the_row_when_the_version_is_stored) {
  ASSERT_EQ(reason_of(insert(user_at(1, "ann", 4))), "ok");
  EXPECT_EQ(reason_of(write([](WriteTransaction& tx) -> Status {
              tx.update_if(kUsers, user_at(1, "amy", 5), kVersion, 4);
              return {};
            })),
            "ok");
  EXPECT_EQ(name_of(1), CellValue{std::string("amy")});
}

TEST_P(StoreContractTest, update_if_conflicts_on_another_version_and_on_a_missing_row) {
  ASSERT_EQ(reason_of(insert(user_at(1, "ann", 4))), "ok");
  const Status stale = write([](WriteTransaction& tx) -> Status {
    tx.update_if(kUsers, user_at(1, "amy", 4), kVersion, 3);
    return {};
  });
  EXPECT_EQ(code_of(stale), "conflict");
  EXPECT_EQ(reason_of(stale), "version_conflict");
  EXPECT_EQ(name_of(1), CellValue{std::string("ann")});
  EXPECT_EQ(reason_of(write([](WriteTransaction& tx) -> Status {
              tx.update_if(kUsers, user_at(9, "zoe", 1), kVersion, 0);
              return {};
            })),
            "version_conflict");
}

TEST_P(StoreContractTest, put_inserts_and_replaces) {
  for (const char* name : {"ann", "amy"}) {
    ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
                tx.put(kUsers, user(1, name));
                return {};
              })),
              "ok");
    EXPECT_EQ(name_of(1), CellValue{std::string(name)});
  }
  EXPECT_EQ(all_rows(kUsers).size(), 1U);
}

TEST_P(StoreContractTest, erase_removes_the_row_and_does_not_mind_a_missing_one) {
  ASSERT_EQ(reason_of(insert(user(1, "ann"))), "ok");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(reason_of(write([](WriteTransaction& tx) -> Status {
                tx.erase(kUsers, {std::int64_t{1}});
                return {};
              })),
              "ok");
    EXPECT_THAT(all_rows(kUsers), IsEmpty());
  }
}

TEST_P(StoreContractTest, a_row_that_does_not_fit_the_table_fails_the_command) {
  Row short_row = user(1, "ann");
  short_row.pop_back();
  Row wrong_type = user(1, "ann");
  wrong_type[kName] = std::int64_t{3};
  Row null_name = user(1, "ann");
  null_name[kName] = CellValue{};
  Row zero_byte = user(1, std::string("a\0b", 3));
  for (const Row& row : {short_row, wrong_type, null_name, zero_byte}) {
    EXPECT_EQ(code_of(insert(row)), "invalid_argument");
  }
  EXPECT_THAT(all_rows(kUsers), IsEmpty());
  EXPECT_FALSE(read()->get(kUsers, {std::string("1")}).has_value());
  EXPECT_FALSE(read()->get(kUsers, {}).has_value());
}

TEST_P(StoreContractTest, a_command_that_fails_writes_nothing) {
  const Status status = write([](WriteTransaction& tx) -> Status {
    tx.insert(kUsers, user(1, "ann"));
    return make_error(Code::permission_denied, Reason{"because"}, "not today");
  });
  EXPECT_EQ(code_of(status), "permission_denied");
  EXPECT_EQ(reason_of(status), "because");
  EXPECT_THAT(all_rows(kUsers), IsEmpty());
}

TEST_P(StoreContractTest, a_command_does_not_see_its_own_writes) {
  EXPECT_EQ(reason_of(write([](WriteTransaction& tx) -> Status {
              tx.insert(kUsers, user(1, "ann"));
              CINNABAR_TRY(const auto row, tx.get(kUsers, {std::int64_t{1}}));
              EXPECT_FALSE(row.has_value());
              CINNABAR_TRY(const auto count, tx.count(kUsers, all_of({})));
              EXPECT_EQ(count, 0);
              return {};
            })),
            "ok");
}

TEST_P(StoreContractTest, a_command_sees_what_earlier_commands_of_its_group_wrote) {
  std::int64_t seen = -1;
  const auto statuses = write_group({
      [](WriteTransaction& tx) -> Status {
        tx.insert(kUsers, user(1, "ann"));
        return {};
      },
      [&seen](WriteTransaction& tx) -> Status {
        CINNABAR_TRY(seen, tx.count(kUsers, where_equal(kName, std::string("ann"))));
        tx.update(kUsers, user(1, "amy"));
        return {};
      },
  });
  EXPECT_EQ(reason_of(statuses[0]), "ok");
  EXPECT_EQ(reason_of(statuses[1]), "ok");
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(name_of(1), CellValue{std::string("amy")});
}

TEST_P(StoreContractTest, a_failed_command_drops_only_its_own_rows) {
  const auto statuses = write_group({
      [](WriteTransaction& tx) -> Status {
        tx.insert(kUsers, user(1, "ann"));
        return {};
      },
      // Fails on its second row, when the first has been applied.
      [](WriteTransaction& tx) -> Status {
        tx.insert(kUsers, user(2, "bob"));
        tx.insert(kUsers, user(3, "ann"));
        return {};
      },
      // Fails on its first row.
      [](WriteTransaction& tx) -> Status {
        tx.update(kUsers, user(9, "nobody"));
        tx.insert(kUsers, user(4, "dan"));
        return {};
      },
      [](WriteTransaction& tx) -> Status {
        tx.insert(kUsers, user(5, "eve"));
        return make_error(Code::not_found, Reason{"own"}, "own error");
      },
      [](WriteTransaction& tx) -> Status {
        tx.insert(kUsers, user(6, "bob"));
        return {};
      },
  });
  EXPECT_EQ(reason_of(statuses[0]), "ok");
  EXPECT_EQ(reason_of(statuses[1]), "unique_violation");
  EXPECT_EQ(reason_of(statuses[2]), "row_missing");
  EXPECT_EQ(reason_of(statuses[3]), "own");
  EXPECT_EQ(reason_of(statuses[4]), "ok");
  EXPECT_THAT(ids(kUsers, all_of({})), ElementsAre(1, 6));
}

TEST_P(StoreContractTest, of_two_updates_of_one_version_in_a_group_one_wins) {
  ASSERT_EQ(reason_of(insert(user_at(1, "ann", 1))), "ok");
  const auto bump = [](const char* name) {
    return [name](WriteTransaction& tx) -> Status {
      tx.put(kUsers, user(2, std::string("by ") + name));
      tx.update_if(kUsers, user_at(1, name, 2), kVersion, 1);
      return {};
    };
  };
  const auto statuses = write_group({bump("first"), bump("second")});
  EXPECT_EQ(reason_of(statuses[0]), "ok");
  EXPECT_EQ(reason_of(statuses[1]), "version_conflict");
  EXPECT_EQ(name_of(1), CellValue{std::string("first")});
  EXPECT_EQ(name_of(2), CellValue{std::string("by first")});
}

TEST_P(StoreContractTest, done_comes_after_the_commit_and_once) {
  std::promise<std::size_t> rows_at_done;
  int calls = 0;
  ports::WriteCommand command;
  command.work = [](WriteTransaction& tx) -> Status {
    tx.insert(kUsers, user(1, "ann"));
    return {};
  };
  command.done = [&](const Status& status) {
    ++calls;
    EXPECT_EQ(reason_of(status), "ok");
    rows_at_done.set_value(all_rows(kUsers).size());
  };
  ASSERT_EQ(reason_of(store().submit(std::move(command))), "ok");
  EXPECT_EQ(rows_at_done.get_future().get(), 1U);
  store().stop();
  EXPECT_EQ(calls, 1);
}

TEST_P(StoreContractTest, a_reader_keeps_the_state_of_its_beginning) {
  ASSERT_EQ(reason_of(insert(user(1, "ann"))), "ok");
  const auto before = read();
  ASSERT_EQ(reason_of(write([](WriteTransaction& tx) -> Status {
              tx.update(kUsers, user(1, "amy"));
              tx.insert(kUsers, user(2, "bob"));
              return {};
            })),
            "ok");
  EXPECT_EQ((**before->get(kUsers, {std::int64_t{1}}))[kName], CellValue{std::string("ann")});
  EXPECT_EQ(*before->count(kUsers, all_of({})), 1);
  const auto after = read();
  EXPECT_EQ((**after->get(kUsers, {std::int64_t{1}}))[kName], CellValue{std::string("amy")});
  EXPECT_EQ(*after->count(kUsers, all_of({})), 2);
}

TEST_P(StoreContractTest, a_reader_sees_no_half_command) {
  std::unique_ptr<ReadTransaction> during;
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              tx.insert(kUsers, user(1, "ann"));
              during = read();
              tx.insert(kUsers, user(2, "bob"));
              return {};
            })),
            "ok");
  EXPECT_EQ(*during->count(kUsers, all_of({})), 0);
}

TEST_P(StoreContractTest, a_stopped_store_refuses_commands_but_finishes_the_queued_ones) {
  int done = 0;
  for (int i = 0; i < 50; ++i) {
    ports::WriteCommand command;
    command.work = [i](WriteTransaction& tx) -> Status {
      tx.insert(kUsers, user(i, std::to_string(i)));
      return {};
    };
    command.done = [&done](const Status& status) { done += status.has_value() ? 1 : 0; };
    ASSERT_EQ(reason_of(store().submit(std::move(command))), "ok");
  }
  store().stop();
  EXPECT_EQ(done, 50);
  const Status refused = insert(user(99, "late"));
  EXPECT_EQ(code_of(refused), "unavailable");
  EXPECT_EQ(reason_of(refused), "shutting_down");
}

TEST_P(StoreContractTest, health_is_good_and_migrate_can_be_repeated) {
  EXPECT_TRUE(store().health().is_writable);
  EXPECT_FALSE(store().health().description.empty());
  EXPECT_EQ(reason_of(store().migrate()), "ok");
}

TEST_P(StoreContractTest, rows_survive_reopening) {
  ASSERT_EQ(reason_of(insert(user(1, "ann"))), "ok");
  if (!under_test().reopen()) GTEST_SKIP() << "keeps nothing";
  EXPECT_EQ(name_of(1), CellValue{std::string("ann")});
}

INSTANTIATE_TEST_SUITE_P(Drivers, StoreContractTest, testing::Values("memory", "sqlite", "faulty"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace cinnabar::conformance
