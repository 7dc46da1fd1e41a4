import System

/// An open file, read at any place.
final class ArchiveFile: Sendable {
  let path: String
  /// Bytes, when it was opened.
  var size: Int { file.size }
  private let file: ReadableFile
  /// Brings the file's bytes; nil: all are there.
  private let arrival: (any FileArrival)?

  init(path: String, arrival: (any FileArrival)? = nil) throws(ZipError) {
    self.path = path
    self.arrival = arrival
    do throws(SystemError) {
      file = try ReadableFile(path: path)
    } catch {
      throw ZipError(path: path, reason: error.description)
    }
    guard file.kind == .file else { throw ZipError(path: path, reason: "it is not a file") }
  }

  func read(at offset: Int, count: Int) throws(ZipError) -> [UInt8] {
    guard offset >= 0, count >= 0, count <= size, offset <= size - count else { throw isCutOff }
    try wait(offset, count)
    guard let bytes = try? file.read(at: offset, count: count), bytes.count == count else { throw isCutOff }
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
    guard (try? file.read(into: buffer, at: offset)) == buffer.count else { throw isCutOff }
  }

  private var isCutOff: ZipError {
    ZipError(path: path, reason: "it ends too early: it is cut off, or is being written")
  }
}
