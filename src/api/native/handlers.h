// The handlers behind the routes of native.cc. Each authenticates its call, reads it, asks one
// service and words the answer. Lanes are those of the table.
#pragma once

#include "api/common/route.h"

namespace cinnabar::native {

api::Answer sign_in(const api::Call& call);
api::Answer sign_out(const api::Call& call);
api::Answer who_am_i(const api::Call& call);

api::Answer create_token(const api::Call& call);
api::Answer list_tokens(const api::Call& call);
api::Answer revoke_token(const api::Call& call);

api::Answer list_work_items(const api::Call& call);
api::Answer show_work_item(const api::Call& call);
api::Answer complete_work_item(const api::Call& call);

api::Answer list_definitions(const api::Call& call);

api::Answer start_instance(const api::Call& call);
api::Answer show_instance(const api::Call& call);
api::Answer show_history(const api::Call& call);
api::Answer show_record(const api::Call& call);
api::Answer list_attachments(const api::Call& call);
api::Answer download_attachment(const api::Call& call);

}  // namespace cinnabar::native
