// Evaluates a program. Inside of the expression module. Thread: one; lives for one evaluation.
#pragma once

#include "domain/expr/functions.h"
#include "domain/expr/program.h"
#include "domain/expr/scope.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cinnabar::expr {

// A function made by an expression: its shape, and the slots that were in sight.
struct Value::Function {
  const FunctionShape* shape = nullptr;
  std::vector<Value> captured;
};

class Machine final : public Runtime {
 public:
  Machine(const Program& program, const Scope& scope) : program_(program), scope_(scope) {}

  // The result holds no functions.
  Result<Value> run();

  Status spend(std::size_t steps) override;
  Status spend_bytes(std::size_t bytes) override;
  [[nodiscard]] std::optional<Instant> now() const override { return scope_.now(); }
  Result<Value> apply(const Value& function, std::vector<Value> arguments) override;
  Result<std::optional<bool>> equal(const Value& a, const Value& b) override;

 private:
  struct Loop;
  class Depth {
   public:
    explicit Depth(std::int32_t& depth) : depth_(depth) { ++depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --depth_; }

   private:
    std::int32_t& depth_;
  };

  Result<Value> eval(NodeId id);
  // The constant itself, without a copy, or the value in `kept`.
  Result<const Value*> look(NodeId id, Value& kept);
  Result<Value> copy(const Value& value);

  Result<Value> scope_name(std::uint32_t index);
  Result<Value> item_name(const Node& node);
  Result<Value> list(const Node& node);
  Result<Value> context(const Node& node);
  Result<Value> range(const Node& node);
  Result<Value> junction(const Node& node, bool deciding);
  Result<Value> compare(const Node& node);
  Result<Value> among(const Node& node);
  Result<std::optional<bool>> passes(const Value& value, NodeId test, bool may_decide);
  Result<Value> sum(const Node& node);
  Result<Value> power(const Node& node);
  Result<Value> negate(const Node& node);
  Result<Value> logical_not(const Node& node);
  Result<Value> foreign(const Node& node);
  Result<Value> foreign_index(const Node& node);
  Result<Value> member(const Node& node);
  Result<Value> member_of(const Value& owner, std::string_view name);
  Result<Value> filter(const Node& node);
  Result<Value> keep(const Node& node, const Value::List& list);
  Result<Value> choose(const Node& node);
  Result<Value> loop(const Node& node);
  Status iterate(Loop& loop, std::size_t which);
  Status iterate_range(Loop& loop, std::size_t which, const Value& low, const Value& high);
  Status iterate_values(Loop& loop, std::size_t which, const Value& values);
  Status visit(Loop& loop, std::size_t which, Value value);
  Status finish_round(Loop& loop);
  Result<Value> function(const Node& node);
  Result<Value> call(const Node& node);
  Result<Value> call_builtin(const Builtin& builtin, std::span<const Value> arguments);
  Result<Value> call_value(const Node& node);

  Status pay_for(const Value& value);
  Status check_depth(const Value& value, std::int32_t depth);
  Status check_result(const Value& value, std::int32_t depth);

  const Program& program_;
  const Scope& scope_;
  std::vector<Value> locals_;
  std::vector<std::optional<Value>> found_;  // names of the scope that were asked for
  std::size_t steps_ = 0;
  std::size_t bytes_ = 0;
  std::size_t items_ = 0;
  std::int32_t depth_ = 0;
  bool has_function_ = false;
};

}  // namespace cinnabar::expr
