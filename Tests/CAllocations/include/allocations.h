// Counts the heap allocations of the process that it is linked into.
#pragma once

// So far, by all threads.
long thimble_allocations(void);
