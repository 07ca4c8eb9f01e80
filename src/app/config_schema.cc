#include "app/config_schema.h"

#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace cinnabar::app {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

constexpr Setting text(std::string_view name, std::string_view value, std::string_view sentence) {
  return Setting{.name = name, .default_text = value, .sentence = sentence};
}
constexpr Setting secret(std::string_view name, std::string_view sentence) {
  return Setting{.name = name, .is_secret = true, .sentence = sentence};
}
constexpr Setting choice(std::string_view name, std::string_view value, std::string_view choices,
                         std::string_view sentence) {
  return Setting{.name = name, .default_text = value, .choices = choices, .sentence = sentence};
}
struct Range {
  std::string_view unit;
  std::int64_t minimum;
  std::int64_t maximum;
};
constexpr Setting integer(std::string_view name, std::string_view value, Range range,
                          std::string_view sentence) {
  return Setting{.name = name,
                 .type = SettingType::integer,
                 .default_text = value,
                 .unit = range.unit,
                 .minimum = range.minimum,
                 .maximum = range.maximum,
                 .sentence = sentence};
}
constexpr Setting boolean(std::string_view name, std::string_view value,
                          std::string_view sentence) {
  return Setting{
      .name = name, .type = SettingType::boolean, .default_text = value, .sentence = sentence};
}
constexpr Setting list(std::string_view name, std::string_view value, std::string_view sentence) {
  return Setting{
      .name = name, .type = SettingType::list, .default_text = value, .sentence = sentence};
}

