// What people are told of and need not decide: copies of instances, the end of their batches, and
// records that an automation tells of.
//
// A copy belongs to the history of its instance, so reading it is a command of the engine; other
// notices are rows alone. Thread: any; commands run inside a write transaction. Errors: not_found
// (notice_unknown), also for somebody else's.
#pragma once

#include "services/engine_service.h"

#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

// Stored: append only.
enum class NoticeKind : std::uint8_t { copy = 1, batch_finished = 2, record = 3 };
std::string_view name(NoticeKind kind);

struct NoticeRow {
  NoticeId id;
  NoticeKind kind = NoticeKind::copy;
  ProcessInstanceId instance;  // of a copy, like all below up to the comment
  ProcessId process;
  std::int64_t number = 0;
  std::string title;  // of the instance
  std::string node_id;
  UserId sent_by;  // unassigned: the process
  std::string comment;
  FormId form;  // of a record, with sent_by (whose write it was) and the comment
  RecordId record;
  std::int64_t batch = 0;  // of batch_finished, with how many items ended how
  std::int64_t done = 0;
  std::int64_t failed = 0;
  Instant created_at;
  std::optional<Instant> read_at;
};
struct NoticeQuery {
  std::optional<NoticeKind> kind;                   // unset: all
  std::optional<bool> is_read;                      // unset: either
  std::optional<Instant> since;                     // made then or later
  std::optional<std::vector<ProcessId>> processes;  // copies of these; unset: of all
  bool newest_first = false;
  NoticeId after;
  std::int64_t offset = 0;
  std::int64_t limit = 100;
};

// Tells the owner of a batch that it is over.
struct BatchEnd {
  std::int64_t batch = 0;
  UserId reader;
  std::int64_t done = 0;
  std::int64_t failed = 0;
};
Status add_notice(ports::WriteTransaction& transaction, const BatchEnd& end, Instant now);

// What an automation says of a record.
inline constexpr std::size_t kNoticeTextBytesMax = 2'000;
struct RecordNotice {
  FormId form;
  RecordId record;
  UserId reader;
  UserId sent_by;  // unassigned: the server itself
  std::string text;
};
Status add_notice(ports::WriteTransaction& transaction, const RecordNotice& notice, Instant now);

class NoticeService {
 public:
  NoticeService(ports::Clock& clock, EngineService& engine);

  // The caller's own, by id.
  static Result<std::vector<NoticeRow>> list(ports::ReadTransaction& snapshot,
                                             const CallContext& context, const NoticeQuery& query);
  // Of a copy, how its instance stands then.
  Result<std::optional<Applied>> read(ports::WriteTransaction& transaction,
                                      const CallContext& context, NoticeId notice);

 private:
  ports::Clock& clock_;
  EngineService& engine_;
};

}  // namespace cinnabar::services
