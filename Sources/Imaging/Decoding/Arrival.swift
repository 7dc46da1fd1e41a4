/// A file as the decoders see it: how much of it is there, and the way to wait for more.
final class Arrival {
  let bytes: UnsafeRawBufferPointer
  /// How many of the first bytes are known to be there.
  private(set) var available: Int
  /// Where more come from; nil when all are there.
  private let source: (any ArrivingBytes)?
  /// Waits for at least so many more at a time. Each wait may cost a switch to the thread that receives, and
  /// libjpeg decodes the last 512 bytes per block of what it has in a slower way.
  private let step: Int

  /// A file that is there. The bytes must outlive this and the image that is read from it.
  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    available = bytes.count
    source = nil
    step = 1
  }

  init(_ source: any ArrivingBytes, step: Int = 1 << 15) {
    bytes = source.bytes
    available = 0
    self.source = source
    self.step = step
  }

  /// Waits until more than `count` bytes are there, of a file that has more.
  /// - Returns: how many are there; nil when the rest will never come.
  func wait(beyond count: Int) -> Int? {
    if count >= available, let source {
      let wanted = max(count, min(available + step, bytes.count) - 1)
      let there = source.wait(beyond: wanted) ?? source.wait(beyond: count)
      available = min(there ?? available, bytes.count)
    }
    return count < available ? available : nil
  }

  /// The same for the decoders' C: 0 when the rest will never come. It throws nothing, and their `longjmp`
  /// starts only after it has returned.
  static let waitFromC: @convention(c) (UnsafeMutableRawPointer?, Int) -> Int = { context, count in
    guard let context else { return 0 }
    return Unmanaged<Arrival>.fromOpaque(context).takeUnretainedValue().wait(beyond: count) ?? 0
  }

  /// What ``waitFromC`` finds this by, for as long as something else holds on to it.
  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  /// The first `count` bytes, or all when there are fewer.
  func prefix(_ count: Int) throws(ImagingError) -> UnsafeRawBufferPointer {
    let count = min(count, bytes.count)
    if count > 0, wait(beyond: count - 1) == nil { throw interruption }
    return UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }

  /// Throws when a file whose pixels are not compressed ends before they do.
  func checkPixels(endAt end: Int, of format: String) throws(ImagingError) {
    guard end <= bytes.count else {
      throw ImagingError(
        .truncated, "the \(format) is truncated: it has \(bytes.count) bytes, and its pixels end at \(end)")
    }
  }

  /// What is thrown when the rest will never come.
  var interruption: ImagingError {
    ImagingError(
      .interrupted, "the image stopped arriving: \(available) of its \(bytes.count) bytes are there")
  }
}
