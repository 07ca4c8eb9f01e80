// The columns of the list of records: those that every record has, and the fields of the form. Pure
// over the snapshots it is given; any thread.
#pragma once

#include "api/dialects/dadayun/filter_syntax.h"
#include "api/dialects/dadayun/gateway.h"
#include "api/dialects/dadayun/record_fields.h"
#include "base/json.h"
#include "services/record_service.h"

#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::dadayun {

class RecordColumns {
 public:
  RecordColumns(const Entry& entry, const services::DeployedForm& form, KeyOption keys)
      : entry_(entry), form_(form), keys_(keys) {}

  struct RecordFilter {
    FilterNode node;
    // IsValid has to be false: the list is that of the caller's drafts, and asks for nothing else.
    bool wants_drafts = false;
  };
  Result<RecordFilter> filter(std::string_view text) const;
  // By Id, Creator, CreateTime, ModifyTime, Title, or a field of the form with one value.
  Status sort(std::string_view text, services::RecordQuery& query) const;
  // `fields` of the list, divided by commas; empty: what every record has.
  Result<std::vector<std::string>> choose(std::string_view text) const;
  [[nodiscard]] Json row(const services::RecordView& record,
                         const std::vector<std::string>& chosen) const;
  // A record by itself, with what the caller may do with each field when `with_rights`.
  [[nodiscard]] Json record(const services::RecordView& record, bool with_rights) const;

 private:
  Result<FilterNode> condition(const FilterItem& item) const;
  [[nodiscard]] Json fixed(const services::RecordView& record, std::string_view name) const;
  [[nodiscard]] Json with_rights(const form::Field& field, Json value, bool may_change) const;

  const Entry& entry_;
  const services::DeployedForm& form_;
  KeyOption keys_;
};

}  // namespace cinnabar::dadayun
