#include "outbound/curl_connector.h"

#include "base/text.h"
#include "outbound/mail_text.h"
#include "outbound/openssl_crypto.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <thread>

namespace cinnabar::outbound {
namespace {

using ports::ConnectorAnswer;
using ports::HttpCall;
using ports::MailMessage;
using testing::HasSubstr;

// Reads until `end` has come, or the peer closes.
std::string read_until(int peer, std::string_view end) {
  std::string text;
  char c = 0;
  while (!text.ends_with(end) && ::recv(peer, &c, 1, 0) == 1) text += c;
  return text;
}

void write_all(int peer, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// Listens on this machine and hands every connection to one function, one after the other.
class LocalServer {
 public:
  explicit LocalServer(std::function<void(int)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int peer = 0; (peer = ::accept(listener_, nullptr, nullptr)) >= 0;) {
        ++connections_;
        serve_(peer);
        ::close(peer);
      }
    });
  }
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;
  ~LocalServer() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::string url(std::string_view scheme, std::string_view host,
                                std::string_view path = "") const {
    return std::string(scheme) + "://" + std::string(host) + ":" + std::to_string(port_) +
           std::string(path);
  }
  // After stop().
  [[nodiscard]] int connections() const { return connections_; }

 private:
  std::function<void(int)> serve_;
  int listener_ = -1;
  int port_ = 0;
  int connections_ = 0;
  std::thread thread_;
};

class ConnectorTest : public testing::Test {
 protected:
  ConnectorTest() : clock_(from_civil({2026, 11, 23, 7, 22, 56, 0}, UtcOffset{}).value()) {}

  std::unique_ptr<CurlConnector> connector(ConnectorOptions options) {
    auto made = CurlConnector::create(std::move(options), clock_, crypto_);
    EXPECT_TRUE(made) << (made ? "" : to_string(made.error()));
    return made ? *std::move(made) : nullptr;
  }
  std::unique_ptr<CurlConnector> local_connector() {
    ConnectorOptions options;
    options.allowed = {"127.0.0.1"};
    options.answer_bytes_max = 10'000;
    return connector(options);
  }
  // What one call gave, while the server answered it with `reply`.
  Result<ConnectorAnswer> call(const HttpCall& template_call, const std::string& reply) {
    LocalServer server([&](int peer) {
      request_ = read_until(peer, "\r\n\r\n");
      const auto at = request_.find("Content-Length: ");
      std::string body;
      if (at != std::string::npos) {
        const std::size_t begin = at + std::string_view("Content-Length: ").size();
        const auto size = parse_int(request_.substr(begin, request_.find('\r', begin) - begin));
        body.resize(static_cast<std::size_t>(size.value_or(0)));
      }
      if (!body.empty()) ::recv(peer, body.data(), body.size(), MSG_WAITALL);
      request_ += body;
      write_all(peer, reply);
    });
    HttpCall one = template_call;
    one.url = server.url("http", "127.0.0.1", template_call.url);
    return local_connector()->call(one);
  }

  ports::ManualClock clock_;
  OpensslCrypto crypto_;
  std::string request_;
};

TEST(AddressFilter, refuses_every_address_that_is_not_public) {
  const auto filter = AddressFilter::create({});
  ASSERT_TRUE(filter);
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.100.100.200",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.0.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "192.168.255.255",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "168.63.129.16",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:a9fe:a9fe",
                           "64:ff9b::7f00:1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:db8::1",
                           "2001:10::1",
                           "2002:7f00:1::1",
                           "2002:a00:1::",
                           "3fff::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "5f00::1",
                           "4000::1"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_FALSE(filter->allows(*address)) << text;
  }
  for (const char* text :
       {"1.1.1.1",         "8.8.8.8",         "9.255.255.255", "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.1",     "169.253.255.255", "172.15.255.255",
        "172.32.0.0",      "192.167.255.255", "192.169.0.0",   "198.17.255.255",  "198.20.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450::1",  "2001:4860::8888", "::ffff:8.8.8.8",
        "64:ff9b::808:808"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_TRUE(filter->allows(*address)) << text;
  }
}

