#include "app/config.h"

#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace cinnabar::app {
namespace {

using ::testing::HasSubstr;

// Reads no file of the machine that runs the test.
class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() : path_(std::filesystem::path(::testing::TempDir()) / "cinnabar_config_test.toml") {
    write("");
  }
  ~ConfigTest() override { std::filesystem::remove(path_); }

  void write(std::string_view text) { std::ofstream(path_) << text; }
  Result<LoadedConfig> load() {
    input_.file = path_;
    return load_config(input_);
  }
  std::vector<std::string> problems() {
    const auto loaded = load();
    std::vector<std::string> details;
    if (loaded.has_value()) return details;
    for (const FieldError& field : loaded.error().fields) details.push_back(field.detail);
    return details;
  }

  std::filesystem::path path_;
  ConfigInput input_;
};

TEST(Settings, every_row_is_complete_and_its_default_is_valid) {
  std::set<std::string> names;
  std::set<std::string> variables;
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(names.insert(std::string(setting.name)).second) << setting.name;
    EXPECT_TRUE(variables.insert(environment_name(setting)).second) << setting.name;
    EXPECT_TRUE(setting.sentence.ends_with('.')) << setting.name;
    EXPECT_EQ(split(setting.name, '.').size(), 2U) << setting.name;
    EXPECT_TRUE(parse_setting(setting, setting.default_text).has_value()) << setting.name;
    EXPECT_EQ(setting.type == SettingType::integer, !setting.unit.empty()) << setting.name;
  }
}

TEST(Settings, values_are_printed_as_they_are_read) {
  for (const Setting& setting : settings()) {
    const auto value = parse_setting(setting, setting.default_text);
    EXPECT_EQ(print_setting(*value), setting.default_text) << setting.name;
  }
}

TEST(Settings, integers_have_a_range) {
  const Setting& threads = *find_setting("http.threads");
  EXPECT_TRUE(parse_setting(threads, "64").has_value());
  EXPECT_FALSE(parse_setting(threads, "65").has_value());
  EXPECT_FALSE(parse_setting(threads, "0").has_value());
  EXPECT_FALSE(parse_setting(threads, "two").has_value());
}

