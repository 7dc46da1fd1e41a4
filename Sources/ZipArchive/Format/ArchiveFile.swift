import Glibc
import System

/// An open file, read at any place.
final class ArchiveFile: Sendable {
  let path: String
  /// Bytes, when it was opened.
  let size: Int
  private let descriptor: Int32
  /// Brings the file's bytes; nil: all are there.
  private let arrival: (any FileArrival)?

  init(path: String, arrival: (any FileArrival)? = nil) throws(ZipError) {
    self.path = path
    self.arrival = arrival
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ZipError(path: path, reason: systemError()) }
    self.descriptor = descriptor
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      size = 0
      throw ZipError(path: path, reason: "it is not a file")
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  func read(at offset: Int, count: Int) throws(ZipError) -> [UInt8] {
    guard offset >= 0, count >= 0, count <= size, offset <= size - count else { throw isCutOff }
    try wait(offset, count)
    var isRead = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      isRead = fill(
        UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]), offset)
      initialized = isRead ? count : 0
    }
    guard isRead else { throw isCutOff }
    return bytes
  }

  /// Says that bytes will be read, for them to come while others are waited for.
  func request(at offset: Int, count: Int) {
    guard offset >= 0, count > 0, count <= size, offset <= size - count else { return }
    arrival?.request(offset..<(offset + count))
  }

  /// Waits until bytes are in the file, which must lie within it.
  private func wait(_ offset: Int, _ count: Int) throws(ZipError) {
    guard let arrival, count > 0 else { return }
    do throws(FileArrivalError) { try arrival.waitFor(offset..<(offset + count)) } catch {
      throw ZipError(path: path, reason: "bytes of it did not arrive: \(error.reason)")
    }
  }

  /// Fills the whole buffer.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ZipError) {
    if arrival != nil {
      guard offset >= 0, buffer.count <= size, offset <= size - buffer.count else { throw isCutOff }
      try wait(offset, buffer.count)
    }
    guard fill(buffer, offset) else { throw isCutOff }
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ offset: Int) -> Bool {
    var done = 0
    while done < buffer.count {
      guard let start = buffer.baseAddress else { return false }
      let count = pread(descriptor, start + done, buffer.count - done, offset + done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  private var isCutOff: ZipError {
    ZipError(path: path, reason: "it ends too early: it is cut off, or is being written")
  }
}
