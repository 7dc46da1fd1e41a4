import System

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
    let file: ReadableFile
    do throws(SystemError) {
      file = try ReadableFile(path: path)
    } catch {
      throw NPYError(path: path, reason: error.description)
    }
    guard file.kind == .file else { throw NPYError(path: path, reason: "it is not a file") }
    let memory = NPYContents.allocate(file.size)
    bytes = UnsafeRawBufferPointer(memory)
    // All is set, so that the memory is freed when this throws.
    guard (try? file.read(into: memory, at: 0)) == memory.count else {
      throw NPYError(path: path, reason: "it could be read in part only")
    }
  }

  deinit { bytes.deallocate() }

  private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: count, alignment: 64)
  }
}
