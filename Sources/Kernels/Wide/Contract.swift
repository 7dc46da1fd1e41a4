// What callers of the kernels promise. It is checked in debug builds, which the tests are, and while fuzzing: the kernels
// are optimised there too, so that `assert` would say nothing.

/// Ends the process where a promise is not kept.
@inline(__always)
func require(_ condition: @autoclosure () -> Bool, _ promise: StaticString) {
  #if DEBUG || FUZZING
    if !condition() { fatalError("a kernel was promised that \(promise)") }
  #endif
}

/// Rows are there, and do not overlap where they are written.
@inline(__always)
func requireRows(_ rows: Int, columns: Int, outputStride: Int) {
  require(rows >= 0 && columns >= 0, "counts are not negative")
  require(rows <= 1 || outputStride >= columns, "rows of the output do not overlap")
}
