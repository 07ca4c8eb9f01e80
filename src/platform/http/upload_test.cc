#include "platform/http/server_test_support.h"

#include <fstream>
#include <sstream>
#include <thread>

namespace cinnabar::http {
namespace {

std::string form(std::string_view content) {
  std::string body = "--b0\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n";
  body += "--b0\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n";
  body += "Content-Type: text/plain\r\n\r\n";
  body += content;
  return body + "\r\n--b0--\r\n";
}

std::string upload(const std::string& body, std::string_view type = "; boundary=b0") {
  return "POST /up HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data" + std::string(type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Answers what came: parts, sizes, hashes and the error.
class UploadTest : public ServerFixture {
 protected:
  void start_upload() {
    start([](const std::shared_ptr<Request>& request, const Responder& respond) {
      std::ostringstream out;
      out << request->body_error.value_or("ok") << (request->is_multipart ? " multipart" : "");
      for (const Part& part : request->parts) {
        out << " " << part.name << "=";
        if (part.file) {
          out << *part.file_name << ":" << part.file->size() << ":"
              << part.file->sha256_hex().substr(0, 8);
        } else {
          out << part.text;
        }
      }
      respond(text_response(200, "text/plain", out.str()));
    });
  }
  [[nodiscard]] bool folder_empties() const {
    for (int i = 0; i < 500; ++i) {
      if (std::filesystem::is_empty(folder_)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
};

TEST_F(UploadTest, parts_reach_the_handler_and_files_go_with_the_request) {
  start_upload();
  Client client(server_->port());
  client.send(upload(form("abc")) + upload(form("")));
  EXPECT_EQ(client.receive().body, "ok multipart note=hello f=a.txt:3:ba7816bf");
  EXPECT_EQ(client.receive().body, "ok multipart note=hello f=a.txt:0:e3b0c442");
  EXPECT_TRUE(folder_empties());
}

TEST_F(UploadTest, chunked_upload_of_a_large_file_is_streamed) {
  options_.limits.body_bytes_max = 1000;
  start_upload();
  Client client(server_->port());
  client.send(
      "POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
      "Content-Type: multipart/form-data; boundary=b0\r\n\r\n");
  const std::string body = form(std::string(3'000'000, '\r'));
  for (std::size_t at = 0; at < body.size(); at += 50'000) {
    const std::string piece = body.substr(at, 50'000);
    std::ostringstream size;
    size << std::hex << piece.size();
    client.send(size.str() + "\r\n" + piece + "\r\n");
  }
  client.send("0\r\n\r\n");
  EXPECT_TRUE(client.receive().body.starts_with("ok multipart note=hello f=a.txt:3000000:"));
}

TEST_F(UploadTest, broken_bodies_are_delivered_with_their_error_and_the_connection_goes_on) {
  start_upload();
  const std::string whole = form("abc");
  Client client(server_->port());
  client.send(upload(whole.substr(0, whole.size() - 4)) + upload("--b0\r\nnonsense\r\n\r\nx") +
              upload(whole, "") + upload(whole));
  EXPECT_EQ(client.receive().body, "multipart_truncated multipart note=hello f=a.txt:3:ba7816bf");
  EXPECT_EQ(client.receive().body, "multipart_malformed multipart");
  EXPECT_EQ(client.receive().body, "multipart_boundary_missing multipart");
  EXPECT_TRUE(client.receive().body.starts_with("ok"));
  EXPECT_TRUE(folder_empties());
}

TEST_F(UploadTest, limits_are_answered_by_the_server) {
  options_.limits.multipart_bytes_max = 2000;
  options_.limits.multipart = {.parts_max = 2, .part_text_bytes_max = 5, .file_bytes_max = 100};
  start_upload();
  EXPECT_EQ(ask(upload(form(std::string(100, 'x')))).status, 200);
  const ClientAnswer file = ask(upload(form(std::string(101, 'x'))));
  EXPECT_EQ(file.status, 413);
  EXPECT_NE(file.body.find("file_too_large"), std::string::npos);
  const std::string part = "--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
  EXPECT_NE(ask(upload(part + "123456\r\n--b0--")).body.find("part_text_too_large"),
            std::string::npos);
  const std::string one = part + "1\r\n";
  EXPECT_NE(ask(upload(one + one + one + "--b0--")).body.find("too_many_parts"), std::string::npos);
  EXPECT_NE(ask(upload(std::string(2001, 'x'))).body.find("body_too_large"), std::string::npos);
  EXPECT_TRUE(folder_empties());
}

TEST_F(UploadTest, text_parts_count_as_memory_and_files_do_not) {
  options_.limits.body_bytes_max = 100;
  options_.limits.body_memory_max = 100;
  start_upload();
  EXPECT_EQ(ask(upload(form(std::string(5000, 'x')))).status, 200);
  const std::string part =
      "--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + std::string(60, 'x') + "\r\n";
  EXPECT_EQ(ask(upload(part + "--b0--")).status, 200);
  const ClientAnswer refused = ask(upload(part + part + "--b0--"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("body_memory_full"), std::string::npos);
  EXPECT_EQ(ask(upload(part + "--b0--")).status, 200);
}

TEST_F(UploadTest, connection_lost_on_the_way_leaves_no_file) {
  start_upload();
  {
    Client client(server_->port());
    const std::string text = upload(form(std::string(100'000, 'x')));
    client.send(text.substr(0, text.size() / 2));
  }
  EXPECT_TRUE(folder_empties());
  EXPECT_EQ(ask(upload(form("abc"))).status, 200);
}

TEST_F(UploadTest, missing_spool_folder_is_answered_503) {
  options_.spool_dir = folder_ / "absent";
  start_upload();
  const ClientAnswer answer = ask(upload(form("abc")));
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("spool_unavailable"), std::string::npos);
}

}  // namespace
}  // namespace cinnabar::http
