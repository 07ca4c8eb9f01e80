// A blocking client and a running server for the tests of this folder.
#pragma once

#include "platform/http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>

namespace cinnabar::http {

struct ClientAnswer {
  int status = 0;  // 0: the connection ended before a whole answer
  std::string head;
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    const std::string line = "\r\n" + std::string(name) + ": ";
    const std::size_t at = head.find(line);
    if (at == std::string::npos) return {};
    const std::size_t start = at + line.size();
    return head.substr(start, head.find("\r\n", start) - start);
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval timeout{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(fd_); }

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_connected() const { return is_connected_; }

  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void finish_sending() const { ::shutdown(fd_, SHUT_WR); }

  ClientAnswer receive(bool is_head = false) {
    ClientAnswer answer;
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!fill()) return answer;
    }
    const std::size_t end = buffer_.find("\r\n\r\n");
    answer.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    std::size_t length = 0;
    for (const char c : answer.header("Content-Length")) {
      length = length * 10 + static_cast<std::size_t>(c - '0');
    }
    if (is_head) length = 0;
    while (buffer_.size() < length) {
      if (!fill()) return answer;
    }
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    answer.status =
        (answer.head[9] - '0') * 100 + (answer.head[10] - '0') * 10 + (answer.head[11] - '0');
    return answer;
  }
  // True when the server has closed and nothing more is to be read.
  bool is_at_end() { return buffer_.empty() && !fill(); }

 private:
  bool fill() {
    char block[65536];
    const ssize_t n = ::recv(fd_, block, sizeof(block), 0);
    if (n <= 0) return false;
    buffer_.append(block, static_cast<std::size_t>(n));
    return true;
  }

  int fd_;
  bool is_connected_ = false;
  std::string buffer_;
};

class ServerFixture : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "serverXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.spool_dir = folder_;
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void start(Handler handler) {
    auto server = Server::create(options_, std::move(handler), logger_, metrics_);
    ASSERT_TRUE(server) << to_string(server.error());
    server_ = std::move(*server);
    const Status status = server_->start();
    ASSERT_TRUE(status) << to_string(status.error());
  }
  // Answers with method, path, query, a bar and the body.
  void start_echo() {
    start([](const std::shared_ptr<Request>& request, const Responder& respond) {
      respond(text_response(
          200, "text/plain",
          request->method + " " + request->path + "?" + request->query + "|" + request->body));
    });
  }
  ClientAnswer ask(std::string_view text) {
    Client client(server_->port());
    client.send(text);
    return client.receive();
  }

  std::filesystem::path folder_;
  ServerOptions options_;
  Logger logger_;
  MetricsRegistry metrics_;
  std::unique_ptr<Server> server_;
};

}  // namespace cinnabar::http