constexpr std::array kSettings{
    text("data.folder", "cinnabar-data",
         "Folder with the database, the files and the server key; made when it is missing."),
    text("data.database", "",
         "Where the database is: empty for cinnabar.db in the data folder, or sqlite:PATH."),
    text("http.listen", "127.0.0.1:8080",
         "Address and port to listen on; port 0 takes a free one."),
    text("http.tls_certificate", "",
         "PEM file with the certificate chain; set with http.tls_key to serve HTTPS."),
    text("http.tls_key", "", "PEM file with the private key of the certificate."),
    integer("http.threads", "1", {"threads", 1, 64}, "Threads that read and write connections."),
    integer("http.connections_max", "4096", {"connections", 1, 100'000},
            "Connections served at a time; further ones are closed at once."),
    integer("http.body_bytes_max", "16777216", {"bytes", 1024, 1024 * kMiB},
            "Largest request body that is not an upload of files."),
    integer("http.body_memory_max", "268435456", {"bytes", 1024, 256 * 1024 * kMiB},
            "Memory that the bodies of all requests may take together; at least one largest body."),
    integer(
        "http.answer_limit", "60", {"seconds", 1, 3600},
        "How long a request may take; then its caller is told so, though it may still be done."),
    integer("http.upload_bytes_max", "268435456", {"bytes", 1024, 16 * 1024 * kMiB},
            "Largest request body with files."),
    choice("http.metrics_for", "loopback", "loopback|everybody",
           "Who may read /metrics: callers on this machine, or everybody."),
    integer("workers.readers", "4", {"threads", 1, 256},
            "Threads, each with a database connection, that answer questions."),
    integer("workers.blocking", "2", {"threads", 1, 64},
            "Threads for passwords and files; each password check takes a core and 19 MiB."),
    integer("workers.queue", "1024", {"requests", 1, 100'000},
            "Requests that may wait for a thread; further ones are refused at once."),
    integer("workers.wait", "10", {"seconds", 1, 300},
            "How long a request may wait for a thread before it is refused."),
    integer("storage.writer_queue", "4096", {"commands", 1, 100'000},
            "Commands that may wait for the writer; further ones are refused at once."),
    integer("session.idle_limit", "300", {"seconds", 30, 86'400},
            "How long an access code or a signed-in browser lives without use."),
    text("tenant.utc_offset", "+00:00",
         "Time zone of dates without one, as an offset from UTC such as +08:00."),
    integer("files.bytes_max", "134217728", {"bytes", 1024, 16 * 1024 * kMiB},
            "Largest single file."),
    list("files.extensions_refused", "bat,cmd,com,exe,js,jse,lnk,msi,ps1,scr,vbe,vbs,wsf",
         "File name extensions that are refused, without the dot."),
    list("connector.allow", "",
         "Hosts, addresses and blocks such as 10.1.0.0/16 that service tasks may call besides "
         "public "
         "addresses."),
    integer("connector.timeout_ms", "30000", {"ms", 100, 600'000},
            "How long one call of a service task may take."),
    integer("connector.connect_timeout_ms", "5000", {"ms", 100, 600'000},
            "How long such a call may take to reach the other side."),
    integer("connector.answer_bytes_max", "1048576", {"bytes", 1024, 64 * kMiB},
            "Largest answer that a service task takes."),
    text("connector.ca_file", "",
         "PEM file with the certificate authorities to trust in calls and mail; empty: the "
         "system's."),
    text("mail.server", "",
         "Where mail is handed over: smtp://HOST:PORT or smtps://HOST:PORT; empty: no mail is "
         "sent."),
    text("mail.from", "", "Address of the sender."),
    text("mail.user", "", "User for the mail server; empty: without signing in."),
    secret("mail.password", "Password for the mail server."),
    choice("mail.tls", "required", "required|if_offered|none",
           "Whether smtp:// must become encrypted before anything is sent."),
    choice("log.level", "info", "debug|info|warning|error", "The least level that is logged."),
    boolean("log.access", "false", "One log line per answered request."),
    choice("log.format", "auto", "auto|json|text",
           "Log lines as JSON or for people; auto: for people when the output is a terminal."),
    integer("server.drain_limit", "8", {"seconds", 1, 60},
            "How long running requests may take to finish after the server was told to stop."),
};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view after_dot(std::string_view name) {
  return name.substr(name.find('.') + 1);
}

Error wrong_value(const Setting& setting, std::string expected) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    std::string(setting.name) + ": expected " + std::move(expected),
                    std::string(setting.name));
}

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

const Setting* find_setting(std::string_view name) {
  const auto at = std::ranges::find(kSettings, name, &Setting::name);
  return at == kSettings.end() ? nullptr : &*at;
}

std::string suggest_setting(std::string_view name) {
  // Long unknown names are no typing mistakes.
  constexpr std::size_t kNameBytesMax = 64;
  constexpr std::size_t kDistanceMax = 3;
  if (name.size() > kNameBytesMax) return {};
  std::string best;
  std::size_t best_distance = kDistanceMax + 1;
  for (const Setting& setting : kSettings) {
    std::size_t distance = edit_distance(name, setting.name);
    // The right key in the wrong section is a likely mistake too.
    if (after_dot(name) == after_dot(setting.name)) distance = std::min<std::size_t>(distance, 2);
    if (distance < best_distance) {
      best_distance = distance;
      best = setting.name;
    }
  }
  return best;
}

std::string environment_name(const Setting& setting) {
  std::string result = "CINNABAR_";
  for (const char c : setting.name) {
    if (c == '.') {
      result += '_';
    } else {
      result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return result;
}

std::string_view name(SettingType type) {
  switch (type) {
    case SettingType::text:
      return "text";
    case SettingType::integer:
      return "integer";
    case SettingType::boolean:
      return "boolean";
    case SettingType::list:
      return "list";
  }
  CINNABAR_UNREACHABLE();
}

Result<SettingValue> parse_setting(const Setting& setting, std::string_view text) {
  SettingValue value;
  switch (setting.type) {
    case SettingType::text:
      value = std::string(text);
      break;
    case SettingType::integer: {
      const auto number = parse_int(text);
      if (!number.has_value()) return wrong_value(setting, "an integer");
      value = *number;
      break;
    }
    case SettingType::boolean:
      if (text != "true" && text != "false") return wrong_value(setting, "true or false");
      value = text == "true";
      break;
    case SettingType::list: {
      std::vector<std::string> items;
      for (const std::string_view item : split(text, ',')) {
        if (!trim(item).empty()) items.emplace_back(trim(item));
      }
      value = std::move(items);
      break;
    }
  }
  CINNABAR_CHECK_OK(check_setting(setting, value));
  return value;
}

Status check_setting(const Setting& setting, const SettingValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (*number < setting.minimum || *number > setting.maximum) {
      return wrong_value(setting, std::to_string(setting.minimum) + ".." +
                                      std::to_string(setting.maximum) + " " +
                                      std::string(setting.unit));
    }
  }
  if (const auto* chosen = std::get_if<std::string>(&value); chosen && !setting.choices.empty()) {
    const auto choices = split(setting.choices, '|');
    if (std::ranges::find(choices, std::string_view(*chosen)) == choices.end()) {
      return wrong_value(setting, "one of " + std::string(setting.choices));
    }
  }
  return {};
}

std::string print_setting(const SettingValue& value) {
  struct Printer {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(const std::string& plain) const { return plain; }
    std::string operator()(const std::vector<std::string>& items) const {
      std::string joined;
      for (const std::string& item : items) {
        if (!joined.empty()) joined += ',';
        joined += item;
      }
      return joined;
    }
  };
  return std::visit(Printer{}, value);
}

}  // namespace cinnabar::app
