/// A list of chunks of a dataset that cannot grow (specification VII.C "The Fixed Array Index").
struct FixedArray {
  private let space: AddressSpace
  private let client: Int
  private let elementSize: Int
  private let count: Int
  /// How many elements a page has; more elements than that are kept in pages.
  private let pageCount: Int
  private let blockAddress: Int?

  init(_ space: AddressSpace, at address: Int) throws(FormatError) {
    self.space = space
    var cursor = try space.cursor(at: address)
    try cursor.signature("FAHD")
    _ = try cursor.version(0...0, of: "fixed array")
    client = try cursor.integer8()
    elementSize = try cursor.integer8()
    let pageBits = try cursor.integer8()
    count = try cursor.length()
    blockAddress = try cursor.address()
    try cursor.checksum()
    guard elementSize >= space.addressSize, pageBits < 32 else {
      throw FormatError("its fixed array is not valid")
    }
    pageCount = 1 << pageBits
  }

  /// Visits all elements that may have been set.
  func forEachElement(_ visit: (_ index: Int, _ element: Cursor) throws(FormatError) -> Void)
    throws(FormatError)
  {
    guard let blockAddress else { return }
    var cursor = try space.cursor(at: blockAddress)
    try cursor.signature("FADB")
    _ = try cursor.version(0...0, of: "fixed array block")
    guard try cursor.integer8() == client else {
      throw FormatError("its fixed array has a block of another kind")
    }
    try cursor.skip(space.addressSize)
    let page = ArrayPage(space, elementSize: elementSize)
    if count <= pageCount {
      try page.read(&cursor, count: count, first: 0, visit)
      try cursor.checksum()
      return
    }
    let pages = (count - 1) / pageCount + 1
    let isSet = try cursor.bytes((pages - 1) / 8 + 1)
    try cursor.checksum()
    for index in 0..<pages {
      let first = index * pageCount
      let count = min(pageCount, count - first)
      var cursor = space.cursor(try cursor.bytes(count * elementSize + 4))
      guard try isSet.bit(index) else { continue }
      try page.read(&cursor, count: count, first: first, visit)
      try cursor.checksum()
    }
  }
}
