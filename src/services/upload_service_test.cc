#include "services/upload_service.h"

#include "ports/schema.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

#include <set>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

class UploadTest : public ::testing::Test {
 protected:
  UploadTest()
      : process_(world_.deploy(testing::kTwoTasks)),
        form_(world_.catalog.current()->process(process_)->form) {}

  std::string token(std::string_view batch = "b") {
    const auto tokens = world_.uploads.permit(world_.as("alice"), form_, batch, 1);
    EXPECT_TRUE(tokens) << to_string(tokens.error());
    return tokens ? tokens->front() : std::string();
  }
  // The key of a file that was sent.
  Result<std::string> send(const std::string& token, const std::string& sha256) {
    CINNABAR_TRY(const UploadPermit permit, world_.uploads.check(token));
    CINNABAR_CHECK_OK(
        ports::submit_and_wait(world_.store, [&](ports::WriteTransaction& transaction) {
          return UploadService::keep(transaction, permit,
                                     {std::nullopt, "a.txt", "text/plain", sha256, 3},
                                     world_.clock.now());
        }));
    return permit.key;
  }
  bool is_found(const std::string& key, FormId form, std::string_view batch) {
    auto snapshot = world_.store.read();
    const auto found = world_.uploads.find(**snapshot, form, batch, {key});
    return found && found->contains(key);
  }
  // A record whose file field has that file; unassigned when it was refused.
  RecordView add(const std::string& key) {
    const auto made = world_.write<std::vector<CreatedRecord>>(
        [&](ports::WriteTransaction& transaction) -> Result<std::vector<CreatedRecord>> {
          CINNABAR_TRY(auto found, world_.uploads.find(transaction, form_, "b", {key}));
          CINNABAR_TRY(const AttachmentId id, next_attachment_id(transaction));
          CreateRecords request;
          request.form = form_;
          NewRecord row;
          row.fields = values({{"TITLE", "t"}});
          row.fields.emplace("FILES",
                             FieldValue{FieldValue::List{FieldValue{FileRef{id, "a.txt"}}}});
          row.files.push_back({id, found.at(key)});
          request.rows.push_back(std::move(row));
          return world_.records.create(transaction, world_.as("alice"), std::move(request));
        });
    EXPECT_TRUE(made) << to_string(made.error());
    return *made->front().made;
  }
  static AttachmentId file_of(const RecordView& record) {
    return record.fields.at("FILES").get<FieldValue::List>()->front().get<FileRef>()->attachment;
  }

  World world_;
  ProcessId process_;
  FormId form_;
};

TEST_F(UploadTest, whoever_may_write_the_form_gets_permits) {
  const auto many = world_.uploads.permit(world_.as("alice"), form_, "b", 100);
  ASSERT_TRUE(many);
  EXPECT_EQ((std::set<std::string>{many->begin(), many->end()}).size(), 100u);
  EXPECT_EQ(world_.uploads.permit(world_.as("carol"), form_, "b", 1).error().reason,
            reasons::kNotPermitted);
  EXPECT_EQ(world_.uploads.permit(world_.as("alice"), FormId{999}, "b", 1).error().reason,
            reasons::kFormUnknown);
}

TEST_F(UploadTest, a_token_is_good_for_one_file_and_one_hour) {
  const std::string mine = token();
  ASSERT_TRUE(send(mine, "s1"));
  EXPECT_EQ(send(mine, "s2").error().reason, reasons::kUploadDone);
  const std::string late = token();
  world_.clock.advance(kUploadKept);
  EXPECT_EQ(send(late, "s3").error().reason, reasons::kTokenUnknown);
}

TEST_F(UploadTest, no_bit_of_a_token_can_be_changed) {
  const std::string good = token("a batch\nof two lines");
  ASSERT_TRUE(world_.uploads.check(good));
  EXPECT_EQ(world_.uploads.check(good)->batch, "a batch\nof two lines");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == '0' ? '1' : '0';
    EXPECT_FALSE(world_.uploads.check(bad)) << i;
  }
  for (const char* text : {"", ".", "00.", "zz.00"}) EXPECT_FALSE(world_.uploads.check(text));
}

TEST_F(UploadTest, a_key_is_known_to_its_form_and_batch_for_an_hour) {
  const auto key = send(token(), "s1");
  ASSERT_TRUE(key);
  EXPECT_TRUE(is_found(*key, form_, "b"));
  EXPECT_FALSE(is_found(*key, form_, "c"));
  EXPECT_FALSE(is_found(*key, FormId{form_.value() + 1}, "b"));
  world_.clock.advance(kUploadKept);
  EXPECT_FALSE(is_found(*key, form_, "b"));
}

TEST_F(UploadTest, what_nobody_named_is_forgotten_and_swept) {
  world_.blobs.stored = {"s1", "s2"};
  const auto named = send(token(), "s1");
  const auto unnamed = send(token(), "s2");
  ASSERT_TRUE(named && unnamed);
  EXPECT_EQ(*world_.files.sweep(world_.store), 0);
  add(*named);
  world_.clock.advance(hours(2));
  EXPECT_EQ(*forget_old_uploads(world_.store, world_.clock.now()), 2);
  EXPECT_EQ(*world_.files.sweep(world_.store), 1);
  EXPECT_EQ(world_.blobs.stored, (std::set<std::string>{"s1"}));
}

TEST_F(UploadTest, the_file_of_a_record_is_for_whoever_may_see_the_record) {
  world_.blobs.stored = {"s1"};
  const RecordView record = add(*send(token(), "s1"));
  const AttachmentId file = file_of(record);
  auto snapshot = world_.store.read();
  const auto mine = world_.files.open(**snapshot, world_.as("bob"), file);
  ASSERT_TRUE(mine) << to_string(mine.error());
  EXPECT_EQ(mine->attachment.record, record.id);
  EXPECT_EQ(world_.files.open(**snapshot, world_.as("carol"), file).error().reason,
            reasons::kAttachmentUnknown);
}

TEST_F(UploadTest, a_link_is_for_everybody_while_it_is_good_and_the_record_is_there) {
  world_.blobs.stored = {"s1"};
  const RecordView record = add(*send(token(), "s1"));
  const auto link = world_.files.link(file_of(record), hours(2));
  const auto opens = [&](const FileService::Link& shown) {
    auto snapshot = world_.store.read();
    return world_.files.open(**snapshot, shown).has_value();
  };
  EXPECT_TRUE(opens(link));
  EXPECT_FALSE(opens({AttachmentId{link.id.value() + 1}, link.until, link.proof}));
  EXPECT_FALSE(opens({link.id, link.until + hours(1), link.proof}));
  EXPECT_FALSE(opens({link.id, link.until, ""}));
  world_.clock.advance(hours(2));
  EXPECT_FALSE(opens(link));
  const auto fresh = world_.files.link(link.id, hours(2));
  EXPECT_TRUE(opens(fresh));
  ASSERT_TRUE(world_.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return world_.records.remove(transaction, world_.as("admin"), form_, {record.id});
  }));
  EXPECT_FALSE(opens(fresh));
}

}  // namespace
}  // namespace cinnabar::services
