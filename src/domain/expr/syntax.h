// The recursive descent over the tokens of an expression. Every way down passes nest(), which
// counts the depth, so the recursion is bounded by limits::kExpressionDepthMax; chains of one
// operator are loops. Inside of the expression module. Thread: one.
#pragma once

#include "base/result.h"
#include "domain/expr/lexer.h"
#include "domain/expr/program.h"

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar::expr {

class Parser {
 public:
  Parser(std::vector<Token> tokens, Dialect dialect);
  // A name of the scope with blanks or signs in it.
  void know(std::string_view name);

  Result<Program> run_expression();
  // The tests of an entry of a decision table, on the value '?'.
  Result<Program> run_tests();

 private:
  struct Local {
    std::vector<std::string> words;
    bool is_item = false;
    bool is_used = false;
  };
  struct Argument {
    std::string name;
    NodeId node = 0;
  };
  class Depth {
   public:
    explicit Depth(std::int32_t& depth) : depth_(depth) { ++depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --depth_; }

   private:
    std::int32_t& depth_;
  };

  // Tokens.
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
  [[nodiscard]] bool is_symbol(std::string_view text, std::size_t ahead = 0) const;
  [[nodiscard]] bool is_word(std::string_view text, std::size_t ahead = 0) const;
  bool take_symbol(std::string_view text);
  bool take_word(std::string_view text);
  Status expect_symbol(std::string_view text);
  Status expect_word(std::string_view text);
  [[nodiscard]] Error unexpected(std::string_view wanted) const;
  Status finish();

  // Nodes.
  NodeId add(NodeKind kind, std::span<const std::uint32_t> children, std::uint32_t a = 0,
             std::uint8_t flag = 0);
  NodeId add(NodeKind kind, std::initializer_list<std::uint32_t> children, std::uint32_t a = 0,
             std::uint8_t flag = 0);
  NodeId constant(Value value);
  std::uint32_t text_index(std::string text);

  // Operators, weakest first.
  Result<NodeId> expression();
  Result<NodeId> disjunction();
  Result<NodeId> conjunction();
  Result<NodeId> comparison();
  Result<NodeId> addition();
  Result<NodeId> multiplication();
  Result<NodeId> power();
  Result<NodeId> unary();
  Result<NodeId> instance();
  Result<NodeId> postfix();
  Result<NodeId> primary();
  Result<NodeId> ternary(NodeId condition);

  // Words that begin an expression.
  Result<NodeId> conditional();
  Result<NodeId> loop(NodeKind kind);
  Status iterators(std::vector<std::uint32_t>& children);
  Result<NodeId> function_literal(std::uint32_t self);
  Result<NodeId> negation();

  // Behind an operand.
  Result<NodeId> member(NodeId owner);
  Result<NodeId> filter(NodeId list);
  Result<NodeId> invocation(NodeId callee);
  Result<NodeId> foreign_index(NodeId owner);

  // Tests of `in` and of decision tables.
  Result<NodeId> membership(NodeId value);
  Result<NodeId> test();
  Result<std::vector<std::uint32_t>> tests();
  Result<NodeId> boundary(std::string_view symbol);

  // Operands.
  Result<NodeId> number();
  Result<NodeId> at_literal();
  Result<NodeId> bracket();
  Result<NodeId> range_end(NodeId low, bool low_is_open);
  Result<NodeId> context();
  Result<std::string> key();
  Result<NodeId> word();
  Result<NodeId> name();
  Result<NodeId> scope_name(std::string first, bool is_read);
  Result<NodeId> call(std::uint32_t builtin, std::size_t words);
  Result<std::vector<Argument>> arguments();
  Result<std::vector<std::uint32_t>> in_order(std::uint32_t builtin, std::size_t at,
                                              const std::vector<Argument>& arguments);
  Status check_pattern(std::string_view function, std::size_t at,
                       const std::vector<std::uint32_t>& arguments);

  // Names.
  [[nodiscard]] std::size_t matches(const std::vector<std::string>& words) const;
  // The local that the tokens here name with the most words, and how many; no words: none.
  [[nodiscard]] std::pair<std::size_t, std::size_t> local_here() const;
  // The built-in function that is called here, and how many words its name has.
  [[nodiscard]] std::optional<std::pair<std::uint32_t, std::size_t>> builtin_here() const;
  [[nodiscard]] bool is_filter() const;
  // How many tokens from `ahead` on are one name; 0 when there is none.
  [[nodiscard]] std::size_t name_length(std::size_t ahead) const;
  [[nodiscard]] std::string joined(std::size_t begin, std::size_t count) const;
  void push_local(std::string_view name, bool is_item = false);
  [[nodiscard]] std::vector<std::uint32_t> item_slots(std::size_t above) const;
  [[nodiscard]] NodeId with_items(std::size_t above, std::uint32_t name, NodeId otherwise);
  std::uint32_t name_index(ScopeName name);

  Result<Type> type();
  Status context_type(Type& out);
  Status function_type(Type& out);
  Status parameter_type();

  std::vector<Token> tokens_;
  bool foreign_;
  std::size_t at_ = 0;
  std::int32_t depth_ = 0;
  std::vector<Local> locals_;
  std::vector<std::vector<std::string>> known_;
  std::vector<std::string> known_text_;
  std::map<std::string, std::uint32_t, std::less<>> name_places_;
  Program program_;
};

}  // namespace cinnabar::expr
