#include "platform/http/multipart.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace cinnabar::http {
namespace {

class RecordingSink final : public MultipartSink {
 public:
  Status part_begin(PartHead head) override {
    log += "<" + head.name + "|" + head.file_name.value_or("-") + "|" + head.media_type + ">";
    return {};
  }
  Status part_data(std::string_view data) override {
    log += data;
    return {};
  }
  Status part_end() override {
    log += "</>";
    return {};
  }
  std::string log;
};

// What came out and how it ended: "ok" or the reason.
struct Outcome {
  std::string log;
  std::string ending;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome parse_pieces(const std::vector<std::string_view>& pieces) {
  RecordingSink sink;
  MultipartParser parser("b0", sink);
  for (const std::string_view piece : pieces) {
    if (const Status status = parser.feed(piece); !status) {
      return {sink.log, std::string(status.error().reason.name)};
    }
  }
  const Status end = parser.finish();
  return {sink.log, end ? "ok" : std::string(end.error().reason.name)};
}

const std::string kBody =
    "preamble\r\n--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n"
    "--b0  \r\ncontent-disposition: form-data; name=\"f\"; filename=\"C:\\dir\\x.txt\"\r\n"
    "Content-Type: text/plain\r\n\r\n\r\n--b\r--b0 \r\n--b1\r\n\r\n--b0\r\n"
    "Content-Disposition: form-data; name=empty\r\n\r\n\r\n--b0--\r\nepilogue --b0";
const std::string kLog =
    "<a|-|>value</><f|x.txt|text/plain>\r\n--b\r--b0 \r\n--b1\r\n</><empty|-|></>";

TEST(Multipart, whole_body_gives_its_parts) {
  EXPECT_EQ(parse_pieces({kBody}), (Outcome{kLog, "ok"}));
}

TEST(Multipart, every_split_position_gives_the_same_parts) {
  const std::string_view body = kBody;
  for (std::size_t i = 0; i <= body.size(); ++i) {
    EXPECT_EQ(parse_pieces({body.substr(0, i), body.substr(i)}), (Outcome{kLog, "ok"})) << i;
    for (std::size_t j = i; j <= body.size(); j += 7) {
      EXPECT_EQ(parse_pieces({body.substr(0, i), body.substr(i, j - i), body.substr(j)}),
                (Outcome{kLog, "ok"}));
    }
  }
}

TEST(Multipart, byte_by_byte_gives_the_same_parts) {
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < kBody.size(); ++i) {
    bytes.push_back(std::string_view(kBody).substr(i, 1));
  }
  EXPECT_EQ(parse_pieces(bytes), (Outcome{kLog, "ok"}));
}

TEST(Multipart, truncation_at_every_byte_is_told) {
  const std::size_t end = kBody.find("--b0--") + 6;
  for (std::size_t i = 0; i < kBody.size(); ++i) {
    const Outcome outcome = parse_pieces({std::string_view(kBody).substr(0, i)});
    EXPECT_EQ(outcome.ending, i < end ? "multipart_truncated" : "ok") << i;
    EXPECT_TRUE(kLog.starts_with(outcome.log)) << i;
  }
}

TEST(Multipart, malformed_heads_and_borders_are_told) {
  const std::string head = "--b0\r\n";
  const std::string disposition = "Content-Disposition: form-data; name=a\r\n";
  for (const std::string& body :
       {head + "no colon\r\n\r\n", head + "Content-Type: text/plain\r\n\r\nx",
        head + "Content-Disposition: attachment; name=a\r\n\r\nx",
        head + "Content-Disposition: form-data\r\n\r\nx",
        head + "Content-Disposition: form-data; name=\"a\r\n\r\nx",
        head + disposition + disposition + "\r\nx", std::string("--b0x\r\n"),
        std::string("--b0-x\r\n"), head + "A: " + std::string(9000, 'x')}) {
    EXPECT_EQ(parse_pieces({body}).ending, "multipart_malformed") << body;
  }
}

TEST(Multipart, sink_errors_end_the_parse) {
  class Full final : public MultipartSink {
   public:
    Status part_begin(PartHead) override { return {}; }
    Status part_data(std::string_view) override {
      return make_error(Code::resource_exhausted, kFileTooLarge, "full");
    }
    Status part_end() override { return {}; }
  };
  Full sink;
  MultipartParser parser("b0", sink);
  const Status status = parser.feed(kBody);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, kFileTooLarge);
}

TEST(MultipartBoundary, is_read_from_the_content_type) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(multipart_boundary("multipart/form-data; charset=utf-8; Boundary=\"a b:c\""), "a b:c");
  EXPECT_EQ(multipart_boundary("multipart/form-data"), std::nullopt);
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary="), std::nullopt);
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')),
            std::nullopt);
  EXPECT_TRUE(is_multipart_form("Multipart/Form-Data;boundary=x"));
  EXPECT_FALSE(is_multipart_form("multipart/mixed; boundary=x"));
}

