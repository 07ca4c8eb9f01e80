// A whole server without sockets and disks, for tests: memory store, clock by hand, fast passwords.
#pragma once

#include "ports/blob_store.h"
#include "ports/clock.h"
#include "ports/crypto.h"
#include "services/scheduler.h"
#include "services/services.h"
#include "storage/memory/memory_store.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace cinnabar::services::testing {

// Repeatable and weak on purpose; nothing here protects anything.
class FakeCrypto : public ports::Crypto {
 public:
  Result<std::string> hash_password(const Secret& password) override;
  bool verify_password(const Secret& password, std::string_view encoded) override;
  std::string sha256_hex(std::string_view bytes) override;
  std::string sha1_hex(std::string_view bytes) override;
  std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) override;
  std::string hmac_sha1(std::string_view key, std::string_view bytes) override;
  std::string md5(std::string_view bytes) override;
  std::string seal(const Secret& key, const Secret& secret) override;
  Result<Secret> unseal(const Secret& key, std::string_view sealed) override;
  bool equal_constant_time(std::string_view a, std::string_view b) override { return a == b; }
  std::string random_bytes(std::size_t count) override;

 private:
  std::uint64_t state_ = 1;
};

class FakeBlobs final : public ports::BlobStore {
 public:
  Result<ports::StoredBlob> adopt(const std::filesystem::path& source,
                                  const std::string& sha256) override;
  Result<ports::StoredBlob> put(std::string_view bytes) override;
  Result<std::filesystem::path> locate(const std::string& sha256) override;
  Result<std::int64_t> sweep(const std::function<bool(std::string_view)>& is_referenced) override;

  std::set<std::string> stored;
};

// Bodies are the kind and the TITLE, or the number of the form without one; "unspeakable" has no
// words. The call has the headers Delivery, Nonce and Secret.
extern const WebhookFormat kTestFormat;

// People: admin (administrator), alice and bob of group "it" (may view, add, modify), carol of
// group "finance" (nothing granted), dave (nothing).
class World {
 public:
  World();

  // One process "p" on a form with TITLE (title, required), NOTE, RESULT, TAG (unique), FILES
  // (file), KIND (select). `body` is what stands inside <process>. Fails the test when it does not
  // deploy.
  // Again with the same key makes a new version, perhaps of a form that `change` has changed.
  ProcessId deploy(std::string_view body, std::string_view key = "p",
                   const std::function<void(form::FormDefinition&)>& change = nullptr);
  // What that deploys.
  [[nodiscard]] static Package package_of(
      std::string_view body, std::string_view key = "p",
      const std::function<void(form::FormDefinition&)>& change = nullptr);
  [[nodiscard]] CallContext as(std::string_view user) const;

  // Runs a command and waits for its commit.
  template <typename T>
  Result<T> write(std::function<Result<T>(ports::WriteTransaction&)> work) {
    std::optional<T> out;
    CINNABAR_CHECK_OK(
        ports::submit_and_wait(store, [&](ports::WriteTransaction& transaction) -> Status {
          CINNABAR_TRY(out, work(transaction));
          return {};
        }));
    return std::move(*out);
  }
  Result<Started> start(std::string_view user, ProcessId process, FieldValues fields);
  Result<Completed> complete(std::string_view user, ActivityInstanceId activity,
                             FieldValues changes = {});
  std::vector<OpenPosition> open(ProcessId process, std::int64_t number,
                                 std::string_view user = "admin");
  // As the doors get them.
  Services all();
  std::vector<InboxItem> inbox(std::string_view user, InboxQuery query = {});
  // Open ones of the process, as the administrator sees them.
  std::vector<IncidentRow> incidents(ProcessId process);
  // The clock goes on by so much, and on its way everything happens when it is due.
  void advance(Duration by);
  // Does what is due now, until nothing is.
  void run_due();
  // The promise that every stored state is the fold of its history.
  void expect_replay_equals_state(ProcessInstanceId instance);

  memory::MemoryStore store;
  ports::ManualClock clock{Instant{1'700'000'000'000'000}};
  FakeCrypto crypto;
  FakeBlobs blobs;
  CatalogSource catalog;
  PeopleSource people;
  ClientSource client_set;
  SessionService sessions;
  TokenService tokens;
  InstanceService instances;
  InstanceListService instance_lists;
  InboxService inbox_service;
  RecordService records;
  FileTokens file_tokens;
  FileService files;
  UploadService uploads;
  CollaborationService collaboration;
  ClientService clients;
  GrantService grants;
  AdminService admin;
  DirectoryService directory;
  EngineService engine;
  NoticeService notices;
  DraftService drafts;
  JobService jobs;
  SimulationService simulation;
  WebhookService webhooks;  // of the one format kTestFormat
  AggregateService aggregates;
  AutomationService automations;
  AutomationRunner automation_runner;
  Scheduler scheduler;
};

FieldValues values(std::initializer_list<std::pair<const char*, const char*>> texts);

// Start, a task "A" for group it, a task "B" for group it, end.
extern const char* const kTwoTasks;

}  // namespace cinnabar::services::testing
