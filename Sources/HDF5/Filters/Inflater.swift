import CZlib
import Glibc

/// Decompresses zlib streams.
enum Inflater {
  static func inflate(_ source: Bytes, _ output: FilterOutput) throws(FormatError) -> Bytes {
    try source.withBuffer { source throws(FormatError) in
      let stream = try InflateStream(source)
      return switch output {
      case .whole(let limit): try whole(stream, limit: limit, guess: 4 * source.count)
      case .runs(let count, let length, let stride): try runs(stream, count, length, stride)
      }
    }
  }

  /// The whole stream. Memory is only taken for what is there.
  /// - Parameters:
  ///   - limit: the stream is refused when it becomes longer.
  ///   - guess: for how many bytes there is room at first.
  private static func whole(_ stream: InflateStream, limit: Int, guess: Int) throws(FormatError) -> Bytes {
    var capacity = min(limit, max(guess, 1024))
    var memory = try allocate(nil, capacity)
    var count = 0
    do throws(FormatError) {
      while true {
        count += try stream.read(
          into: UnsafeMutableRawBufferPointer(start: memory + count, count: capacity - count))
        guard count == capacity else { break }
        if capacity == limit {
          guard try stream.isAtEnd else { throw FormatError("a compressed part is longer than it may be") }
          break
        }
        capacity = capacity > limit / 2 ? limit : capacity * 2
        memory = try allocate(memory, capacity)
      }
    } catch {
      free(memory)
      throw error
    }
    return Bytes(allocated: memory, count: count)
  }

  private static func allocate(_ memory: UnsafeMutableRawPointer?, _ size: Int) throws(FormatError)
    -> UnsafeMutableRawPointer
  {
    guard let larger = realloc(memory, max(size, 1)) else {
      throw FormatError("there is not enough memory for a part of \(size) bytes")
    }
    return larger
  }

  /// Parts of the stream, put together; see ``FilterOutput``. What lies between them is passed by.
  private static func runs(_ stream: InflateStream, _ count: Int, _ length: Int, _ stride: Int)
    throws(FormatError)
    -> Bytes
  {
    let window = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { window.deallocate() }
    return try Bytes(count: count * length) { target throws(FormatError) in
      let end = (count - 1) * stride + length
      var position = 0
      var run = 0
      while position < end {
        let size = min(window.count, end - position)
        guard try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: window[..<size])) == size else {
          throw FormatError("a compressed part is damaged: it is too short")
        }
        while run < count, run * stride < position + size {
          let start = run * stride
          let part = max(start, position)..<min(start + length, position + size)
          UnsafeMutableRawBufferPointer(rebasing: target[(run * length + part.lowerBound - start)...])
            .copyMemory(
              from: UnsafeRawBufferPointer(
                rebasing: window[(part.lowerBound - position)..<(part.upperBound - position)]))
          if start + length > position + size { break }
          run += 1
        }
        position += size
      }
    }
  }
}

/// A zlib stream, decompressed bit by bit.
private final class InflateStream {
  /// zlib's own; it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var hasEnded = false

  /// - Parameter source: must stay valid as long as this object lives.
  init(_ source: UnsafeRawBufferPointer) throws(FormatError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard source.count <= UInt32.max,
      inflateInit_(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      stream.deallocate()
      throw FormatError("it cannot be decompressed")
    }
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(source.count)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Reads as many bytes as there is room for; fewer only at the stream's end.
  func read(into room: UnsafeMutableRawBufferPointer) throws(FormatError) -> Int {
    var count = 0
    while count < room.count, !hasEnded {
      let size = UInt32(clamping: room.count - count)
      stream.pointee.next_out = room.baseAddress.map { ($0 + count).assumingMemoryBound(to: UInt8.self) }
      stream.pointee.avail_out = size
      let status = CZlib.inflate(stream, Z_NO_FLUSH)
      count += Int(size - stream.pointee.avail_out)
      guard status == Z_OK || status == Z_STREAM_END else {
        throw FormatError("a compressed part is damaged")
      }
      hasEnded = status == Z_STREAM_END
    }
    return count
  }

  /// Whether no byte follows. If one does, it is lost.
  var isAtEnd: Bool {
    get throws(FormatError) {
      var byte: UInt8 = 0
      let count = try withUnsafeMutableBytes(of: &byte) { room throws(FormatError) in try read(into: room) }
      return count == 0
    }
  }
}
