import Glibc

/// An open file that is read at any place. It stays readable when another takes its name.
public final class ReadableFile: Sendable {
  public enum Kind: Sendable {
    case file
    case folder
    /// A pipe, a device, a socket.
    case other
  }

  /// Closed together with this object.
  public let descriptor: Int32
  /// What the system says of the file, when it was opened.
  public let status: stat

  /// Opens what is at the path, a folder as well: see ``kind``.
  public init(path: String) throws(SystemError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      let error = SystemError()
      self.status = status
      throw error
    }
    self.status = status
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  public var kind: Kind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    default: .other
    }
  }

  /// Bytes.
  public var size: Int { Int(status.st_size) }

  /// Reads until the buffer is full or the file ends.
  /// - Returns: bytes; fewer than the buffer has where the file ends before.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
    try Descriptor.read(descriptor, into: buffer, at: offset)
  }

  /// - Returns: `count` bytes, or fewer where the file ends before.
  public func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      // There may be more room than was asked for.
      let wanted = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
      do throws(SystemError) { initialized = try read(into: wanted, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}
