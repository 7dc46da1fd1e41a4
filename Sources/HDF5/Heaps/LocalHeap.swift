/// The names of one old-style group (specification III.D "Local Heaps").
struct LocalHeap: Sendable {
  private let data: Bytes

  init(_ space: AddressSpace, at address: Int) throws(FormatError) {
    var cursor = try space.cursor(at: address)
    try cursor.signature("HEAP")
    _ = try cursor.version(0...0, of: "local heap")
    try cursor.skip(3)
    let size = try cursor.length()
    try cursor.skip(space.lengthSize)  // Head of the free list
    data = try space.bytes.part(cursor.definedAddress(), size)
  }

  /// The string at an offset, up to the zero byte.
  func string(at offset: Int) throws(FormatError) -> String {
    try data.terminated(from: offset).string
  }

  /// Whether the string at an offset comes before a name in the order of their bytes.
  func name(at offset: Int, isLessThan name: [UInt8]) throws(FormatError) -> Bool {
    try data.terminated(from: offset).precedes(name)
  }
}
