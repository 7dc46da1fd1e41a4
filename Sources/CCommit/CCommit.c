#include "CCommit.h"

// Package.swift defines it. Swift has no way to define a text at build time.
const char *thimble_commit(void) { return THIMBLE_COMMIT; }
