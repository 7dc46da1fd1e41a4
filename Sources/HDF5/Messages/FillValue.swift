/// What elements are that were never written (specification IV.A.2.e and f "The Data Storage - Fill Value
/// Message"; versions 1 to 3).
struct FillValue: Sendable {
  /// One element; nil: zero.
  let element: Bytes?

  init(_ header: ObjectHeader, _ file: Superblock) throws(FormatError) {
    if let message = try header.content(.fillValue, file) {
      element = try FillValue.element(message, file.space)
    } else if let message = try header.content(.oldFillValue, file) {
      var cursor = file.space.cursor(message)
      let size = try cursor.integer32()
      element = size == 0 ? nil : try cursor.bytes(size)
    } else {
      element = nil
    }
  }

  private static func element(_ message: Bytes, _ space: AddressSpace) throws(FormatError) -> Bytes? {
    var cursor = space.cursor(message)
    let version = try cursor.version(1...3, of: "fill value")
    let flags = try cursor.uint8()
    let isDefined: Bool
    if version == 3 {
      isDefined = flags & 0x20 != 0
    } else {
      try cursor.skip(1)  // When fill values are written
      isDefined = try cursor.uint8() != 0
    }
    guard isDefined else { return nil }
    // All bits set: version 1's way to say that there is none.
    let size = try cursor.uint32()
    return size == 0 || size == .max ? nil : try cursor.bytes(Int(size))
  }
}