TEST(AddressFilter, the_list_adds_hosts_addresses_and_blocks) {
  const std::vector<std::string> allowed{"10.1.0.0/16", "fd00::/8", "192.168.0.7",
                                         "Intranet.Example."};
  const auto filter = AddressFilter::create(allowed);
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->allows(*IpAddress::parse("10.1.255.1")));
  EXPECT_TRUE(filter->allows(*IpAddress::parse("::ffff:10.1.0.1")));
  EXPECT_FALSE(filter->allows(*IpAddress::parse("10.2.0.1")));
  EXPECT_TRUE(filter->allows(*IpAddress::parse("fd12::1")));
  EXPECT_FALSE(filter->allows(*IpAddress::parse("fe80::1")));
  EXPECT_TRUE(filter->allows(*IpAddress::parse("192.168.0.7")));
  EXPECT_FALSE(filter->allows(*IpAddress::parse("192.168.0.8")));
  EXPECT_TRUE(filter->allows_host("intranet.example"));
  EXPECT_TRUE(filter->allows_host("INTRANET.example."));
  EXPECT_FALSE(filter->allows_host("sub.intranet.example"));
  for (const char* wrong : {"", "10.0.0.0/33", "10.0.0", "a b", "fd00::/129", "x/8", "1.2.3.4.5"}) {
    EXPECT_FALSE(AddressFilter::create(std::vector<std::string>{wrong})) << wrong;
  }
}

TEST_F(ConnectorTest, hands_over_the_request_and_the_answer) {
  HttpCall post;
  post.method = "POST";
  post.url = "/hook?a=1";
  post.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  post.body = "{\"a\":1}";
  const auto answer = call(post,
                           "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nX-Kind: a b \r\n"
                           "Set-Cookie: a=b\r\n\r\ngone");
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "gone");
  EXPECT_THAT(answer->headers, testing::Contains(ports::HttpHeader{"x-kind", "a b"}));
  EXPECT_THAT(request_, testing::StartsWith("POST /hook?a=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request_, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request_, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(request_, HasSubstr("\r\n\r\n{\"a\":1}"));
  EXPECT_THAT(request_, testing::Not(HasSubstr("Expect")));
}

