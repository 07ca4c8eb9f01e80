#include "api/dialects/jodoo/webhooks.h"

#include "api/common/utc_text.h"
#include "api/dialects/jodoo/apps.h"
#include "api/dialects/jodoo/fields.h"
#include "api/dialects/jodoo/ids.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace cinnabar::jodoo {
namespace {

using services::WebhookKind;

// Records nest as tables of lists; what is deeper cannot be stored.
constexpr int kDepthMax = 16;
constexpr std::size_t kFormNameAt = 3;  // behind _id, appId and entryId

// ---- numbers and keys of JavaScript ----

// Number::toString of `digits` (without the point) with the point behind the first `point` of them.
std::string place_point(std::string_view digits, int point) {
  constexpr int kPlainMax = 21;
  constexpr int kZerosMax = 6;
  const int count = static_cast<int>(digits.size());
  std::string out;
  if (point >= count && point <= kPlainMax) {
    out = digits;
    return out.append(static_cast<std::size_t>(point - count), '0');
  }
  if (point > 0 && point <= kPlainMax) {
    out = digits;
    return out.insert(static_cast<std::size_t>(point), 1, '.');
  }
  if (point > -kZerosMax && point <= 0) {
    out = "0.";
    return out.append(static_cast<std::size_t>(-point), '0').append(digits);
  }
  out = digits.substr(0, 1);
  if (count > 1) out.append(".").append(digits.substr(1));
  return out.append(point > 0 ? "e+" : "e-").append(std::to_string(std::abs(point - 1)));
}

std::string javascript_number(const std::string& text) {
  const char* const end = text.data() + text.size();
  double value = 0;
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec == std::errc::result_out_of_range) {
    // Too small is 0; too large is Infinity, which JSON.stringify writes as null.
    const std::size_t exponent = text.find_first_of("eE");
    const bool is_small = exponent == std::string::npos ? text.find('.') != std::string::npos
                                                        : text[exponent + 1] == '-';
    return is_small ? "0" : "null";
  }
  if (value == 0) return "0";
  std::array<char, 40> buffer{};
  // The shortest digits that read back as the same double, as JavaScript prints them.
  const auto printed = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                     value < 0 ? -value : value, std::chars_format::scientific);
  const std::string_view shortest(buffer.data(),
                                  static_cast<std::size_t>(printed.ptr - buffer.data()));
  const std::size_t e = shortest.find('e');
  std::string digits(shortest.substr(0, e));
  std::erase(digits, '.');
  std::string_view power = shortest.substr(e + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  int exponent = 0;
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  return (value < 0 ? "-" : "") + place_point(digits, exponent + 1);
}

// "0", "17": what JavaScript takes for an index of an array, which objects list first.
std::optional<std::uint32_t> index_of(std::string_view key) {
  if (key.empty() || key.size() > 10 || (key.size() > 1 && key.front() == '0')) return std::nullopt;
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(key.data(), key.data() + key.size(), number);
  const bool is_whole = parsed.ec == std::errc{} && parsed.ptr == key.data() + key.size();
  if (!is_whole || number == UINT32_MAX) return std::nullopt;
  return number;
}

// Prints as JSON.stringify does. Recursion is bounded by kDepthMax.
class Printer {
 public:
  void value(const Json& json, int depth) {
    if (depth > kDepthMax || json.is_null()) {
      out_ += "null";
    } else if (const bool* truth = json.as_bool()) {
      out_ += *truth ? "true" : "false";
    } else if (const Json::Number* number = json.as_number()) {
      out_ += javascript_number(number->digits);
    } else if (const std::string* text = json.as_string()) {
      string(*text);
    } else if (const Json::Array* array = json.as_array()) {
      list(*array, depth);
    } else if (const Json::Object* object = json.as_object()) {
      members(*object, depth);
    }
  }
  std::string take() { return std::move(out_); }

