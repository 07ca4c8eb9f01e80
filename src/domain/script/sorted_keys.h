// Tables in an order that is the same everywhere: numbers ascending, then texts by their bytes,
// then false and true. Inside of the script module. Errors: raised in Lua; keys of other kinds are
// one.
#pragma once

#include <lua.hpp>

namespace cinnabar::script {

// Pushes a sequence with the keys of the table at `index`.
void push_sorted_keys(lua_State* state, int index);
// For the table at 1 and the key at 2: pushes the entry that follows, or nil. Gives the number of
// values pushed.
int push_next_entry(lua_State* state);
// Orders the keys, or any two numbers or texts, at `a` and `b`; charges for the length of texts.
bool is_before(lua_State* state, int a, int b);

}  // namespace cinnabar::script