TEST_F(ConnectorTest, every_method_is_sent_as_it_is) {
  for (const char* method : {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    HttpCall one;
    one.method = method;
    one.url = "/";
    const auto answer = call(one, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(answer) << method << to_string(answer.error());
    EXPECT_THAT(request_, testing::StartsWith(std::string(method) + " / HTTP/1.1\r\n"));
  }
}

TEST_F(ConnectorTest, redirects_are_answers) {
  HttpCall one;
  one.url = "/";
  const auto answer = call(
      one, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->status, 302);
}

TEST_F(ConnectorTest, answers_are_bounded) {
  HttpCall one;
  one.url = "/";
  EXPECT_EQ(call(one, "HTTP/1.1 200 OK\r\n\r\n" + std::string(10'001, 'x')).error().reason,
            reasons::kConnectorAnswerTooLarge);
  EXPECT_TRUE(call(one, "HTTP/1.1 200 OK\r\n\r\n" + std::string(10'000, 'x')));
  std::string headers = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 2'000; ++i) headers += "X-H: " + std::string(50, 'x') + "\r\n";
  EXPECT_EQ(call(one, headers + "\r\n").error().reason, reasons::kConnectorAnswerTooLarge);
}

TEST_F(ConnectorTest, failures_say_whether_to_try_again) {
  HttpCall one;
  one.url = "/";
  const auto empty = call(one, "");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().reason, reasons::kConnectorUnreachable);
  EXPECT_TRUE(ports::is_transient(empty.error()));

  LocalServer silent([](int peer) { read_until(peer, "never"); });
  one.url = silent.url("http", "127.0.0.1");
  one.timeout = milliseconds(100);
  const auto late = local_connector()->call(one);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::deadline_exceeded);
  EXPECT_TRUE(ports::is_transient(late.error()));

  silent.stop();
  const auto closed = local_connector()->call(one);
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, Code::unavailable);
}

TEST_F(ConnectorTest, this_machine_is_refused_however_it_is_written) {
  LocalServer server([](int peer) { write_all(peer, "HTTP/1.1 200 OK\r\n\r\n"); });
  const auto strict = connector({});
  for (const char* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "0",
                           "[::ffff:127.0.0.1]", "[::1]", "[::]", "127.1"}) {
    HttpCall one;
    one.url = server.url("http", host);
    const auto answer = strict->call(one);
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().reason, reasons::kConnectorAddressRefused) << host;
    EXPECT_FALSE(ports::is_transient(answer.error()));
  }
  server.stop();
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ConnectorTest, a_host_of_the_list_may_be_anywhere) {
  LocalServer server([](int peer) {
    read_until(peer, "\r\n\r\n");
    write_all(peer, "HTTP/1.1 200 OK\r\n\r\nhello");
  });
  ConnectorOptions options;
  options.allowed = {"localhost"};
  HttpCall one;
  one.url = server.url("http", "LOCALHOST");
  const auto answer = connector(options)->call(one);
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->body, "hello");
  one.url = server.url("http", "127.0.0.1");
  EXPECT_FALSE(connector(options)->call(one));
}

TEST_F(ConnectorTest, the_environment_names_no_proxy) {
  LocalServer proxy([](int peer) { write_all(peer, "HTTP/1.1 200 OK\r\n\r\n"); });
  ::setenv("http_proxy", proxy.url("http", "127.0.0.1").c_str(), 1);
  HttpCall one;
  one.url = "/";
  const auto answer = call(one, "HTTP/1.1 204 No Content\r\n\r\n");
  ::unsetenv("http_proxy");
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->status, 204);
  proxy.stop();
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(ConnectorTest, malformed_requests_are_refused_before_any_connection) {
  const auto strict = connector({});
  for (const char* url :
       {"", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com", "http://",
        "http://user:word@example.com/", "http://a b/", "example.com",
        "http://example.com/\r\nX: y", "javascript:1", "http://example.com:99999/"}) {
    HttpCall one;
    one.url = url;
    EXPECT_EQ(strict->call(one).error().code, Code::invalid_argument) << url;
  }
  for (const ports::HttpHeader& header :
       std::vector<ports::HttpHeader>{{"X-A", "b\r\nX-C: d"},
                                      {"X-A", "b\nc"},
                                      {"X-A\r\nX-B", "c"},
                                      {"X A", "b"},
                                      {"", "b"},
                                      {"X-A:", "b"},
                                      {"X-A", std::string("b\0c", 3)},
                                      {"Host", "other"},
                                      {"content-length", "5"},
                                      {"Transfer-Encoding", "chunked"}}) {
    HttpCall one;
    one.url = "http://example.com/";
    one.headers = {header};
    EXPECT_EQ(strict->call(one).error().code, Code::invalid_argument) << header.name;
  }
  HttpCall one;
  one.url = "http://example.com/";
  one.method = "TRACE";
  EXPECT_EQ(strict->call(one).error().subject, "method");
}

TEST_F(ConnectorTest, configuration_is_checked) {
  ConnectorOptions options;
  options.allowed = {"not a host"};
  EXPECT_EQ(CurlConnector::create(options, clock_, crypto_).error().subject, "connector.allow");
  options.allowed = {};
  options.mail_server = "http://mail";
  EXPECT_EQ(CurlConnector::create(options, clock_, crypto_).error().subject, "mail.server");
  options.mail_server = "smtps://mail:465";
  options.mail_from = "nobody";
  EXPECT_EQ(CurlConnector::create(options, clock_, crypto_).error().subject, "mail.from");
}

// Speaks SMTP as far as a client that sends one message needs; `refuse` is the command that fails.
class MailServer {
 public:
  explicit MailServer(std::string refuse = {}, std::string refusal = {})
      : refuse_(std::move(refuse)),
        refusal_(std::move(refusal)),
        server_([this](int peer) { serve(peer); }) {}
  [[nodiscard]] std::string url() const { return server_.url("smtp", "127.0.0.1"); }
  void stop() { server_.stop(); }

  std::vector<std::string> commands;  // after stop()
  std::string message;

 private:
  void serve(int peer) {
    write_all(peer, "220 mail.example ESMTP\r\n");
    while (true) {
      const std::string line = read_until(peer, "\r\n");
      if (line.empty()) return;
      commands.push_back(line.substr(0, line.size() - 2));
      if (!refuse_.empty() && line.starts_with(refuse_)) {
        write_all(peer, refusal_ + "\r\n");
      } else if (line.starts_with("EHLO")) {
        write_all(peer, "250-mail.example\r\n250-AUTH PLAIN\r\n250 SIZE 10000000\r\n");
      } else if (line.starts_with("AUTH")) {
        write_all(peer, "334 \r\n");
        commands.push_back(read_until(peer, "\r\n"));
        write_all(peer, "235 welcome\r\n");
      } else if (line.starts_with("DATA")) {
        write_all(peer, "354 go on\r\n");
        message = read_until(peer, "\r\n.\r\n");
        write_all(peer, "250 taken\r\n");
      } else {
        write_all(peer, "250 ok\r\n");
      }
      if (line.starts_with("QUIT")) return;
    }
  }

  std::string refuse_;
  std::string refusal_;
  LocalServer server_;
};

class MailTest : public ConnectorTest {
 protected:
  ConnectorOptions options(const MailServer& server) {
    ConnectorOptions options;
    options.mail_server = server.url();
    options.mail_from = "cinnabar@example.com";
    options.mail_tls = ConnectorOptions::MailTls::none;
    return options;
  }
  MailMessage message() {
    MailMessage message;
    message.to = {"a@example.com", "b.c@example.org"};
    message.cc = {"d@example.net"};
    message.subject = "Hello";
    message.text = "one\n.\ntwo";
    return message;
  }
};

TEST_F(MailTest, sends_to_every_recipient) {
  MailServer server;
  auto with_user = options(server);
  with_user.mail_user = "me";
  with_user.mail_password = Secret("pass");
  const auto answer = connector(with_user)->call(message());
  server.stop();
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_THAT(server.commands,
              testing::IsSupersetOf({"RCPT TO:<a@example.com>", "RCPT TO:<b.c@example.org>",
                                     "RCPT TO:<d@example.net>", "DATA"}));
  EXPECT_THAT(server.commands, testing::Contains(testing::StartsWith("AUTH PLAIN")));
  EXPECT_THAT(server.commands,
              testing::Contains(testing::StartsWith("MAIL FROM:<cinnabar@example.com>")));
  EXPECT_THAT(server.message, HasSubstr("Date: Mon, 23 Nov 2026 07:22:56 +0000\r\n"));
  EXPECT_THAT(server.message, HasSubstr("From: cinnabar@example.com\r\n"));
  EXPECT_THAT(server.message, HasSubstr("To: a@example.com,\r\n b.c@example.org\r\n"));
  EXPECT_THAT(server.message, HasSubstr("Cc: d@example.net\r\n"));
  EXPECT_THAT(server.message, HasSubstr("Subject: Hello\r\n"));
  EXPECT_THAT(server.message, HasSubstr("@example.com>\r\n"));
  // "one\r\n.\r\ntwo"
  EXPECT_THAT(server.message, HasSubstr("b25lDQouDQp0d28="));
}

TEST_F(MailTest, text_and_html_are_alternatives) {
  MailServer server;
  MailMessage both = message();
  both.subject = "\xe7\x94\xb3\xe8\xaf\xb7";
  both.html = "<p>one</p>";
  const auto answer = connector(options(server))->call(both);
  server.stop();
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_THAT(server.message, HasSubstr("multipart/alternative"));
  const std::size_t plain = server.message.find("text/plain; charset=utf-8");
  const std::size_t html = server.message.find("text/html; charset=utf-8");
  ASSERT_NE(plain, std::string::npos);
  ASSERT_NE(html, std::string::npos);
  EXPECT_LT(plain, html);
  EXPECT_THAT(server.message, HasSubstr("Subject: =?UTF-8?B?55Sz6K+3?=\r\n"));
}

TEST_F(MailTest, what_the_server_refuses_for_good_is_not_tried_again) {
  for (const auto& [command, refusal, is_transient] :
       std::vector<std::tuple<std::string, std::string, bool>>{{"RCPT", "550 unknown", false},
                                                               {"RCPT", "451 later", true},
                                                               {"MAIL", "553 no", false}}) {
    MailServer server(command, refusal);
    const auto answer = connector(options(server))->call(message());
    ASSERT_FALSE(answer) << refusal;
    EXPECT_EQ(ports::is_transient(answer.error()), is_transient) << to_string(answer.error());
  }
}

TEST_F(MailTest, nothing_is_sent_in_the_clear_unless_configured) {
  MailServer server;
  auto strict = options(server);
  strict.mail_tls = ConnectorOptions::MailTls::required;
  const auto answer = connector(strict)->call(message());
  server.stop();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, reasons::kConnectorTlsFailed);
  EXPECT_THAT(server.commands, testing::Not(testing::Contains(testing::StartsWith("MAIL"))));
}

