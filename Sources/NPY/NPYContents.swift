import Glibc

/// The bytes of an `.npy` file in memory, where a tensor can borrow its values.
final class NPYContents {
  let bytes: UnsafeRawBufferPointer

  init(_ bytes: some Collection<UInt8>) {
    let memory = NPYContents.allocate(bytes.count)
    memory.copyBytes(from: bytes)
    self.bytes = UnsafeRawBufferPointer(memory)
  }

  /// Reads a whole file.
  /// - Throws: ``NPYError`` that says why it cannot be read.
  init(path: String) throws(NPYError) {
    guard let file = fopen(path, "rb") else { throw NPYError(path: path, reason: lastSystemError()) }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw NPYError(path: path, reason: "it is not a file")
    }
    let memory = NPYContents.allocate(Int(status.st_size))
    bytes = UnsafeRawBufferPointer(memory)
    // All is set, so that the memory is freed when this throws.
    guard fread(memory.baseAddress, 1, memory.count, file) == memory.count else {
      throw NPYError(path: path, reason: "it could be read in part only")
    }
  }

  deinit { bytes.deallocate() }

  private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: count, alignment: 64)
  }
}
