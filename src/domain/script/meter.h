// What a running script has used: instructions, memory, and the work that single instructions
// start. Inside of the script module.
//
// The count hook of Lua sees instructions of the virtual machine only. So the allocator charges for
// what it hands out (concatenation, growing tables, collecting garbage), library functions charge
// for what they loop over, and while two long texts are alive every instruction costs more, since
// any of them may compare the two. Ownership: outlives its lua_State. Thread: the one that runs it.
// Errors: raised in Lua; exhausted() stays true, so that pcall cannot swallow them.
#pragma once

#include "domain/script/lua.h"

#include <lua.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace cinnabar::script {

class Meter {
 public:
  explicit Meter(const Budget& budget, std::size_t source_bytes)
      : units_left_(budget.instructions),
        memory_max_(budget.memory_bytes),
        source_bytes_(static_cast<std::int64_t>(source_bytes)) {}

  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  // The allocator of lua_newstate, with the Meter as its user data.
  static void* allocate(void* meter, void* block, std::size_t old_size, std::size_t new_size);
  static Meter& of(lua_State* state);

  // Counts instructions from here on.
  void start(lua_State* state);
  // For work a library function does; raises when the budget is used up.
  void charge(lua_State* state, std::int64_t units);
  // For an error that a script caught: its message looked through the code of a function.
  void charge_caught_error(lua_State* state) { charge(state, 100 + source_bytes_ / 8); }

  [[nodiscard]] bool exhausted() const { return exhausted_; }
  void note_memory_error() { exhausted_ = memory_error_ = true; }
  [[nodiscard]] bool memory_error() const { return memory_error_; }

 private:
  static void on_count(lua_State* state, lua_Debug* event);
  bool take(std::size_t bytes);
  void count_text(std::size_t bytes, int by);
  // The size that the second longest of the living texts cannot exceed.
  [[nodiscard]] std::size_t comparable_bytes() const;
  [[noreturn]] void give_up(lua_State* state);

  std::int64_t units_left_;
  std::size_t memory_max_;
  std::int64_t source_bytes_;
  std::size_t memory_used_ = 0;
  int interval_ = 1;
  std::array<std::int32_t, 32> long_texts_{};  // living ones by the logarithm of their size
  std::size_t comparable_peak_ = 0;            // since the last count
  bool exhausted_ = false;
  bool memory_error_ = false;
};

}  // namespace cinnabar::script
