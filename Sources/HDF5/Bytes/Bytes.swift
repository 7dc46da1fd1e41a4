import Glibc

/// A run of bytes of the file, or of bytes that were decoded from it. Keeps alive what owns them.
///
/// Nothing else touches the file's bytes, and here each is waited for before, where the file is still arriving.
struct Bytes: Sendable {
  private let owner: any AnyObject & Sendable
  /// Valid as long as `owner` lives.
  nonisolated(unsafe) private let buffer: UnsafeRawBufferPointer
  /// Whether some of the bytes may not be in the file yet.
  let isArriving: Bool

  var count: Int { buffer.count }

  init(_ map: FileMap) {
    self.init(owner: map, buffer: map.buffer, isArriving: map.arrival != nil)
  }

  /// Takes over memory that `malloc` gave.
  init(allocated memory: UnsafeMutableRawPointer, count: Int) {
    self.init(
      owner: Allocation(memory), buffer: UnsafeRawBufferPointer(start: memory, count: count),
      isArriving: false)
  }

  /// Bytes of their own, all of which `fill` must set.
  init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(FormatError) -> Void) throws(FormatError) {
    guard let memory = malloc(max(count, 1)) else {
      throw FormatError("there is not enough memory for \(count) bytes")
    }
    self.init(allocated: memory, count: count)
    try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
  }

  private init(owner: any AnyObject & Sendable, buffer: UnsafeRawBufferPointer, isArriving: Bool) {
    self.owner = owner
    self.buffer = buffer
    self.isArriving = isArriving
  }

  /// Says that all these bytes will be read, for them to come while others are waited for.
  func request() {
    if let (map, start) = place { map.arrival?.request(start..<(start + count)) }
  }

  /// Waits until all these bytes are in the file.
  func wait() throws(FormatError) { try wait(0, count) }

  /// Waits for `count` bytes from `offset` on, which must lie within.
  @inline(__always)
  private func wait(_ offset: Int, _ count: Int) throws(FormatError) {
    if isArriving { try waitInMap(offset, count) }
  }

  @inline(never)
  private func waitInMap(_ offset: Int, _ count: Int) throws(FormatError) {
    guard count > 0, let (map, start) = place else { return }
    try map.arrival?.wait(for: (start + offset)..<(start + offset + count))
  }

  /// Where the bytes lie in the map of a file that is still arriving.
  private var place: (map: FileMap, start: Int)? {
    guard isArriving, let map = owner as? FileMap, let base = map.buffer.baseAddress,
      let start = buffer.baseAddress
    else { return nil }
    return (map, start - base)
  }

  /// Lends the bytes for as long as `body` runs.
  func withBuffer<Result>(
    _ body: (UnsafeRawBufferPointer) throws(FormatError) -> Result
  ) throws(FormatError) -> Result {
    try wait()
    defer { extendLifetime(owner) }
    return try body(buffer)
  }

  /// The bytes where they lie in the file's map, valid as long as that, not waited for; nil: they were decoded.
  var mapped: UnsafeRawBufferPointer? { owner is FileMap ? buffer : nil }

  /// The bytes as text.
  var string: String {
    get throws(FormatError) { try withBuffer { String(decoding: $0, as: UTF8.self) } }
  }

  /// The bytes before the first zero byte, if there is one, as text.
  var terminatedString: String {
    get throws(FormatError) { try part(0, countToZero(from: 0) ?? count).string }
  }

  /// A little-endian number of up to 8 bytes.
  func number(at offset: Int, size: Int) throws(FormatError) -> UInt64 {
    guard offset >= 0, size >= 0, size <= 8, offset <= count - size else {
      throw FormatError("a number of \(size) bytes at \(offset) is needed, the end is at \(count)")
    }
    try wait(offset, size)
    defer { extendLifetime(owner) }
    // Nearly all of a file's structure is read here: the usual sizes take one load.
    switch size {
    case 8: return UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    case 4: return UInt64(UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    case 2: return UInt64(UInt16(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    default: return (0..<size).reduce(0) { $0 | UInt64(buffer[offset + $1]) << UInt64(8 * $1) }
    }
  }

  /// Whether these letters are at an offset.
  func has(_ letters: StaticString, at offset: Int) throws(FormatError) -> Bool {
    let size = letters.utf8CodeUnitCount
    guard offset >= 0, offset <= count - size, let base = buffer.baseAddress else { return false }
    try wait(offset, size)
    defer { extendLifetime(owner) }
    return memcmp(base + offset, letters.utf8Start, size) == 0
  }

  /// Whether these bytes come before others in a dictionary.
  func precedes(_ other: [UInt8]) throws(FormatError) -> Bool {
    guard let base = buffer.baseAddress else { return !other.isEmpty }
    try wait()
    defer { extendLifetime(owner) }
    let order = memcmp(base, other, min(count, other.count))
    return order == 0 ? count < other.count : order < 0
  }

  /// The bytes from `offset` on, up to a zero byte that must follow.
  func terminated(from offset: Int) throws(FormatError) -> Bytes {
    guard let count = try countToZero(from: offset) else { throw FormatError("it has a name without an end") }
    return try part(offset, count)
  }

  /// How many bytes there are before the first zero byte from `offset` on; nil if no byte is zero.
  private func countToZero(from offset: Int) throws(FormatError) -> Int? {
    guard offset >= 0, offset < count, let base = buffer.baseAddress else { return nil }
    defer { extendLifetime(owner) }
    // Of what has not arrived no more is waited for than is needed: nearly all texts are short.
    let step = isArriving ? 256 : count
    var start = offset
    while start < count {
      let size = min(step, count - start)
      try wait(start, size)
      if let zero = memchr(base + start, 0, size) { return UnsafeRawPointer(zero) - (base + offset) }
      start += size
    }
    return nil
  }

  /// The part of `count` bytes from `offset` on.
  func part(_ offset: Int, _ count: Int) throws(FormatError) -> Bytes {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
      throw FormatError("\(count) bytes at \(offset) are needed, beyond the end at \(self.count)")
    }
    return Bytes(
      owner: owner, buffer: UnsafeRawBufferPointer(rebasing: buffer[offset..<(offset + count)]),
      isArriving: isArriving)
  }

  /// The part from `offset` to the end.
  func from(_ offset: Int) throws(FormatError) -> Bytes { try part(offset, max(0, count - offset)) }

  /// Memory of `malloc`.
  private final class Allocation: Sendable {
    nonisolated(unsafe) private let memory: UnsafeMutableRawPointer

    init(_ memory: UnsafeMutableRawPointer) { self.memory = memory }

    deinit { free(memory) }
  }
}
