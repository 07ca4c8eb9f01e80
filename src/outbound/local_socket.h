// Questions and answers between two processes of one machine over a socket in a folder: for
// administration beside a running server.
//
// The socket has mode 0600, and the listener also asks the system who called: its own user or root.
// A client sends its question, closes its side, and reads the answer up to the end; one client is
// served at a time. Paths may be longer than a socket address. Thread: `serve` blocks in one
// thread; `stop` from any other. Errors: unavailable (storage_unavailable).
#pragma once

#include "base/result.h"
#include "outbound/descriptor.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cinnabar::outbound {

inline constexpr std::size_t kLocalMessageBytesMax = 128 * 1024 * 1024;

class LocalListener {
 public:
  // Replaces a socket that a crash left behind, so the caller must own the folder.
  static Result<std::unique_ptr<LocalListener>> open(const std::filesystem::path& path);
  LocalListener(const LocalListener&) = delete;
  LocalListener& operator=(const LocalListener&) = delete;
  // Removes the socket.
  ~LocalListener();

  // Answers questions until `stop`. A client that is not allowed, too slow or too talkative is
  // hung up on.
  void serve(const std::function<std::string(std::string_view question)>& answer);
  void stop();

 private:
  LocalListener(std::filesystem::path path, int socket, int stop_event)
      : path_(std::move(path)), socket_(socket), stop_event_(stop_event) {}
  void serve_one(int client, const std::function<std::string(std::string_view)>& answer) const;
  // False when told to stop, or when the client took too long.
  [[nodiscard]] bool wait_readable(int descriptor, int timer) const;

  std::filesystem::path path_;
  Descriptor socket_;
  Descriptor stop_event_;
};

// unavailable when nobody listens there, the answer does not come in time, or it ends early.
Result<std::string> ask_local(const std::filesystem::path& path, std::string_view question);

}  // namespace cinnabar::outbound