TEST(PartDisposition, names_are_unescaped_and_utf8) {
  const auto head =
      parse_part_disposition("form-data; name=\"a\\\"b%22\"; filename=\"\xE8\xA1\xA8\\\\.pdf\"");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->name, "a\"b\"");
  EXPECT_EQ(head->file_name, ".pdf");
  EXPECT_EQ(parse_part_disposition("form-data; name=f; filename=\"\xE8\xA1\xA8.pdf\"")->file_name,
            "\xE8\xA1\xA8.pdf");
}

TEST(PartDisposition, extended_file_name_wins) {
  const auto head = parse_part_disposition(
      "form-data; name=f; filename=\"x.pdf\"; filename*=UTF-8''%E8%A1%A8%20a.pdf");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->file_name, "\xE8\xA1\xA8 a.pdf");
  EXPECT_EQ(parse_part_disposition("form-data; name=f; filename*=ISO-8859-1'de'%E4.txt")->file_name,
            "\xC3\xA4.txt");
  EXPECT_EQ(parse_part_disposition("form-data; name=f; filename*=UTF-8''%ff"), std::nullopt);
}

TEST(FileName, folders_and_controls_are_removed) {
  EXPECT_EQ(clean_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(clean_file_name("C:\\a\\b.txt"), "b.txt");
  EXPECT_EQ(clean_file_name(std::string_view("a\0b\r\n\x7F.txt", 10)), "ab.txt");
  EXPECT_EQ(clean_file_name(".."), "");
  EXPECT_EQ(clean_file_name("a/"), "");
  EXPECT_EQ(clean_file_name("x\xE2\x80\xAEgpj.exe"), "xgpj.exe");
  EXPECT_EQ(clean_file_name(std::string(300, 'a')).size(), 255U);
  EXPECT_EQ(clean_file_name("\xFF.txt"), "\xEF\xBF\xBD.txt");
}

class SpoolTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "spoolXXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  std::filesystem::path folder_;
};

TEST_F(SpoolTest, files_are_hashed_and_deleted_unless_taken) {
  std::filesystem::path taken;
  {
    MultipartSpool spool(folder_, {});
    ASSERT_TRUE(spool.part_begin({.name = "f", .file_name = "a.txt", .media_type = "text/plain"}));
    ASSERT_TRUE(spool.part_data("a"));
    ASSERT_TRUE(spool.part_data("bc"));
    ASSERT_TRUE(spool.part_end());
    ASSERT_TRUE(spool.part_begin({.name = "g", .file_name = "", .media_type = ""}));
    ASSERT_TRUE(spool.part_end());
    std::vector<Part> parts = spool.take_parts();
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].file->size(), 3U);
    EXPECT_EQ(parts[0].file->sha256_hex(),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(parts[1].file->size(), 0U);
    EXPECT_EQ(files(), 2U);
    taken = parts[0].file->take();
  }
  EXPECT_EQ(files(), 1U);
  std::ostringstream content;
  content << std::ifstream(taken).rdbuf();
  EXPECT_EQ(content.str(), "abc");
}

TEST_F(SpoolTest, unfinished_file_is_deleted) {
  {
    MultipartSpool spool(folder_, {});
    ASSERT_TRUE(spool.part_begin({.name = "f", .file_name = "a.txt", .media_type = ""}));
    ASSERT_TRUE(spool.part_data("abc"));
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(SpoolTest, limits_are_kept) {
  MultipartSpool spool(folder_, {.parts_max = 2, .part_text_bytes_max = 4, .file_bytes_max = 5});
  ASSERT_TRUE(spool.part_begin({.name = "t", .file_name = {}, .media_type = ""}));
  EXPECT_TRUE(spool.part_data("1234"));
  EXPECT_EQ(spool.part_data("5").error().reason, kPartTextTooLarge);
  ASSERT_TRUE(spool.part_end());
  ASSERT_TRUE(spool.part_begin({.name = "f", .file_name = "x", .media_type = ""}));
  EXPECT_TRUE(spool.part_data("12345"));
  EXPECT_EQ(spool.part_data("6").error().reason, kFileTooLarge);
  ASSERT_TRUE(spool.part_end());
  EXPECT_EQ(spool.part_begin({.name = "u", .file_name = {}, .media_type = ""}).error().reason,
            kTooManyParts);
}

TEST_F(SpoolTest, missing_folder_is_told) {
  MultipartSpool spool(folder_ / "absent", {});
  EXPECT_EQ(spool.part_begin({.name = "f", .file_name = "x", .media_type = ""}).error().reason,
            kSpoolUnavailable);
}

}  // namespace
}  // namespace cinnabar::http
