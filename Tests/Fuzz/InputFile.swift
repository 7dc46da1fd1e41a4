import CFuzzer
import Glibc

/// A file in memory for readers that take a path.
struct InputFile {
  private let descriptor: Int32
  let path: String

  init() {
    descriptor = memfd_create("input", 0)
    if descriptor < 0 { find("a file in memory is not available") }
    path = "/proc/self/fd/\(descriptor)"
  }

  /// Replaces the contents.
  func write(_ bytes: UnsafeRawBufferPointer) {
    let isWritten =
      ftruncate(descriptor, bytes.count) == 0
      && pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count
    if !isWritten { find("the input cannot be written") }
  }
}
