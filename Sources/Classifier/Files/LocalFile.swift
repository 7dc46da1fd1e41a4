import Glibc
import S3

/// Files of this machine: small ones are read, large ones told apart.
enum LocalFile {
  /// - Parameter limit: bytes.
  static func read(_ path: String, limit: Int = 16 << 20) throws(ClassifierError) -> [UInt8] {
    try withFile(path) { descriptor, size throws(ClassifierError) in
      guard size <= limit else { throw failure(path, "it has \(size) bytes, more than \(limit)") }
      return try read(descriptor, path, at: 0, count: size)
    }
  }

  /// Writes a small file, which appears whole or not at all.
  /// - Returns: whether that could be done.
  static func write(_ bytes: [UInt8], to path: String) -> Bool {
    let temporary = path + ".part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    let isWritten = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
    close(descriptor)
    if isWritten, rename(temporary, path) == 0 { return true }
    unlink(temporary)
    return false
  }

  /// Tells files with different contents apart, by their size and blocks spread over them, so that a large
  /// model need not be read whole. Training changes all of a model's weights.
  static func fingerprint(_ path: String) throws(ClassifierError) -> String {
    try withFile(path) { descriptor, size throws(ClassifierError) in
      let block = 4096
      let blocks = 16
      var sample = Array(String(size).utf8)
      if size <= block * blocks {
        sample += try read(descriptor, path, at: 0, count: size)
      } else {
        for index in 0..<blocks {
          sample += try read(descriptor, path, at: (size - block) / (blocks - 1) * index, count: block)
        }
      }
      return Digest.sha256(sample).hex
    }
  }

  private static func withFile<Result>(
    _ path: String, _ body: (_ descriptor: Int32, _ size: Int) throws(ClassifierError) -> Result
  ) throws(ClassifierError) -> Result {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errorText()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, errorText()) }
    return try body(descriptor, Int(status.st_size))
  }

  private static func read(
    _ descriptor: Int32, _ path: String, at offset: Int, count: Int
  ) throws(ClassifierError) -> [UInt8] {
    var failed: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = pread(descriptor, base + filled, count - filled, offset + filled)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          failed = got == 0 ? "it became shorter while it was read" : errorText()
          return
        }
        filled += got
      }
    }
    if let failed { throw failure(path, failed) }
    return bytes
  }

  private static func failure(_ path: String, _ reason: String) -> ClassifierError {
    ClassifierError(.storage, subject: path, reason: reason)
  }
}

/// What the last system call that failed says.
func errorText() -> String { String(cString: strerror(errno)) }
