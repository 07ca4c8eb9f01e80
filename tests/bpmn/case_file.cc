#include "case_file.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::corpus {
namespace {

constexpr std::array<std::string_view, 4> kStates = {"completed", "running", "failed",
                                                     "terminated"};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// A '#' between blanks, or before the end of the line, begins a remark unless it is within a text.
std::string_view without_remark(std::string_view line) {
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && in_text) {
      ++i;
    } else if (line[i] == '"') {
      in_text = !in_text;
    } else if (line[i] == '#' && !in_text) {
      const bool begins = i == 0 || is_blank(line[i - 1]);
      if (begins && (i == 0 || i + 1 == line.size() || is_blank(line[i + 1]))) {
        return line.substr(0, i);
      }
    }
  }
  return line;
}

// Takes the text up to the next blank off the front.
std::string_view next_word(std::string_view& text) {
  text = trim(text);
  const auto end = std::ranges::find_if(text, is_blank);
  const auto size = static_cast<std::size_t>(end - text.begin());
  const std::string_view word = text.substr(0, size);
  text = trim(text.substr(size));
  return word;
}

class Parser {
 public:
  Result<std::vector<Case>> run(std::string_view text) {
    for (const std::string_view raw : split(text, '\n')) {
      ++line_;
      const std::string_view line = without_remark(raw);
      const std::string_view content = trim(line);
      if (content.empty() || content.starts_with('#')) continue;
      CINNABAR_CHECK_OK(is_blank(line.front()) ? list_line(content) : key_line(content));
    }
    CINNABAR_CHECK_OK(finish());
    if (cases_.empty()) return wrong("a file has at least one 'case: ID'");
    return std::move(cases_);
  }

 private:
  using Handler = Status (Parser::*)(std::string_view);
  struct Key {
    std::string_view name;
    Handler value;
    bool is_list = false;  // its values may stand on the lines below
  };
  static constexpr std::size_t kKeyCount = 17;
  static const std::array<Key, kKeyCount> kKeys;

  [[nodiscard]] Error wrong(const std::string& expected) const {
    return make_error(Code::invalid_argument, kCaseMalformed,
                      "line " + std::to_string(line_) + ": " + expected);
  }

  Status key_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const auto key = std::ranges::find(kKeys, name, &Key::name);
    if (colon == std::string_view::npos || key == kKeys.end()) {
      return wrong("no such line: \"" + std::string(line) + "\"");
    }
    if (cases_.empty() && name != "case") return wrong("a file begins with 'case: ID'");
    list_ = key->is_list ? key->value : nullptr;
    const std::string_view value = trim(line.substr(colon + 1));
    if (!value.empty()) return (this->*key->value)(value);
    if (!key->is_list) return wrong("'" + std::string(name) + ":' needs a value");
    if (name == "trace") trace();
    if (name == "incidents") incidents();
    return {};
  }

  Status list_line(std::string_view line) {
    if (list_ == nullptr) {
      return wrong("a line that is moved in belongs to a list such as 'trace:'");
    }
    return (this->*list_)(line);
  }

  Case& current() { return cases_.back(); }
  std::vector<std::string>& trace() {
    if (!current().trace) current().trace.emplace();
    return *current().trace;
  }
  std::vector<std::string>& incidents() {
    if (!current().incidents) current().incidents.emplace();
    return *current().incidents;
  }

  Status on_case(std::string_view value) {
    CINNABAR_CHECK_OK(finish());
    if (std::ranges::find(cases_, value, &Case::id) != cases_.end()) {
      return wrong("the case \"" + std::string(value) + "\" is there already");
    }
    cases_.emplace_back();
    current().id = std::string(value);
    current().line = line_;
    return {};
  }

  // The case before is complete.
  Status finish() {
    if (cases_.empty()) return {};
    Case& done = current();
    const bool runs = done.trace || !done.state.empty() || done.incidents || done.vars_after;
    if (runs && done.is_refused) return wrong("a document that is refused has no trace");
    if (!runs && !done.is_refused) {
      return wrong("the case \"" + done.id + "\" expects nothing; give it a trace");
    }
    if (!done.rule.empty() && !done.is_refused) return wrong("'rule:' goes with 'deploy: refused'");
    if (done.trace) std::ranges::sort(*done.trace);
    if (done.incidents) std::ranges::sort(*done.incidents);
    return {};
  }

  Status on_process(std::string_view value) {
    current().process = std::string(value);
    return {};
  }
  Status on_vars(std::string_view value) {
    CINNABAR_TRY(current().vars, object(value));
    return {};
  }
  Status on_vars_after(std::string_view value) {
    CINNABAR_TRY(current().vars_after, object(value));
    return {};
  }
  Status on_advance(std::string_view value) {
    const auto duration = parse_duration(value);
    if (!duration) return wrong("a duration such as PT10S, not \"" + std::string(value) + "\"");
    current().advance = *duration;
    return {};
  }
  Status on_deploy(std::string_view value) {
    if (value != "refused") return wrong("'deploy: refused' is the only one");
    current().is_refused = true;
    return {};
  }
  Status on_rule(std::string_view value) {
    current().rule = std::string(value);
    return {};
  }
  Status on_activities(std::string_view value) {
    if (value != "true" && value != "false") return wrong("true or false");
    current().counts_activities = value == "true";
    return {};
  }
  Status on_trace(std::string_view value) {
    trace().emplace_back(value);
    return {};
  }
  Status on_state(std::string_view value) {
    if (std::ranges::find(kStates, value) == kStates.end()) {
      return wrong("completed, running, failed or terminated");
    }
    current().state = std::string(value);
    return {};
  }
  Status on_incident(std::string_view value) {
    auto& list = incidents();
    if (value == "none") return {};
    const std::string kind(next_word(value));
    if (value.empty()) return wrong("an incident is a kind and a node");
    list.push_back(kind + " " + std::string(value));
    return {};
  }

  Status on_message(std::string_view value) { return arrival(ArrivalKind::message, value); }
  Status on_signal(std::string_view value) { return arrival(ArrivalKind::signal, value); }
  Status on_facts(std::string_view value) { return arrival(ArrivalKind::facts, value); }
  Status on_user_task(std::string_view value) { return arrival(ArrivalKind::user_task, value); }
  Status on_job(std::string_view value) { return arrival(ArrivalKind::job, value); }
  Status on_job_error(std::string_view value) { return arrival(ArrivalKind::job_error, value); }

  // at DURATION NAME {JSON}, and for job errors at DURATION TYPE CODE
  Status arrival(ArrivalKind kind, std::string_view value) {
    Arrival arrival;
    arrival.kind = kind;
    if (next_word(value) != "at") return wrong("'at DURATION NAME {JSON}'");
    const auto at = parse_duration(next_word(value));
    if (!at) return wrong("a duration such as PT10S after 'at'");
    arrival.at = *at;
    const std::size_t brace = value.find('{');
    if (brace != std::string_view::npos) {
      CINNABAR_TRY(arrival.payload, object(value.substr(brace)));
      value = trim(value.substr(0, brace));
    }
    if (kind == ArrivalKind::job_error) {
      const std::size_t blank = value.find_last_of(" \t");
      if (blank == std::string_view::npos) return wrong("'at DURATION TYPE CODE'");
      arrival.code = std::string(value.substr(blank + 1));
      value = trim(value.substr(0, blank));
    }
    if (kind == ArrivalKind::facts) {
      if (!value.empty()) return wrong("'at DURATION {JSON}'");
    } else if (value.empty()) {
      return wrong("a name after the duration");
    }
    arrival.name = std::string(value);
    auto& all = current().arrivals;
    all.insert(std::ranges::upper_bound(all, arrival.at, {}, &Arrival::at), std::move(arrival));
    return {};
  }

  Result<Json> object(std::string_view text) {
    auto parsed = Json::parse(text);
    if (!parsed || !parsed->is_object()) return wrong("a JSON object on one line");
    return parsed;
  }

  std::vector<Case> cases_;
  Handler list_ = nullptr;
  int line_ = 0;
};