 private:
  void list(const Json::Array& array, int depth) {
    out_ += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i != 0) out_ += ',';
      value(array[i], depth + 1);
    }
    out_ += ']';
  }

  void members(const Json::Object& object, int depth) {
    std::map<std::uint32_t, const Json::Member*> indexes;
    for (const Json::Member& member : object) {
      if (const auto index = index_of(member.first)) indexes.insert_or_assign(*index, &member);
    }
    out_ += '{';
    bool is_first = true;
    for (const auto& [index, one] : indexes) member(*one, depth, is_first);
    for (const Json::Member& one : object) {
      if (!index_of(one.first)) member(one, depth, is_first);
    }
    out_ += '}';
  }

  void member(const Json::Member& one, int depth, bool& is_first) {
    if (!is_first) out_ += ',';
    is_first = false;
    string(one.first);
    out_ += ':';
    value(one.second, depth + 1);
  }

  void string(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out_ += '"';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      const std::size_t short_form = std::string_view("\"\\\b\f\n\r\t").find(c);
      if (short_form != std::string_view::npos) {
        out_ += '\\';
        out_ += std::string_view("\"\\bfnrt")[short_form];
      } else if (byte < 0x20) {
        out_.append("\\u00") += kHex[byte >> 4U];
        out_ += kHex[byte & 0xFU];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string out_;
};

// ---- what is told ----

std::string_view op_of(WebhookKind kind) {
  switch (kind) {
    case WebhookKind::record_created:
      return "data_create";
    case WebhookKind::record_changed:
      return "data_update";
    case WebhookKind::record_removed:
      return "data_remove";
    case WebhookKind::record_restored:
      return "data_recover";
    case WebhookKind::form_changed:
      return "form_update";
  }
  CINNABAR_UNREACHABLE();
}

Json form_json(const services::Catalog& catalog, const services::DeployedForm& form) {
  return Json::object()
      .set("appId", app_id(catalog, form.application))
      .set("entryId", entry_id(catalog, form.id))
      .set("name", form.definition->name)
      .set("widgets", widgets_json(*form.definition));
}

Json data_json(const services::Catalog& catalog, const services::People& people,
               const services::DeployedForm& form, const services::WebhookEvent& event) {
  if (event.kind == WebhookKind::form_changed) return form_json(catalog, form);
  const std::string app = app_id(catalog, form.application);
  const std::string entry = entry_id(catalog, form.id);
  if (event.kind == WebhookKind::record_removed) {
    return Json::object()
        .set("_id", to_hex24(event.record.id.value()))
        .set("appId", app)
        .set("entryId", entry)
        .set("formName", form.definition->name)
        .set("deleter", member_json(people, event.actor))
        .set("deleteTime", api::to_utc_millis(event.at));
  }
  // Without links: nobody knows yet by which name receivers reach this server.
  FileViews files;
  for (const auto& [id, file] : event.files) {
    files.emplace(id, FileView{file.size, file.media_type, {}});
  }
  Json json = write_record(form, event.record, app, entry, {catalog, people, &files});
  Json::Object& members = *json.as_object();
  members.insert(members.begin() + kFormNameAt,
                 Json::Member{"formName", Json(form.definition->name)});
  return json;
}

Result<std::string> body(const std::shared_ptr<const services::Catalog>& catalog,
                         const std::shared_ptr<const services::People>& people,
                         const services::WebhookEvent& event) {
  const services::DeployedForm* form = catalog->form(event.form);
  if (form == nullptr || form->definition == nullptr) {
    return make_error(Code::not_found, reasons::kFormUnknown, "the form is gone",
                      std::to_string(event.form.value()));
  }
  return javascript_json(Json::object()
                             .set("op", op_of(event.kind))
                             .set("data", data_json(*catalog, *people, *form, event))
                             .set("opTime", event.at.micros() / 1'000));
}

ports::HttpCall call(ports::Crypto& crypto, const std::string& url,
                     const services::WebhookSignature& signature) {
  const std::string timestamp = std::to_string(signature.at.micros() / 1'000'000);
  ports::HttpCall request;
  request.url = url;
  request.url.append(url.find('?') == std::string::npos ? "?" : "&")
      .append("timestamp=")
      .append(timestamp)
      .append("&nonce=")
      .append(signature.nonce);
  request.headers = {{"Content-Type", "application/json"},
                     {"X-JDY-DeliverId", to_hex24(signature.delivery)},
                     {"X-JDY-Signature", sign_push(crypto, {signature.nonce, signature.body,
                                                            signature.secret, timestamp})}};
  return request;
}

}  // namespace

std::string javascript_json(const Json& value) {
  Printer printer;
  printer.value(value, 0);
  return printer.take();
}

std::string sign_push(ports::Crypto& crypto, const PushSignature& push) {
  std::string text;
  text.append(push.nonce).append(":").append(push.payload).append(":");
  text.append(push.secret).append(":").append(push.timestamp);
  return crypto.sha1_hex(text);
}

const services::WebhookFormat kWebhookFormat{kDoorName, body, call};

}  // namespace cinnabar::jodoo
