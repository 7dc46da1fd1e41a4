import Glibc

/// Memory for pixels. Unlike an array it can say that there is none left, and is not cleared first.
final class PixelBuffer {
  let base: UnsafeMutablePointer<UInt8>
  let count: Int

  init(count: Int) throws(ImagingError) {
    guard let memory = malloc(max(count, 1)) else {
      throw ImagingError(.tooLarge, "not enough memory: the image needs \(count) bytes")
    }
    base = memory.assumingMemoryBound(to: UInt8.self)
    self.count = count
  }

  deinit {
    free(base)
  }

  /// The memory as values of another type, which must fit its alignment of 16 bytes.
  func pointer<Value>(to type: Value.Type) -> UnsafeMutablePointer<Value> {
    UnsafeMutableRawPointer(base).assumingMemoryBound(to: type)
  }
}
