// Records of forms: the list, one of them, making, changing and removing. Handlers of routes.
#pragma once

#include "api/dialects/dadayun/gateway.h"

namespace cinnabar::dadayun {

Result<http::Response> list_records(Entry& entry);
Result<http::Response> show_record(Entry& entry);
Result<Write> create_record(std::shared_ptr<Entry> entry);
Result<Write> update_record(std::shared_ptr<Entry> entry);
Result<Write> delete_record(std::shared_ptr<Entry> entry);

}  // namespace cinnabar::dadayun
