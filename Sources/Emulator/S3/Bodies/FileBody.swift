import FlyingSocks
import Foundation

/// An open file: stays readable when another one takes its name.
final class OpenFile: Sendable {
  fileprivate let descriptor: Int32
  let identity: FileIdentity

  init?(path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else { return nil }
    identity = FileIdentity(status)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Calls `use` with some of the bytes, in pieces.
  func read(_ range: Range<Int>, _ use: (UnsafeRawBufferPointer) throws(S3Fault) -> Void) throws(S3Fault) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var position = range.lowerBound
    while position < range.upperBound {
      let count = pread(
        descriptor, buffer.baseAddress, min(buffer.count, range.upperBound - position), off_t(position))
      guard count > 0 else { throw .internalError("a file became shorter while it was read") }
      try use(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      position += count
    }
  }
}

/// Some bytes of a file as an answer's body, read while they are sent.
struct FileBody: AsyncBufferedSequence {
  typealias Element = UInt8

  struct Iterator: AsyncBufferedIteratorProtocol {
    let file: OpenFile
    var range: Range<Int>

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    mutating func nextBuffer(suggested count: Int) async throws -> Data? {
      guard !range.isEmpty else { return nil }
      let wanted = Swift.min(count, range.count)
      var data = Data(count: wanted)
      let read = data.withUnsafeMutableBytes {
        pread(file.descriptor, $0.baseAddress, wanted, off_t(range.lowerBound))
      }
      guard read > 0 else { throw SocketError.disconnected }
      range = (range.lowerBound + read)..<range.upperBound
      return data.prefix(read)
    }
  }

  let file: OpenFile
  let range: Range<Int>

  func makeAsyncIterator() -> Iterator { Iterator(file: file, range: range) }
}
