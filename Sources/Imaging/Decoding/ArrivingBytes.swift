/// The bytes of a file that may still be arriving, at a fixed place in memory.
public protocol ArrivingBytes: AnyObject {
  /// All bytes, of which only the first ones may be there yet; never moved.
  var bytes: UnsafeRawBufferPointer { get }

  /// Waits until more than `count` bytes are there, or all are.
  /// - Returns: how many are there; nil when the rest will never come (the caller knows why).
  func wait(beyond count: Int) -> Int?
}
