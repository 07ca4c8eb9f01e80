#include "http_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cinnabar::load {
namespace {

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "bench: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The size of a complete answer at the front of `in`, or 0 while it is incomplete.
struct Frame {
  std::size_t size = 0;
  int status = 0;
  std::string_view body;
};

Frame parse_frame(std::string_view in) {
  const std::size_t head_end = in.find("\r\n\r\n");
  if (head_end == std::string_view::npos || in.size() < 12) return {};
  std::size_t length = 0;
  std::string_view head = in.substr(0, head_end);
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    constexpr std::string_view kName = "content-length:";
    const std::string_view line = head.substr(at + 2);
    const bool matches = line.size() > kName.size() &&
                         std::equal(kName.begin(), kName.end(), line.begin(), [](char a, char b) {
                           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
                         });
    if (!matches) continue;
    std::string_view value = line.substr(kName.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
    std::from_chars(value.data(), value.data() + value.size(), length);
  }
  if (in.size() < head_end + 4 + length) return {};
  Frame frame;
  frame.size = head_end + 4 + length;
  std::from_chars(in.data() + 9, in.data() + 12, frame.status);
  frame.body = in.substr(head_end + 4, length);
  return frame;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) die("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

struct Connection {
  int fd = -1;
  std::string in;
  std::int64_t sent_at = 0;
  bool busy = false;
};

}  // namespace

double LoadResult::percentile_ms(double share) {
  if (latencies_us.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(latencies_us.size() - 1));
  std::nth_element(latencies_us.begin(), latencies_us.begin() + static_cast<std::ptrdiff_t>(rank),
                   latencies_us.end());
  return static_cast<double>(latencies_us[rank]) / 1000.0;
}

LoadResult run_load(const LoadPlan& plan) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) die("epoll_create1");
  std::vector<Connection> connections(static_cast<std::size_t>(plan.connections));
  LoadResult result;
  std::string request;
  std::int64_t started = 0;
  int busy = 0;
  const std::int64_t begin = now_us();
  const std::int64_t stop_at = begin + static_cast<std::int64_t>(plan.seconds * 1e6);
  const auto send_next = [&](Connection& connection) {
    connection.busy = false;
    if (now_us() >= stop_at || (plan.requests_max >= 0 && started >= plan.requests_max)) return;
    request.clear();
    if (!plan.next(request)) return;
    ++started;
    connection.busy = true;
    connection.sent_at = now_us();
    write_all(connection.fd, request);
    ++busy;
  };
  for (std::size_t i = 0; i < connections.size(); ++i) {
    connections[i].fd = connect_to(plan.port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    if (::epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].fd, &event) != 0) die("epoll_ctl");
  }
  for (Connection& connection : connections) send_next(connection);
  std::array<epoll_event, 256> events{};
  std::array<char, 65536> buffer{};
  while (busy > 0) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 60'000);
    if (ready <= 0) die("no answer within a minute");
    for (int i = 0; i < ready; ++i) {
      Connection& connection = connections[events[static_cast<std::size_t>(i)].data.u64];
      const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) die("the server closed a connection");
      connection.in.append(buffer.data(), static_cast<std::size_t>(got));
      const Frame frame = parse_frame(connection.in);
      if (frame.size == 0) continue;
      result.latencies_us.push_back(now_us() - connection.sent_at);
      ++result.requests;
      if (frame.status != 200 || (plan.accept && !plan.accept(frame.body))) {
        ++result.failures;
        if (result.first_failure.empty()) result.first_failure = connection.in.substr(0, 600);
      }
      connection.in.erase(0, frame.size);
      --busy;
      send_next(connection);
    }
  }
  result.seconds = static_cast<double>(now_us() - begin) / 1e6;
  for (const Connection& connection : connections) ::close(connection.fd);
  ::close(poll);
  return result;
}

std::string call(std::uint16_t port, const std::string& request) {
  const int fd = connect_to(port);
  write_all(fd, request);
  std::string in;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) die("the server closed a connection");
    in.append(buffer.data(), static_cast<std::size_t>(got));
    const Frame frame = parse_frame(in);
    if (frame.size == 0) continue;
    ::close(fd);
    return std::string(frame.body);
  }
}

std::string security_code(std::uint16_t port, std::string_view basic) {
  const std::string body = call(port,
                                "GET /accounts/api/security/get/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                "Authorization: Basic " +
                                    std::string(basic) + "\r\n\r\n");
  const std::size_t at = body.find("\"security\": \"");
  if (at == std::string::npos) {
    std::fprintf(stderr, "bench: no security code in %s\n", body.c_str());
    std::exit(1);
  }
  return body.substr(at + 13, 36);
}

std::string post(std::string_view path, std::string_view content_type, std::string_view body) {
  std::string request = "POST ";
  request += path;
  request += " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\nContent-Type: ";
  request += content_type;
  request += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request += body;
  return request;
}

}  // namespace cinnabar::load
