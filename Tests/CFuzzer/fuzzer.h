// libFuzzer's own functions, for which the toolchain has no header (LLVM's documentation of libFuzzer, "Using libFuzzer
// as a library" and "Structure-aware fuzzing"), and one of Linux' that <sys/mman.h> shows to GNU sources only.
#pragma once
#include <stddef.h>
#include <stdint.h>

extern int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*test)(const uint8_t *bytes, size_t count));
extern size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t limit);
extern int memfd_create(const char *name, unsigned flags);