TEST_F(MailTest, malformed_messages_are_refused) {
  MailServer server;
  const auto made = connector(options(server));
  const auto refuses = [&](const std::function<void(MailMessage&)>& spoil) {
    MailMessage spoiled = message();
    spoil(spoiled);
    const auto answer = made->call(spoiled);
    return !answer && answer.error().code == Code::invalid_argument;
  };
  for (const char* address :
       {"", "a", "@b.c", "a@", "a@b..c", "a@-b.c", "a b@c.d", "a@b.c>\r\nRCPT TO:<x@y.z", "<a@b.c>",
        "a@b.c\r\nBcc: x@y.z", "\"a\"@b.c", "a..b@c.d", "a@b.c,d@e.f"}) {
    EXPECT_TRUE(refuses([&](MailMessage& m) { m.to.emplace_back(address); })) << address;
    if (*address == '\0') continue;  // the configured one
    EXPECT_TRUE(refuses([&](MailMessage& m) { m.from = address; })) << address;
  }
  EXPECT_TRUE(refuses([](MailMessage& m) { m.subject = "a\r\nBcc: x@y.z"; }));
  EXPECT_TRUE(refuses([](MailMessage& m) { m.to.clear(), m.cc.clear(); }));
  EXPECT_TRUE(refuses([](MailMessage& m) { m.text.clear(); }));
  EXPECT_TRUE(
      refuses([](MailMessage& m) { m.to.assign(limits::kMailRecipientsMax + 1, "a@b.c"); }));
  server.stop();
  EXPECT_TRUE(server.commands.empty());
  EXPECT_EQ(connector({})->call(message()).error().reason, reasons::kMailNotConfigured);
}

TEST(MailText, long_subjects_are_folded_on_character_borders) {
  std::string subject;
  for (int i = 0; i < 40; ++i) subject += "\xe6\xbc\xa2";
  const std::string header = subject_header(subject);
  std::string decoded;
  std::size_t at = 0;
  while ((at = header.find("?B?", at)) != std::string::npos) {
    const std::size_t end = header.find("?=", at + 3);
    const auto part = from_base64(header.substr(at + 3, end - at - 3));
    ASSERT_TRUE(part);
    EXPECT_TRUE(is_utf8(*part));
    decoded += *part;
    at = end;
  }
  EXPECT_EQ(decoded, subject);
  for (const std::string_view line : split(header, '\n')) EXPECT_LE(line.size(), 78U);
}

}  // namespace
}  // namespace cinnabar::outbound
