// Field values as this door writes them: wrapped in {"value": ...} on their way in, bare on their
// way out. Pure over the snapshots they are given; thread: any.
//
// What is not written: serial numbers, labels, system fields; unknown names. They are passed over,
// as the real server does. Reading errors: see envelope.h; a wrong value fails its row.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "services/catalog.h"
#include "services/people.h"
#include "services/record_service.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::jodoo {

// What a value may refer to. `file`: an uploaded file by its key, for that field; nullopt when it
// is not bound.
struct ReadContext {
  const services::People& people;
  UtcOffset time_zone;
  std::function<Result<std::optional<FieldValue>>(const form::Field&, const std::string& key)> file;
};

// {"name": {"value": ...}} of a record or a row; absent and null values are Null.
Result<FieldValues> read_record(const std::vector<form::Field>& fields, const Json& json,
                                const ReadContext& context, bool is_row = false);
Result<FieldValue> read_value(const form::Field& field, const Json& json,
                              const ReadContext& context);
// The times that are accepted on write; see docs/dialects/jodoo.md.
std::optional<Instant> read_time(std::string_view text, UtcOffset time_zone);

// What is shown of an attachment beside its name. `url`: where its bytes are, for a while; empty:
// not told.
struct FileView {
  std::int64_t size = 0;
  std::string media_type;
  std::string url;
};
using FileViews = std::map<AttachmentId, FileView>;

struct WriteContext {
  const services::Catalog& catalog;
  const services::People& people;
  const FileViews* files = nullptr;  // null pointer: names alone
};
Json write_value(const form::Field& field, const FieldValue* value, const WriteContext& context);
// A record with its system fields.
Json write_record(const services::DeployedForm& form, const services::RecordView& record,
                  std::string_view app_id, std::string_view entry_id, const WriteContext& context);

Json member_json(const services::People& people, UserId user);
Json department_json(const services::People& people, GroupId group);
// The vendor's name of a field's type; empty for one that is not shown.
std::string_view type_name(const form::Field& field);
// What a field is called in requests and answers: its alias, else its id. Requests may use either.
const std::string& name_of(const form::Field& field);
// Null pointer when there is none.
const form::Field* find_field(const std::vector<form::Field>& fields, std::string_view name);
// 0 running, 1 finished, 2 ended by hand, 3 rejected.
std::optional<int> flow_state(const services::RecordView& record);

}  // namespace cinnabar::jodoo
