// Documents that mean the same to every XML reader give the same text: in the manner of Canonical
// XML, with prefixes replaced by namespaces. Attributes are sorted by namespace and name; comments,
// the declaration, CDATA markers, white space inside of tags and the choice of quotes and
// references do not count; white space between tags does. Text that is no XML gives "malformed".
// Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace cinnabar::process::testing {

std::string canonical_xml(std::string_view xml);

}  // namespace cinnabar::process::testing
