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

typedef char thimble_char16 __attribute__((vector_size(16)));
typedef char thimble_char32 __attribute__((vector_size(32)));
typedef short thimble_short16 __attribute__((vector_size(32)));
typedef int thimble_int8 __attribute__((vector_size(32)));

// Sixteen bytes as words: for each word, `order` holds the number of a byte and 128, which stands for a zero. The
// first half of the words comes first.
static inline thimble_short16 thimble_words(const void *bytes, thimble_char32 order) {
  thimble_char16 sixteen;
  __builtin_memcpy(&sixteen, bytes, sizeof sixteen);
  thimble_char32 twice = __builtin_shufflevector(
    sixteen, sixteen, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return (thimble_short16)__builtin_ia32_pshufb256(twice, order);
}

// a0 b0 + a1 b1, a2 b2 + a3 b3, ...: sixteen products of words in one instruction.
static inline thimble_int8 thimble_products(thimble_short16 a, thimble_short16 b) {
  return (thimble_int8)__builtin_ia32_pmaddwd256(a, b);
}
#endif
