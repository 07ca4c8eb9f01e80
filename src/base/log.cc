#include "base/log.h"

#include "base/assert.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

namespace cinnabar {
namespace {

void append_value(std::string& line, const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    // Callers may log what came over the wire; a log line must stay valid UTF-8.
    print_string_to(line, is_utf8(*text) ? std::string(*text) : to_valid_utf8(*text), false);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    line += std::to_string(*number);
  } else {
    line += std::get<bool>(field.value) ? "true" : "false";
  }
}

}  // namespace

std::string_view name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  CINNABAR_UNREACHABLE();
}

Logger::Logger(Sink sink, NowMicros now, LogLevel minimum, bool for_people)
    : sink_(std::move(sink)), now_(std::move(now)), minimum_(minimum), for_people_(for_people) {}

void Logger::write(LogLevel level, std::string_view event,
                   std::initializer_list<LogField> fields) const {
  if (!is_enabled(level)) return;
  const std::string at = to_rfc3339(Instant{now_ ? now_() : 0});
  std::string line;
  line.reserve(160);
  if (for_people_) {
    line += at;
    line += ' ';
    line += name(level);
    line += ' ';
    line += event;
    for (const LogField& field : fields) {
      line += ' ';
      line += field.key;
      line += '=';
      append_value(line, field);
    }
  } else {
    line += R"({"at":")" + at + R"(","level":")";
    line += name(level);
    line += R"(","event":)";
    print_string_to(line, event, false);
    for (const LogField& field : fields) {
      line += ',';
      print_string_to(line, field.key, false);
      line += ':';
      append_value(line, field);
    }
    line += '}';
  }
  line += '\n';
  sink_(line);
}

}  // namespace cinnabar
