import Glibc

/// Reading and writing by file descriptors: a call that a signal interrupts is made again, one that does a part goes
/// on with the rest.
public enum Descriptor {
  /// Reads until the buffer is full or the file ends.
  /// - Returns: bytes; fewer than the buffer has where the file ends before.
  public static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(SystemError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw SystemError() }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Writes all bytes.
  /// - Parameter offset: nil: where the descriptor stands, as for pipes.
  public static func write(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int? = nil
  ) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count =
        if let offset {
          pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + bytes.count - rest.count))
        } else {
          Glibc.write(descriptor, rest.baseAddress, rest.count)
        }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError() }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}
