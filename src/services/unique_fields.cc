#include "services/unique_fields.h"

#include "ports/schema.h"
#include "services/invalid_fields.h"
#include "services/rows.h"
#include "vocab/reasons.h"

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::unique_value;

std::string text_in(const FieldValues& fields, const std::string& id) {
  const auto it = fields.find(id);
  return it == fields.end() ? std::string{} : to_plain_text(it->second);
}

}  // namespace

Status change_unique_values(ports::WriteTransaction& transaction, const form::FormDefinition& form,
                            const ValueChange& change) {
  std::vector<FieldError> errors;
  for (const form::Field& field : form.fields) {
    if (!field.unique) continue;
    const std::string before = text_in(change.before, field.id);
    const std::string after = text_in(change.after, field.id);
    if (before == after) continue;
    if (after.size() > kUniqueBytesMax) {
      errors.push_back({field.id, reasons::kFieldTooLong, "a unique value has at most 500 bytes"});
      continue;
    }
    const auto key = [&](const std::string& text) {
      return ports::Key{cell(change.form), cell(field.id), cell(text)};
    };
    if (!after.empty()) {
      CINNABAR_TRY(const auto twin, transaction.get(columns::kTable, key(after)));
      const bool is_taken =
          twin.has_value() && id_of<RecordId>(*twin, columns::record_id) != change.record;
      if (is_taken && !change.allow_twins) {
        errors.push_back({field.id, reasons::kFieldNotUnique, "another record has this value"});
        continue;
      }
      if (!is_taken) {
        transaction.put(columns::kTable,
                        {cell(change.form), cell(field.id), cell(after), cell(change.record)});
      }
    }
    if (before.empty()) continue;
    // Where twins are allowed the value may be another record's.
    CINNABAR_TRY(const auto owner, transaction.get(columns::kTable, key(before)));
    if (owner && id_of<RecordId>(*owner, columns::record_id) == change.record) {
      transaction.erase(columns::kTable, key(before));
    }
  }
  if (errors.empty()) return {};
  return invalid_fields(std::move(errors));
}

}  // namespace cinnabar::services
