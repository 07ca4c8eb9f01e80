// Logs are events with fields, one line each: JSON when the sink is no terminal. The event name is
// a literal such as "server.listening". A field value may be text, an integer or a bool; secrets
// have no type that fits here, see Secret in base/secret.h.
//
// Ownership: a Logger borrows nothing. Thread: any; a line is written with one write call.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace cinnabar {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

std::string_view name(LogLevel level);

struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, bool> value;
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, std::int64_t v) : key(k), value(v) {}
  LogField(std::string_view k, int v) : key(k), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
};

class Logger {
 public:
  // Receives one line with its newline.
  using Sink = std::function<void(std::string_view line)>;
  // Microseconds since 1970 UTC, injected because base reads no clock.
  using NowMicros = std::function<std::int64_t()>;

  // A logger that drops everything; the default for tests.
  Logger() = default;
  Logger(Sink sink, NowMicros now, LogLevel minimum, bool for_people);

  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields = {}) const;
  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::debug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::info, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::warning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::error, event, fields);
  }
  [[nodiscard]] bool is_enabled(LogLevel level) const { return sink_ && level >= minimum_; }

 private:
  Sink sink_;
  NowMicros now_;
  LogLevel minimum_ = LogLevel::info;
  bool for_people_ = false;
};

}  // namespace cinnabar
