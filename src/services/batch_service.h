// Decisions on many work items that one person asks for at once: which of them allow it, a batch
// that is on disk before the answer, and how far it is. BatchRunner does the work afterwards: one
// transaction for each item, the item's result committed together with the decision, so that a
// crash repeats and forgets nothing.
//
// With the outcome `returned` each item goes back to the task before it. Whoever asked for a batch
// gets a notice when it is over.
//
// An item is decided without its form being opened, so whatever a person would have to fill in, and
// a task whose definition does not allow batches, make it fail; nothing is passed over. All rules
// are looked at again when the item's turn comes.
//
// Thread: the service is made of borrowed sources and has no state; BatchRunner::tick from one
// thread at a time, which may wait for commits, not the writer. Errors: invalid_argument
// (argument_malformed, limit_exceeded), resource_exhausted (rate_limited) for too many unfinished
// batches, not_found (batch_unknown), failed_precondition (nothing_failed), conflict
// (idempotency_mismatch), and those of the store.
#pragma once

#include "base/log.h"
#include "services/engine_service.h"
#include "services/instance_service.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

inline constexpr std::size_t kBatchItemsMax = 200;
inline constexpr std::size_t kUnfinishedBatchesMax = 5;  // of one person
inline constexpr Duration kBatchKept = hours(24 * 7);    // after its end
inline constexpr Reason kBatchUnknown{"batch_unknown"};
inline constexpr Reason kNothingFailed{"nothing_failed"};

// Why an item can not be decided in a batch, in the order in which they are looked for. Stored:
// append only.
enum class BatchObstacle : std::uint8_t {
  none = 0,
  unknown = 1,  // also: somebody else's
  ended = 2,    // the instance
  decided = 3,
  suspended = 4,
  switched_off = 5,
  added_participant = 6,
  comment_required = 7,
  signature_required = 8,
  field_required = 9,
  choice_required = 10,  // of the participants of the next task
  refused = 11,          // by the engine, for another reason
  user_disabled = 12,
  no_approval = 13,  // the task is to be filled in or handled
};
std::string_view name(BatchObstacle obstacle);

// Stored: append only.
enum class BatchItemState : std::uint8_t { waiting = 1, done = 2, failed = 3, cancelled = 4 };
std::string_view name(BatchItemState state);

struct BatchItem {
  std::string text;  // as it was asked for
  WorkItemId item;   // unassigned: the text names none
};
// How a decision in a batch is made.
struct BatchManner {
  Outcome outcome = Outcome::approved;
  bool has_comment = false;
};
struct BatchRequest {
  Outcome outcome = Outcome::approved;
  std::vector<BatchItem> items;  // repeated texts count once, in the first place
  std::string idempotency_key;   // empty: none
  std::string comment;           // given with every decision; empty: none
};
struct BatchItemResult {
  BatchItem item;
  BatchItemState state = BatchItemState::waiting;
  BatchObstacle reason = BatchObstacle::none;  // none unless it failed
};
struct BatchSummary {
  std::int64_t id = 0;
  Outcome outcome = Outcome::approved;
  std::string comment;
  std::int64_t total = 0;
  Instant created_at;
  std::optional<Instant> finished_at;
};
struct BatchProgress {
  BatchSummary summary;
  std::vector<BatchItemResult> items;  // in the order of the request

  std::int64_t count(BatchItemState state) const;
  std::int64_t processed() const;  // with those that failed or were cancelled
  // Those that this batch did not decide and never will: failed or cancelled.
  std::vector<BatchItemResult> failures() const;
};
struct BatchQuery {
  std::int64_t before = 0;  // an id; 0: from the newest on
  std::int64_t limit = 50;
};

class BatchService {
 public:
  BatchService(ports::Clock& clock, const CatalogSource& catalog, const PeopleSource& people,
               InstanceService& instances, EngineService& engine);

  // Whether the caller could decide that work item in a batch now, in that manner.
  Result<BatchObstacle> check(ports::ReadTransaction& snapshot, const CallContext& context,
                              WorkItemId item, const BatchManner& manner = {});
  // The id of the batch; that of the first one for a repeated key.
  Result<std::int64_t> submit(ports::WriteTransaction& transaction, const CallContext& context,
                              BatchRequest request);
  // Of the caller's own batch, as of one moment. `door`: when set, only a batch of that door.
  Result<BatchProgress> progress(ports::ReadTransaction& snapshot, const CallContext& context,
                                 std::int64_t batch, std::string_view door = {});
  // The caller's own batches of all doors, newest first.
  Result<std::vector<BatchSummary>> list(ports::ReadTransaction& snapshot,
                                         const CallContext& context, const BatchQuery& query);
  // A new batch of the items of the caller's batch that failed. Returns its id.
  Result<std::int64_t> retry(ports::WriteTransaction& transaction, const CallContext& context,
                             std::int64_t batch);
  // Items of the caller's batch that were not decided yet never are; those that were stay so.
  // Returns how many were cancelled; none of a batch that has ended.
  Result<std::int64_t> cancel(ports::WriteTransaction& transaction, const CallContext& context,
                              std::int64_t batch);

  // For BatchRunner: the first items without a result, in order.
  static ports::Select waiting_items(std::int64_t batch, std::int64_t limit);
  // For BatchRunner. Decides the item at `position` and stores that it did; nothing when its result
  // is stored already. An error leaves the item as it was.
  Status run_item(ports::WriteTransaction& transaction, std::int64_t batch, std::int64_t position);
  // Stores that it failed, unless it has a result.
  Status fail_item(ports::WriteTransaction& transaction, std::int64_t batch, std::int64_t position,
                   BatchObstacle reason);

 private:
  static Result<ports::Row> find_own(ports::ReadTransaction& snapshot, const CallContext& context,
                                     std::int64_t batch, std::string_view door);
  Result<std::optional<std::int64_t>> find_repeated(ports::ReadTransaction& snapshot,
                                                    const CallContext& context,
                                                    const BatchRequest& request);
  // An item without a result, and its batch.
  struct Waiting {
    ports::Row batch;
    ports::Row item;
  };
  static Result<std::optional<Waiting>> find_waiting(ports::ReadTransaction& snapshot,
                                                     std::int64_t batch, std::int64_t position);
  Result<BatchObstacle> decide(ports::WriteTransaction& transaction, const Waiting& waiting);
  Status tell_owner(ports::WriteTransaction& transaction, const ports::Row& batch,
                    bool last_is_done);
  Status store_result(ports::WriteTransaction& transaction, Waiting waiting, BatchObstacle reason);
  Result<bool> was_decided_with(ports::ReadTransaction& snapshot, const ports::Row& item);

  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  InstanceService& instances_;
  EngineService& engine_;
};

class BatchRunner {
 public:
  BatchRunner(ports::Store& store, ports::Clock& clock, BatchService service, Logger logger = {});

  // Some items of every unfinished batch, each in a command of its own, all of them under way
  // together; items of one batch keep their order. Returns how many got a result.
  Result<std::size_t> tick();
  // Removes batches that ended longer than kBatchKept ago. Returns how many.
  Result<std::size_t> forget_old();

 private:
  struct Turn {
    std::int64_t batch = 0;
    std::int64_t position = 0;
  };
  Result<std::vector<Turn>> find_turns();
  bool settle(const Turn& turn, const Status& result);

  ports::Store& store_;
  ports::Clock& clock_;
  BatchService service_;
  Logger logger_;
};

}  // namespace cinnabar::services
