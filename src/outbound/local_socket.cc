#include "outbound/local_socket.h"

#include "outbound/files.h"
#include "vocab/reasons.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace cinnabar::outbound {
namespace {

namespace fs = std::filesystem;

// A client on the same machine sends at once; a deployment may take a while to answer.
constexpr int kQuestionSecondsMax = 30;
constexpr int kAnswerSecondsMax = 300;
constexpr std::size_t kPieceBytes = 64 * 1024;

std::error_code last_failure() {
  return {errno, std::generic_category()};
}

struct Address {
  sockaddr_un text{};
  socklen_t size = 0;
};

// The folder is named by a descriptor, because a path may be longer than an address.
Address address_in(const Descriptor& folder, const fs::path& path) {
  const std::string name =
      "/proc/self/fd/" + std::to_string(folder.get()) + "/" + path.filename().string();
  Address address;
  address.text.sun_family = AF_UNIX;
  const std::size_t size = std::min(name.size(), sizeof address.text.sun_path - 1);
  std::memcpy(address.text.sun_path, name.data(), size);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size + 1);
  return address;
}

int open_folder(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  return ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool is_allowed(int client) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Each single wait of a blocking call on the socket.
void limit_waits(int socket, int seconds) {
  timeval limit{};
  limit.tv_sec = seconds;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

}  // namespace

Result<std::unique_ptr<LocalListener>> LocalListener::open(const fs::path& path) {
  const Descriptor folder(open_folder(path));
  if (folder.get() < 0) return disk_error("open the folder of a socket", last_failure());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int stop_event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::unique_ptr<LocalListener> listener(new LocalListener(path, socket, stop_event));
  if (socket < 0 || stop_event < 0) return disk_error("make a socket", last_failure());
  ::unlink(path.c_str());
  const Address address = address_in(folder, path);
  // The mode is set before the name exists, so nobody else can connect in between.
  if (::fchmod(socket, 0600) != 0 ||
      ::bind(socket, reinterpret_cast<const sockaddr*>(&address.text), address.size) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(socket, 8) != 0) {
    return disk_error("listen on a socket in the data folder", last_failure());
  }
  return listener;
}

LocalListener::~LocalListener() {
  ::unlink(path_.c_str());
}

void LocalListener::stop() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(stop_event_.get(), &one, sizeof one));
}

bool LocalListener::wait_readable(int descriptor, int timer) const {
  while (true) {
    std::array<pollfd, 3> waits{pollfd{stop_event_.get(), POLLIN, 0}, pollfd{timer, POLLIN, 0},
                                pollfd{descriptor, POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    if (waits[0].revents != 0 || waits[1].revents != 0) return false;
    if (waits[2].revents != 0) return true;
  }
}

void LocalListener::serve(const std::function<std::string(std::string_view)>& answer) {
  // poll skips the negative timer.
  while (wait_readable(socket_.get(), -1)) {
    const Descriptor client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.get() >= 0 && is_allowed(client.get())) serve_one(client.get(), answer);
  }
}

void LocalListener::serve_one(int client,
                              const std::function<std::string(std::string_view)>& answer) const {
  limit_waits(client, kQuestionSecondsMax);
  const Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  itimerspec limit{};
  limit.it_value.tv_sec = kQuestionSecondsMax;
  if (timer.get() < 0 || ::timerfd_settime(timer.get(), 0, &limit, nullptr) != 0) return;
  std::string question;
  std::string piece(kPieceBytes, '\0');
  while (wait_readable(client, timer.get())) {
    const ssize_t got = ::recv(client, piece.data(), piece.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    if (got == 0) {
      send_all(client, answer(question));
      return;
    }
    question.append(piece.data(), static_cast<std::size_t>(got));
    if (question.size() > kLocalMessageBytesMax) return;
  }
}

Result<std::string> ask_local(const fs::path& path, std::string_view question) {
  const Descriptor folder(open_folder(path));
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (folder.get() < 0 || socket.get() < 0) return disk_error("make a socket", last_failure());
  const Address address = address_in(folder, path);
  limit_waits(socket.get(), kAnswerSecondsMax);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.text), address.size) !=
      0) {
    return disk_error("connect to the server", last_failure());
  }
  if (!send_all(socket.get(), question) || ::shutdown(socket.get(), SHUT_WR) != 0) {
    return disk_error("send to the server", last_failure());
  }
  std::string answer;
  std::string piece(kPieceBytes, '\0');
  while (true) {
    const ssize_t got = ::recv(socket.get(), piece.data(), piece.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_error("read the server's answer", last_failure());
    if (got == 0) break;
    answer.append(piece.data(), static_cast<std::size_t>(got));
    if (answer.size() > kLocalMessageBytesMax) break;
  }
  if (!answer.empty()) return answer;
  return make_error(Code::unavailable, reasons::kStorageUnavailable,
                    "the server hung up without an answer; what was asked may be done or not");
}

}  // namespace cinnabar::outbound
