#include "outbound/local_socket.h"

#include "platform/workers.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace cinnabar::outbound {
namespace {

namespace fs = std::filesystem;

class LocalSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Longer than a socket address may be.
    folder_ = fs::path(::testing::TempDir()) / (std::to_string(::getpid()) + std::string(150, 'x'));
    fs::create_directories(folder_);
    path_ = folder_ / "admin.sock";
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
  fs::path path_;
};

TEST_F(LocalSocketTest, answers_come_back_whole_and_the_socket_is_private) {
  auto listener = LocalListener::open(path_);
  ASSERT_TRUE(listener.has_value()) << to_string(listener.error());
  struct stat facts{};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_TRUE(S_ISSOCK(facts.st_mode));
  EXPECT_EQ(facts.st_mode & 0777, 0600u);

  Workers workers("test", 1, 1);
  ASSERT_TRUE(workers.submit([&] {
    (*listener)->serve([](std::string_view question) { return std::string(question) + "!"; });
  }));
  const std::string large(3'000'000, 'a');
  EXPECT_EQ(ask_local(path_, large).value(), large + "!");
  EXPECT_EQ(ask_local(path_, "again").value(), "again!");
  (*listener)->stop();
  workers.stop();
  listener->reset();
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(LocalSocketTest, nobody_there_is_an_error_and_a_leftover_is_replaced) {
  EXPECT_EQ(ask_local(path_, "x").error().code, Code::unavailable);
  std::ofstream(path_) << "left behind";
  EXPECT_EQ(ask_local(path_, "x").error().code, Code::unavailable);
  EXPECT_TRUE(LocalListener::open(path_).has_value());
}

}  // namespace
}  // namespace cinnabar::outbound
