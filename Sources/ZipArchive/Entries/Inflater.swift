import CZlib

/// zlib's raw inflate, a piece at a time.
final class Inflater {
  enum Status: Equatable {
    /// There is more to come, or more input needed.
    case running
    case finished
    /// Why.
    case failed(String)
  }

  /// zlib keeps its address.
  private let stream: UnsafeMutablePointer<z_stream>

  /// - Returns: nil when there is no memory.
  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Negative: raw deflate data, without zlib's header.
    let status = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return nil }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// - Parameters:
  ///   - input: what is left of the input; cut down to what is left then.
  ///   - output: a buffer that is not empty.
  /// - Returns: how many bytes were put into the buffer.
  func inflate(_ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer)
    -> (count: Int, Status)
  {
    let source = input.assumingMemoryBound(to: UInt8.self)
    let target = output.assumingMemoryBound(to: UInt8.self)
    stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
    stream.pointee.avail_in = UInt32(source.count)
    stream.pointee.next_out = target.baseAddress
    stream.pointee.avail_out = UInt32(target.count)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    input = UnsafeRawBufferPointer(rebasing: input.suffix(Int(stream.pointee.avail_in)))
    let count = target.count - Int(stream.pointee.avail_out)
    switch status {
    case Z_STREAM_END: return (count, .finished)
    // Z_BUF_ERROR: all input is used, and there was nothing left to put out.
    case Z_OK, Z_BUF_ERROR: return (count, .running)
    case Z_MEM_ERROR: return (count, .failed("there is no memory to inflate it"))
    default: return (count, .failed("its deflated data is corrupt"))
    }
  }
}
