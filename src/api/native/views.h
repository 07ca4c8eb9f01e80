// Things of the product as JSON of the native API. Pure; any thread. People and groups that are
// gone keep their id and have no name.
#pragma once

#include "api/common/route.h"
#include "base/json.h"

#include <optional>
#include <string_view>

namespace cinnabar::native {

// What views look names up in: one consistent pair of snapshots.
struct Names {
  std::shared_ptr<const services::Catalog> catalog;
  std::shared_ptr<const services::People> people;
};
Names names_of(const api::Call& call);

// Null when unassigned.
Json user_json(const services::People& people, UserId user);
Json group_json(const services::People& people, GroupId group);
Json process_json(const services::Catalog& catalog, ProcessId process);
Json form_json(const services::Catalog& catalog, FormId form);
Json application_json(const services::Catalog& catalog, ApplicationId application);
Json time_json(Instant at);
Json text_or_null(const std::optional<std::string>& text);
Json text_or_null(const std::string& text);

// One page of a list: `rows` as an array, and `last`, the id after which the next page begins, if
// the page is full.
Json page_json(Json rows, std::int64_t limit, std::int64_t last);

Json work_item_json(const Names& names, std::span<const api::Door* const> doors,
                    const services::InboxItem& item);
Json instance_json(const Names& names, const services::InstanceSummary& summary);
Json attachment_json(const Names& names, const services::Attachment& attachment);
Json history_json(const Names& names, const services::HistoryEntry& entry);

// A form by key ("order", or "shop/order" when keys repeat) or id; of one application when that is
// assigned. Unassigned when there is none, or several.
FormId find_form(const services::Catalog& catalog, std::string_view name,
                 ApplicationId application = {});
// A process by key ("leave", or "app/leave" when keys repeat), UUID, or id. not_found
// (process_unknown), also when the key names several.
Result<const services::Process*> find_process(const services::Catalog& catalog,
                                              std::string_view name);

}  // namespace cinnabar::native
