// Where the names of an expression come from. Ownership: a scope borrows what it looks into and
// lives as long as one evaluation. Thread: one.
#pragma once

#include "base/time.h"
#include "domain/expr/value.h"

#include <optional>
#include <string_view>

namespace cinnabar::expr {

class Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  virtual ~Scope() = default;

  // nullopt: there is no such name, which reads as null. Asked for a whole dotted name first
  // ("form.amount"), then for its beginnings; the rest is a path into the value.
  [[nodiscard]] virtual std::optional<Value> find(std::string_view name) const = 0;
  // What now() and today() give; nullopt makes them fail, so that results can be repeated.
  [[nodiscard]] virtual std::optional<Instant> now() const { return std::nullopt; }
};

// Variables, and what the parent knows for other names; `variables` and `parent` must outlive it.
class VariablesScope final : public Scope {
 public:
  explicit VariablesScope(const Variables& variables, const Scope* parent = nullptr)
      : variables_(variables), parent_(parent) {}

  [[nodiscard]] std::optional<Value> find(std::string_view name) const override {
    if (const auto it = variables_.find(name); it != variables_.end()) return it->second;
    return parent_ == nullptr ? std::nullopt : parent_->find(name);
  }
  [[nodiscard]] std::optional<Instant> now() const override {
    return parent_ == nullptr ? std::nullopt : parent_->now();
  }

 private:
  const Variables& variables_;
  const Scope* parent_;
};

}  // namespace cinnabar::expr
