// One driver under test and the small words in which the contract tests speak.
//
// Ownership: a StoreUnderTest owns its store and its temporary folder. Thread: the test's.
#pragma once

#include "ports/schema.h"
#include "ports/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::conformance {

namespace schema = ports::schema;
using ports::Key;
using ports::ReadTransaction;
using ports::Row;
using ports::Select;
using ports::Table;
using ports::WriteTransaction;
using Work = std::function<Status(WriteTransaction&)>;

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ports::Store& store() = 0;
  // Closes and opens again; false where nothing is kept.
  virtual bool reopen() = 0;
};

// "memory", "sqlite" or "faulty".
std::unique_ptr<StoreUnderTest> make_store(const std::string& driver);

class StoreContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override;
  ports::Store& store() { return under_test_->store(); }
  StoreUnderTest& under_test() { return *under_test_; }
  Status write(Work work) { return ports::submit_and_wait(store(), std::move(work)); }
  std::unique_ptr<ReadTransaction> read();
  // Runs the commands behind each other in one group, where the driver has groups.
  std::vector<Status> write_group(std::vector<Work> works);
  std::vector<Row> all_rows(const Table& table);
  // The first column of every row that the filter selects, in key order.
  std::vector<std::int64_t> ids(const Table& table, FilterNode filter);

 private:
  std::unique_ptr<StoreUnderTest> under_test_;
};

// A row that fits the table: zeros, empty text, Null where allowed; then the given cells.
Row make_row(const Table& table, std::initializer_list<std::pair<std::uint16_t, CellValue>> cells);
// A user with this id and name.
Row user(std::int64_t id, const std::string& name);
Row user_with_email(std::int64_t id, CellValue email);
std::string reason_of(const Status& status);
std::string code_of(const Status& status);

}  // namespace cinnabar::conformance
