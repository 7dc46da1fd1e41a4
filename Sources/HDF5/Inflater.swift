import CZlib
import Glibc

/// Decompresses zlib streams.
enum Inflater {
  /// Decompresses one stream.
  /// - Parameter limit: the stream is refused when it becomes longer. Memory is only taken for what is there.
  static func inflate(_ source: Bytes, limit: Int) throws(Problem) -> Bytes {
    try source.withBuffer { source throws(Problem) in try inflate(source, limit: limit) }
  }

  private static func inflate(_ source: UnsafeRawBufferPointer, limit: Int) throws(Problem) -> Bytes {
    var stream = z_stream()
    guard source.count <= UInt32.max,
      inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw Problem("it cannot be decompressed") }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(
      mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.avail_in = UInt32(source.count)

    var capacity = min(limit, max(4 * source.count, 1024))
    var memory = try allocate(nil, capacity)
    var count = 0
    var status = Z_OK
    while status == Z_OK {
      // One byte beyond the limit would be one too many, and must be noticed.
      if count == capacity && capacity < limit {
        capacity = capacity > limit / 2 ? limit : capacity * 2
        memory = try allocate(memory, capacity)
      }
      let room = UInt32(clamping: capacity - count)
      stream.next_out = (memory + count).assumingMemoryBound(to: UInt8.self)
      stream.avail_out = room
      status = CZlib.inflate(&stream, Z_NO_FLUSH)
      count += Int(room - stream.avail_out)
    }
    guard status == Z_STREAM_END else {
      free(memory)
      throw Problem(
        status == Z_BUF_ERROR && stream.avail_in > 0
          ? "a compressed part is longer than it may be" : "a compressed part is damaged")
    }
    return Bytes(allocated: memory, count: count)
  }

  private static func allocate(_ memory: UnsafeMutableRawPointer?, _ size: Int) throws(Problem)
    -> UnsafeMutableRawPointer
  {
    guard let larger = realloc(memory, max(size, 1)) else {
      free(memory)
      throw Problem("there is not enough memory for a part of \(size) bytes")
    }
    return larger
  }
}