const std::array<Parser::Key, Parser::kKeyCount> Parser::kKeys = {{
    {"case", &Parser::on_case},
    {"process", &Parser::on_process},
    {"vars", &Parser::on_vars},
    {"messages", &Parser::on_message, true},
    {"signals", &Parser::on_signal, true},
    {"facts", &Parser::on_facts, true},
    {"complete", &Parser::on_user_task, true},
    {"jobs", &Parser::on_job, true},
    {"job-errors", &Parser::on_job_error, true},
    {"advance", &Parser::on_advance},
    {"activities", &Parser::on_activities},
    {"trace", &Parser::on_trace, true},
    {"deploy", &Parser::on_deploy},
    {"rule", &Parser::on_rule},
    {"state", &Parser::on_state},
    {"incidents", &Parser::on_incident, true},
    {"vars-after", &Parser::on_vars_after},
}};

struct Unit {
  char letter;
  bool is_of_day;  // behind the 'T'
  std::int64_t micros;
};
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::array<Unit, 5> kUnits = {{{'W', false, 7 * 86'400 * kSecond},
                                         {'D', false, 86'400 * kSecond},
                                         {'H', true, 3'600 * kSecond},
                                         {'M', true, 60 * kSecond},
                                         {'S', true, kSecond}}};

// Up to six digits behind the point.
std::optional<std::int64_t> parse_fraction(std::string_view digits) {
  if (digits.empty() || digits.size() > 6) return std::nullopt;
  std::string padded(digits);
  padded.resize(6, '0');
  return parse_int(padded);
}

// One number with its unit, in microseconds.
std::optional<std::int64_t> parse_part(std::string_view number, const Unit& unit) {
  const std::size_t point = number.find('.');
  const auto whole = parse_int(number.substr(0, point));
  if (!whole || *whole < 0 || *whole > 1'000'000) return std::nullopt;
  std::int64_t micros = *whole * unit.micros;
  if (point != std::string_view::npos) {
    const auto fraction = parse_fraction(number.substr(point + 1));
    if (!fraction || *fraction < 0 || unit.letter != 'S') return std::nullopt;
    micros += *fraction;
  }
  return micros;
}

}  // namespace

Result<std::vector<Case>> parse_cases(std::string_view text) {
  return Parser().run(text);
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.size() < 3 || text[0] != 'P') return std::nullopt;
  text.remove_prefix(1);
  bool is_of_day = false;
  std::size_t next = 0;  // units come in this order, each once
  std::int64_t micros = 0;
  while (!text.empty()) {
    if (text[0] == 'T') {
      if (is_of_day || text.size() == 1) return std::nullopt;
      is_of_day = true;
      text.remove_prefix(1);
    }
    const std::size_t end = text.find_first_not_of("0123456789.");
    if (end == std::string_view::npos) return std::nullopt;
    while (next < kUnits.size() &&
           (kUnits[next].letter != text[end] || kUnits[next].is_of_day != is_of_day)) {
      ++next;
    }
    if (next == kUnits.size()) return std::nullopt;
    const auto part = parse_part(text.substr(0, end), kUnits[next]);
    if (!part) return std::nullopt;
    micros += *part;
    ++next;
    text.remove_prefix(end + 1);
  }
  return Duration{micros};
}

}  // namespace cinnabar::corpus
