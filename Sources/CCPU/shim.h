// What the processor can do, asked of the processor itself: Swift has no instruction for it.
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

// Linux' own, which <sched.h> and <pthread.h> show to GNU sources only.
extern int sched_getaffinity(int process, size_t size, unsigned long *mask);
extern int sched_getcpu(void);
extern int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const unsigned long *mask);

#if defined(__x86_64__)
#include <cpuid.h>

// The registers that the system saves when it switches threads.
static inline unsigned thimble_saved_registers(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static inline bool thimble_system_saves(unsigned registers) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return false;
  return (thimble_saved_registers() & registers) == registers;
}

// AVX2, FMA and the bit instructions that come with them (the x86-64-v3 level).
static inline bool thimble_has_avx2(void) {
  unsigned a, b, c, d;
  if (!thimble_system_saves(0x6)) return false;
  unsigned first = bit_FMA | bit_MOVBE | bit_F16C;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & first) != first) return false;
  unsigned seventh = bit_AVX2 | bit_BMI | bit_BMI2;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & seventh) == seventh;
}

// AVX-512 as every server has it since Skylake (the x86-64-v4 level).
static inline bool thimble_has_avx512(void) {
  unsigned a, b, c, d;
  if (!thimble_has_avx2() || !thimble_system_saves(0xe6)) return false;
  unsigned needed = bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & needed) == needed;
}
#else
static inline bool thimble_has_avx2(void) { return false; }
static inline bool thimble_has_avx512(void) { return false; }
#endif
