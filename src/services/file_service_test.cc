#include "services/file_service.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::kTwoTasks;
using testing::values;
using testing::World;

TEST(FileService, names_are_made_safe) {
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("C:\\temp\\報告.pdf"), "報告.pdf");
  EXPECT_EQ(safe_file_name(".."), "file");
  EXPECT_EQ(safe_file_name(".htaccess"), "htaccess");
  EXPECT_EQ(safe_file_name(std::string("a\0b\r\n", 5)), "ab");
  EXPECT_LE(safe_file_name(std::string(1000, 'x')).size(), 255u);
}

TEST(FileService, size_and_type_are_limited) {
  World world;
  EXPECT_EQ(world.files.store_upload("x", "s", 1001, "a.txt", "text/plain").error().reason,
            reasons::kFileTooLarge);
  EXPECT_EQ(world.files.store_upload("x", "s", 1, "a.EXE", "text/plain").error().reason,
            reasons::kFileTypeNotAllowed);
  EXPECT_EQ(
      world.files.store_upload("x", "s", 1, "a.txt", "text/html; charset=x<script>")->media_type,
      "text/html");
  EXPECT_EQ(world.files.store_upload("x", "s", 1, "a.txt", "a\"b/c")->media_type,
            "application/octet-stream");
}

TEST(FileService, attaching_marks_the_inbox_and_checks_the_owner) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const ProcessId other = world.deploy(kTwoTasks, "q");
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "t"}})));
  const std::int64_t position = world.open(process, 1)[0].activity.value();
  const auto attach = [&](const char* user, ProcessId owner) {
    return ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
      return world.files.attach(transaction, world.as(user), owner, position,
                                {{std::nullopt, "a.txt", "text/plain", std::string(64, 'a'), 1}});
    });
  };
  EXPECT_EQ(attach("dave", process).error().reason, reasons::kNotPermitted);
  EXPECT_EQ(attach("alice", other).error().reason, reasons::kActivityUnknown);
  EXPECT_FALSE(world.inbox("bob")[0].has_attachments);
  EXPECT_TRUE(attach("alice", process));
  EXPECT_TRUE(world.inbox("bob")[0].has_attachments);
}

TEST(FileService, sweeping_keeps_what_rows_refer_to) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  world.blobs.stored = {std::string(64, 'a'), std::string(64, 'b')};
  const auto started = world.write<Started>([&](ports::WriteTransaction& transaction) {
    StartRequest request;
    request.process = process;
    request.fields = values({{"TITLE", "t"}});
    request.files = {{std::nullopt, "a.txt", "text/plain", std::string(64, 'a'), 3}};
    return world.instances.start(transaction, world.as("alice"), std::move(request));
  });
  ASSERT_TRUE(started);
  EXPECT_EQ(*world.files.sweep(world.store), 1);
  EXPECT_EQ(world.blobs.stored, (std::set<std::string>{std::string(64, 'a')}));
}

}  // namespace
}  // namespace cinnabar::services
