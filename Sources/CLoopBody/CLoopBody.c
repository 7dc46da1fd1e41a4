#include "CLoopBody.h"

// Swift passes a closure as its two words. Nothing is retained: the closure must be called only while its maker waits.
__attribute__((swiftcall)) void thimble_borrow(thimble_loop_body *body, void *function, void *context);

__attribute__((swiftcall)) void thimble_borrow(thimble_loop_body *body, void *function, void *context) {
  body->function = function;
  body->context = context;
}
