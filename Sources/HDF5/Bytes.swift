/// A run of bytes of the file, or of bytes that were decoded from it. Keeps alive what owns them.
struct Bytes: Sendable {
  private let owner: any AnyObject & Sendable
  /// The bytes themselves. Valid as long as this value lives.
  nonisolated(unsafe) let buffer: UnsafeRawBufferPointer

  var count: Int { buffer.count }

  init(_ map: FileMap) {
    owner = map
    buffer = map.buffer
  }

  init(_ array: [UInt8]) {
    let copy = Copy(array)
    owner = copy
    buffer = UnsafeRawBufferPointer(copy.buffer)
  }

  private init(owner: any AnyObject & Sendable, buffer: UnsafeRawBufferPointer) {
    self.owner = owner
    self.buffer = buffer
  }

  /// The part of `count` bytes from `offset` on.
  func part(_ offset: Int, _ count: Int) throws(Problem) -> Bytes {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
      throw Problem("\(count) bytes at \(offset) are needed, beyond the end at \(self.count)")
    }
    return Bytes(owner: owner, buffer: UnsafeRawBufferPointer(rebasing: buffer[offset..<(offset + count)]))
  }

  /// The part from `offset` to the end.
  func from(_ offset: Int) throws(Problem) -> Bytes { try part(offset, max(0, count - offset)) }

  /// Bytes outside the map.
  private final class Copy: Sendable {
    nonisolated(unsafe) let buffer: UnsafeMutableRawBufferPointer

    init(_ array: [UInt8]) {
      buffer = .allocate(byteCount: array.count, alignment: 8)
      buffer.copyBytes(from: array)
    }

    deinit { buffer.deallocate() }
  }
}
