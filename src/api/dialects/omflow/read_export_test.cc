#include "api/dialects/omflow/read_export.h"

#include <gtest/gtest.h>

namespace cinnabar::omflow {
namespace {

TEST(OmflowExport, files_without_an_export_are_left_to_others) {
  EXPECT_FALSE(read_export({{"app.json", "{}"}, {"notes.txt", "omf"}}));
}

TEST(OmflowExport, an_export_that_holds_no_single_application_gives_findings_alone) {
  for (const char* document : {"[]", "no json", "{}"}) {
    const auto read = read_export({{"apps.omf", document}});
    ASSERT_TRUE(read) << document;
    EXPECT_FALSE(read->package) << document;
    ASSERT_FALSE(read->findings.empty()) << document;
    EXPECT_TRUE(read->findings.back().is_error) << document;
  }
}

}  // namespace
}  // namespace cinnabar::omflow