TEST(Settings, close_names_are_suggested_and_far_ones_are_not) {
  EXPECT_EQ(suggest_setting("http.lissen"), "http.listen");
  EXPECT_EQ(suggest_setting("server.listen"), "http.listen");
  EXPECT_EQ(suggest_setting("completely.different"), "");
  EXPECT_EQ(suggest_setting(std::string(100'000, 'x')), "");
}

TEST(Listen, takes_names_numbers_and_brackets) {
  EXPECT_EQ(parse_listen("127.0.0.1:80")->port, 80);
  EXPECT_EQ(parse_listen("localhost:80")->host, "127.0.0.1");
  EXPECT_EQ(parse_listen("[::1]:0")->host, "::1");
  EXPECT_EQ(parse_listen(":80")->host, "0.0.0.0");
  EXPECT_EQ(parse_listen("8080")->port, 8080);
  for (const char* wrong : {"", "host", "::1:80", "a:65536", "a:-1", "[::1:80", "a:"}) {
    EXPECT_FALSE(parse_listen(wrong).has_value()) << wrong;
  }
}

TEST_F(ConfigTest, the_last_word_counts) {
  write("[workers]\nreaders = 5\n");
  EXPECT_EQ(load()->config.reader_threads, 5);
  input_.environment = {{"CINNABAR_WORKERS_READERS", "6"}};
  EXPECT_EQ(load()->config.reader_threads, 6);
  input_.flags = {{"workers.readers", "7"}};
  EXPECT_EQ(load()->config.reader_threads, 7);
  EXPECT_EQ(load()->values.find("workers.readers")->second.origin, "flag");
}

TEST_F(ConfigTest, defaults_of_a_start_give_way_to_everything) {
  input_.start_defaults = {{"tenant.utc_offset", "+08:00"}};
  EXPECT_EQ(load()->config.utc_offset.minutes, 480);
  write("[tenant]\nutc_offset = \"-03:30\"\n");
  EXPECT_EQ(load()->config.utc_offset.minutes, -210);
}

TEST_F(ConfigTest, mistakes_are_collected_with_their_lines) {
  write("[http]\nthreads = \"two\"\nlisten = 80\n\n[nosuch]\nkey = 1\n");
  const auto details = problems();
  ASSERT_EQ(details.size(), 3U);
  EXPECT_THAT(details, ::testing::Contains(HasSubstr("http.threads")));
  EXPECT_THAT(details, ::testing::Contains(HasSubstr("line 3")));
  EXPECT_THAT(details, ::testing::Contains(HasSubstr("nosuch.key")));
}

TEST_F(ConfigTest, a_file_that_is_no_toml_names_the_line) {
  write("[http]\nlisten = \n");
  const auto loaded = load();
  ASSERT_FALSE(loaded.has_value());
  EXPECT_THAT(loaded.error().detail, HasSubstr("line 2"));
}

TEST_F(ConfigTest, a_file_that_was_asked_for_must_exist) {
  std::filesystem::remove(path_);
  EXPECT_FALSE(load().has_value());
}

TEST_F(ConfigTest, certificate_and_key_belong_together) {
  write("[http]\ntls_key = \"key.pem\"\n");
  EXPECT_FALSE(load().has_value());
  write("[http]\ntls_key = \"key.pem\"\ntls_certificate = \"cert.pem\"\n");
  EXPECT_TRUE(load()->config.uses_tls());
}

TEST_F(ConfigTest, sections_of_doors_are_passed_on) {
  write("[doors.acme]\nstyle = \"old\"\n");
  input_.flags = {{"doors.acme.other", "1"}};
  const auto loaded = load();
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.door_settings.find("acme.style")->second, "old");
  EXPECT_EQ(loaded->config.door_settings.find("acme.other")->second, "1");
}

TEST_F(ConfigTest, connector_and_mail_are_checked_at_the_start) {
  write(
      "[connector]\nallow = [\"10.0.0.0/8\", \"intranet\"]\ntimeout_ms = 2000\n"
      "[mail]\nserver = \"smtp://mail:587\"\nfrom = \"a@b.c\"\ntls = \"none\"\n");
  input_.environment = {{"CINNABAR_MAIL_PASSWORD", "word"}};
  const auto loaded = load();
  ASSERT_TRUE(loaded.has_value());
  const outbound::ConnectorOptions& options = loaded->config.connector;
  EXPECT_EQ(options.allowed, (std::vector<std::string>{"10.0.0.0/8", "intranet"}));
  EXPECT_EQ(options.timeout, seconds(2));
  EXPECT_EQ(options.mail_password.reveal(), "word");
  EXPECT_EQ(options.mail_tls, outbound::ConnectorOptions::MailTls::none);
  input_.flags = {{"connector.allow", "10.0.0.0/99"}};
  EXPECT_THAT(problems(), ::testing::Contains(HasSubstr("connector.allow")));
  input_.flags = {{"mail.server", "http://mail"}};
  EXPECT_THAT(problems(), ::testing::Contains(HasSubstr("mail.server")));
}

TEST_F(ConfigTest, the_database_lies_in_the_data_folder_unless_told) {
  input_.flags = {{"data.folder", "/srv/x"}};
  EXPECT_EQ(load()->config.database, "/srv/x/cinnabar.db");
  input_.flags.emplace_back("data.database", "sqlite:/srv/y.db");
  EXPECT_EQ(load()->config.database, "/srv/y.db");
  input_.flags.emplace_back("data.database", "mysql://x");
  EXPECT_FALSE(load().has_value());
}

}  // namespace
}  // namespace cinnabar::app
