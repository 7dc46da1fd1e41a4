// What the kernels and their memory need and Swift cannot express.
#pragma once

// Asks for a cache line in the second-level cache; any address will do.
static inline void thimble_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

// Reads a byte for nothing but its page.
static inline void thimble_touch(const void *address) { (void)*(const volatile char *)address; }

#if defined(__AVX2__)
typedef float thimble_float8 __attribute__((vector_size(32)));

// Takes no instruction: the compiler keeps these in their order, and so computes each value where this stands.
static inline thimble_float8 thimble_in_order(thimble_float8 value) {
  __asm__ volatile("" : "+x"(value));
  return value;
}
#endif
