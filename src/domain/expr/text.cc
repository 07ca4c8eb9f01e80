#include "domain/expr/text.h"

#include "domain/expr/iso_time.h"
#include "domain/expr/temporal.h"
#include "vocab/limits.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

namespace cinnabar::expr {
namespace {

constexpr std::int32_t kDepthMax = 2 * limits::kExpressionDepthMax;

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::ranges::none_of(name, [](char c) {
    return c == '"' || c == '\\' || c == ':' || c == ',' || c == '{' || c == '}';
  });
}

class Writer {
 public:
  explicit Writer(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  bool write(const Value& value, std::int32_t depth) {
    if (depth > kDepthMax) return false;
    const bool done = std::visit(
        [this, depth](const auto& held) {
          using Held = std::decay_t<decltype(held)>;
          if constexpr (std::is_same_v<Held, std::string>) {
            return depth == 0 ? put(held) : quote(held);
          } else if constexpr (std::is_same_v<Held, Value::ListRef>) {
            return list(*held, depth);
          } else if constexpr (std::is_same_v<Held, Value::ContextRef>) {
            return context(*held, depth);
          } else if constexpr (std::is_same_v<Held, Value::RangeRef>) {
            return range(*held, depth);
          } else {
            return put(scalar(held));
          }
        },
        value.storage());
    return done && out_.size() <= bytes_max_;
  }
  std::string take() { return std::move(out_); }

 private:
  bool put(std::string_view text) {
    if (text.size() > bytes_max_ - std::min(bytes_max_, out_.size())) return false;
    out_ += text;
    return true;
  }
  bool quote(std::string_view text) {
    if (!put("\"")) return false;
    for (const char c : text) {
      if (c == '"' || c == '\\') out_ += '\\';
      out_ += c;
      if (out_.size() > bytes_max_) return false;
    }
    return put("\"");
  }
  bool list(const Value::List& list, std::int32_t depth) {
    if (!put("[")) return false;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if ((i > 0 && !put(", ")) || !write(list[i], depth + 1)) return false;
    }
    return put("]");
  }
  bool context(const Value::Context& context, std::int32_t depth) {
    if (!put("{")) return false;
    for (std::size_t i = 0; i < context.size(); ++i) {
      const auto& [key, value] = context[i];
      if (i > 0 && !put(", ")) return false;
      if (!(is_plain_name(key) ? put(key) : quote(key)) || !put(": ")) return false;
      if (!write(value, depth + 1)) return false;
    }
    return put("}");
  }
  bool range(const Value::Range& range, std::int32_t depth) {
    // One end alone is written as a comparison: there is no word for infinity.
    if (range.low.is_null() && !range.high.is_null()) {
      return put(range.high_included ? "<=" : "<") && write(range.high, depth + 1);
    }
    if (range.high.is_null() && !range.low.is_null()) {
      return put(range.low_included ? ">=" : ">") && write(range.low, depth + 1);
    }
    return put(range.low_included ? "[" : "(") && write(range.low, depth + 1) && put("..") &&
           write(range.high, depth + 1) && put(range.high_included ? "]" : ")");
  }

  static std::string scalar(std::monostate) { return "null"; }
  static std::string scalar(bool truth) { return truth ? "true" : "false"; }
  static std::string scalar(const Decimal& number) { return number.text(); }
  static std::string scalar(const Date& date) { return to_text(date); }
  static std::string scalar(const TimeOfDay& time) { return to_text(time); }
  static std::string scalar(const DateTime& at) { return to_text(at); }
  static std::string scalar(MonthsDuration months) { return format_months(months.months); }
  static std::string scalar(Duration duration) { return format_micros(duration.micros()); }
  static std::string scalar(const Value::FunctionRef&) { return "function"; }
  static std::string scalar(const FileRef& file) { return file.file_name; }
  template <typename Reference>
  static std::string scalar(const Reference& reference) {
    return to_plain_text(FieldValue{reference});
  }

  std::size_t bytes_max_;
  std::string out_;
};

}  // namespace

std::string to_text(const Value& value) {
  return to_text(value, std::numeric_limits<std::size_t>::max()).value_or("");
}

std::optional<std::string> to_text(const Value& value, std::size_t bytes_max) {
  Writer writer(bytes_max);
  if (!writer.write(value, 0)) return std::nullopt;
  return writer.take();
}

}  // namespace cinnabar::expr
