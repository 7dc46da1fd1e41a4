/// A list of chunks of a dataset that cannot grow (specification VII.C "The Fixed Array Index").
struct FixedArray {
  private let space: AddressSpace
  private let client: Int
  private let elementSize: Int
  private let count: Int
  /// How many elements a page has; more elements than that are kept in pages.
  private let pageCount: Int
  private let blockAddress: Int?

  init(_ space: AddressSpace, at address: Int) throws(Problem) {
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
    guard elementSize >= space.addressSize, pageBits < 32 else { throw Problem("its fixed array cannot be") }
    pageCount = 1 << pageBits
  }

  /// Visits all elements that may have been set.
  func forEachElement(_ visit: (_ index: Int, _ element: Cursor) throws(Problem) -> Void) throws(Problem) {
    guard let blockAddress else { return }
    var cursor = try space.cursor(at: blockAddress)
    try cursor.signature("FADB")
    _ = try cursor.version(0...0, of: "fixed array block")
    guard try cursor.integer8() == client else {
      throw Problem("its fixed array has a block of another kind")
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
      guard isSet.bit(index) else { continue }
      try page.read(&cursor, count: count, first: first, visit)
      try cursor.checksum()
    }
  }
}

/// A run of elements of a fixed or extensible array.
struct ArrayPage {
  private let space: AddressSpace
  private let elementSize: Int

  init(_ space: AddressSpace, elementSize: Int) {
    self.space = space
    self.elementSize = elementSize
  }

  /// Visits elements that follow one another, the first of which has the index `first`.
  func read(
    _ cursor: inout Cursor, count: Int, first: Int,
    _ visit: (_ index: Int, _ element: Cursor) throws(Problem) -> Void
  ) throws(Problem) {
    guard count <= cursor.remaining / elementSize else {
      throw Problem("its list of \(count) chunks reaches beyond the end of the file")
    }
    for index in 0..<count { try visit(first + index, space.cursor(cursor.bytes(elementSize))) }
  }
}

extension Bytes {
  /// A bit, counted from the first byte's most significant one; not set beyond the end.
  func bit(_ index: Int) -> Bool {
    guard let byte = try? number(at: index / 8, size: 1) else { return false }
    return byte & 0x80 >> UInt64(index % 8) != 0
  }
}
