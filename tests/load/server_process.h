// A server process of our own on a loopback port, with a data folder that goes when the guard goes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace cinnabar::load {

class ServerProcess {
 public:
  // Starts `binary serve --demo` and returns when it is ready; exits with a message after 60 s.
  ServerProcess(const std::string& binary, std::filesystem::path data);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::filesystem::path& data() const { return data_; }
  // User and system time so far, seconds.
  [[nodiscard]] double cpu_seconds() const;
  [[nodiscard]] std::int64_t resident_kib() const;

 private:
  std::filesystem::path data_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace cinnabar::load
