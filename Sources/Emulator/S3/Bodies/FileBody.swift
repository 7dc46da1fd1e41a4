import FlyingSocks
import Foundation
import System

/// An object's file: stays readable when another one takes its name.
struct OpenFile: Sendable {
  fileprivate let file: ReadableFile
  let identity: FileIdentity

  init?(path: String) {
    guard let file = try? ReadableFile(path: path) else { return nil }
    self.file = file
    identity = FileIdentity(file.status)
  }

  /// Calls `use` with some of the bytes, in pieces.
  func read(_ range: Range<Int>, _ use: (UnsafeRawBufferPointer) throws(S3Fault) -> Void) throws(S3Fault) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var position = range.lowerBound
    while position < range.upperBound {
      let wanted = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<min(buffer.count, range.upperBound - position)])
      guard (try? file.read(into: wanted, at: position)) == wanted.count else {
        throw .internalError("a file became shorter while it was read")
      }
      try use(UnsafeRawBufferPointer(wanted))
      position += wanted.count
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
      let read = try? data.withUnsafeMutableBytes { try file.file.read(into: $0, at: range.lowerBound) }
      guard let read, read > 0 else { throw SocketError.disconnected }
      range = (range.lowerBound + read)..<range.upperBound
      return data.prefix(read)
    }
  }

  let file: OpenFile
  let range: Range<Int>

  func makeAsyncIterator() -> Iterator { Iterator(file: file, range: range) }
}
