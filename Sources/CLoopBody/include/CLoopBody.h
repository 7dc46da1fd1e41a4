// A Swift closure that other threads may call while the function that made it waits for them. Swift would move it to
// the heap for that, once a loop; here it stays on the stack of the thread that made it.
//
// A Swift function value is two words: the function, and the context it is called with, in the register that Clang's
// attribute `swift_context` names (Clang's "Attributes in Clang": swiftcall, swift_context).
#pragma once

typedef struct {
  void *function;
  void *context;
} thimble_loop_body;

// Calls `(Int, Int) -> Void`.
static inline void thimble_call(thimble_loop_body body, long part, long thread) {
  typedef __attribute__((swiftcall)) void Function(long, long, __attribute__((swift_context)) void *);
  ((Function *)body.function)(part, thread, body.context);
}
