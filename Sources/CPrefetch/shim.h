// The one instruction that the kernels need and Swift cannot express.
#pragma once

// Asks for a cache line in the second-level cache; any address will do.
static inline void thimble_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }
