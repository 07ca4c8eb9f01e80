#include "domain/expr/builtins.h"
#include "vocab/limits.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace cinnabar::expr::builtin {
namespace {

void put(Value::Context& context, const std::string& key, Value value) {
  const auto it = std::ranges::find(context, key, &Value::Entry::first);
  if (it == context.end()) {
    context.emplace_back(key, std::move(value));
  } else {
    it->second = std::move(value);
  }
}

// Puts the value at the end of a path of keys; a step that is missing is made, one that is no
// context makes the whole null. Recursion as deep as the path, which is bounded.
Answer put_at(const Value& context, Arguments keys, const Value& value, Runtime& runtime) {
  const auto* key = text_of(keys.front());
  if (key == nullptr || (context.context() == nullptr && !context.is_null())) return Value{};
  Value::Context out = context.is_null() ? Value::Context{} : *context.context();
  CINNABAR_CHECK_OK(runtime.spend(1 + out.size()));
  if (keys.size() == 1) {
    put(out, *key, value);
    return Value{std::move(out)};
  }
  const Value* inner = context.member(*key);
  CINNABAR_TRY(Value changed,
               put_at(inner == nullptr ? Value{} : *inner, keys.subspan(1), value, runtime));
  if (changed.is_null()) return Value{};
  put(out, *key, std::move(changed));
  return Value{std::move(out)};
}

}  // namespace

Answer get_value(Arguments arguments, Runtime& runtime) {
  const Value* at = &single(arguments[0]);
  if (const auto* key = arguments[1].get<std::string>()) {
    const Value* found = at->member(*key);
    return found == nullptr ? Value{} : *found;
  }
  const auto* keys = arguments[1].list();
  if (keys == nullptr || keys->empty()) return Value{};
  for (const Value& key : *keys) {
    const auto* text = key.get<std::string>();
    if (at->context() != nullptr) CINNABAR_CHECK_OK(runtime.spend(at->context()->size() / 16));
    at = text == nullptr ? nullptr : at->member(*text);
    if (at == nullptr) return Value{};
  }
  return *at;
}

Answer get_entries(Arguments arguments, Runtime& runtime) {
  const auto* context = single(arguments[0]).context();
  if (context == nullptr) return Value{};
  Value::List out;
  out.reserve(context->size());
  for (const auto& [key, value] : *context) {
    if (const auto* text = value.get<std::string>()) {
      CINNABAR_CHECK_OK(runtime.spend_bytes(text->size()));
    }
    Value::Context entry;
    entry.emplace_back("key", Value{key});
    entry.emplace_back("value", value);
    out.emplace_back(std::move(entry));
  }
  return Value{std::move(out)};
}

Answer context(Arguments arguments, Runtime& runtime) {
  Value::Context out;
  std::unordered_map<std::string_view, bool> keys;
  const Value::List entries = list_of(arguments[0]);
  for (const Value& entry : entries) {
    const Value* key = entry.member("key");
    const Value* value = entry.member("value");
    const auto* text = key == nullptr ? nullptr : key->get<std::string>();
    if (text == nullptr || value == nullptr) return Value{};
    if (!keys.emplace(*text, true).second) return Value{};
    if (const auto* long_text = value->get<std::string>()) {
      CINNABAR_CHECK_OK(runtime.spend_bytes(long_text->size()));
    }
    out.emplace_back(*text, *value);
  }
  return Value{std::move(out)};
}

Answer context_put(Arguments arguments, Runtime& runtime) {
  const Value& context = single(arguments[0]);
  if (context.context() == nullptr) return Value{};
  const auto* keys = arguments[1].list();
  if (keys == nullptr) return put_at(context, arguments.subspan(1, 1), arguments[2], runtime);
  if (keys->empty()) return Value{};
  if (keys->size() > static_cast<std::size_t>(limits::kExpressionValueDepthMax)) {
    return evaluation_error("context put: the path is too long");
  }
  return put_at(context, Arguments(*keys), arguments[2], runtime);
}

// Later contexts win.
Answer context_merge(Arguments arguments, Runtime& runtime) {
  Value::Context out;
  std::unordered_map<std::string, std::size_t> places;
  for (const Value& part : elements(arguments)) {
    const auto* context = part.context();
    if (context == nullptr) return Value{};
    CINNABAR_CHECK_OK(runtime.spend(context->size()));
    for (const auto& [key, value] : *context) {
      if (const auto* text = value.get<std::string>()) {
        CINNABAR_CHECK_OK(runtime.spend_bytes(text->size()));
      }
      const auto [it, is_new] = places.emplace(key, out.size());
      if (is_new) {
        out.emplace_back(key, value);
      } else {
        out[it->second].second = value;
      }
    }
  }
  return Value{std::move(out)};
}

}  // namespace cinnabar::expr::builtin
