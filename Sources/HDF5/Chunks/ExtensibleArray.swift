/// A list of chunks of a dataset that can grow along one axis (specification VII.D "The Extensible Array
/// Index").
///
/// The first elements are in the index block, the others in data blocks. Data blocks of the same size belong
/// to a super block; the number and size of data blocks double in turn from one super block to the next. The
/// index block has the place of the first super blocks.
struct ExtensibleArray {
  private let space: AddressSpace
  private let header: Header
  private let page: ArrayPage

  private struct Header {
    let client: Int
    let elementSize: Int
    /// How many bits an index takes.
    let indexBits: Int
    /// How many elements the index block holds.
    let indexBlockCount: Int
    let smallestBlockCount: Int
    /// How many data blocks the smallest super block lists.
    let smallestSuperBlockCount: Int
    let pageCount: Int
    /// One more than the largest index that was ever set.
    let count: Int
    let indexBlockAddress: Int?
  }

  typealias Visit = (_ index: Int, _ element: Cursor) throws(FormatError) -> Void

  init(_ space: AddressSpace, at address: Int) throws(FormatError) {
    self.space = space
    var cursor = try space.cursor(at: address)
    try cursor.signature("EAHD")
    _ = try cursor.version(0...0, of: "extensible array")
    let client = try cursor.integer8()
    let elementSize = try cursor.integer8()
    let indexBits = try cursor.integer8()
    let indexBlockCount = try cursor.integer8()
    let smallestBlockCount = try cursor.integer8()
    let smallestSuperBlockCount = try cursor.integer8()
    let pageBits = try cursor.integer8()
    try cursor.skip(4 * space.lengthSize)  // How many blocks there are, and their sizes
    let count = try cursor.length()
    try cursor.skip(space.lengthSize)  // For how many elements there is room
    let indexBlockAddress = try cursor.address()
    try cursor.checksum()
    guard elementSize >= space.addressSize, indexBits <= 60, pageBits < 32,
      smallestBlockCount > 0, smallestBlockCount & (smallestBlockCount - 1) == 0,
      smallestSuperBlockCount > 1, smallestSuperBlockCount & (smallestSuperBlockCount - 1) == 0,
      smallestBlockCount.trailingZeroBitCount <= indexBits
    else { throw FormatError("its extensible array is not valid") }
    header = Header(
      client: client, elementSize: elementSize, indexBits: indexBits, indexBlockCount: indexBlockCount,
      smallestBlockCount: smallestBlockCount, smallestSuperBlockCount: smallestSuperBlockCount,
      pageCount: 1 << pageBits, count: count, indexBlockAddress: indexBlockAddress)
    page = ArrayPage(space, elementSize: elementSize)
  }

  /// Visits all elements that may have been set.
  func forEachElement(_ visit: Visit) throws(FormatError) {
    guard let address = header.indexBlockAddress else { return }
    var budget = space.budget
    var cursor = try block("EAIB", at: address)
    try page.read(&cursor, count: header.indexBlockCount, first: 0, visit)
    // The super blocks whose data blocks the index block lists itself, and those that it lists.
    let direct = 2 * header.smallestSuperBlockCount.trailingZeroBitCount
    let all = 1 + header.indexBits - header.smallestBlockCount.trailingZeroBitCount
    var first = header.indexBlockCount
    for number in 0..<min(direct, all) {
      for _ in 0..<blockCount(number) {
        if let address = try cursor.address() {
          try dataBlock(at: address, number, first: first, isSet: nil, &budget, visit)
        }
        first += elementCount(number)
      }
    }
    for number in direct..<max(direct, all) {
      if let address = try cursor.address(), first < header.count {
        try superBlock(at: address, number, first: first, &budget, visit)
      }
      first += blockCount(number) * elementCount(number)
    }
    try cursor.checksum()
  }

  /// How many data blocks the super block of a number has.
  private func blockCount(_ number: Int) -> Int { 1 << (number / 2) }

  /// How many elements each of its data blocks has.
  private func elementCount(_ number: Int) -> Int { header.smallestBlockCount << ((number + 1) / 2) }

  /// Reads what all blocks begin with.
  private func block(_ signature: StaticString, at address: Int) throws(FormatError) -> Cursor {
    var cursor = try space.cursor(at: address)
    try cursor.signature(signature)
    _ = try cursor.version(0...0, of: "extensible array block")
    guard try cursor.integer8() == header.client else {
      throw FormatError("its extensible array has a block of another kind")
    }
    try cursor.skip(space.addressSize)
    return cursor
  }

  private func superBlock(
    at address: Int, _ number: Int, first: Int, _ budget: inout ReadBudget, _ visit: Visit
  ) throws(FormatError) {
    var cursor = try block("EASB", at: address)
    try cursor.skip((header.indexBits + 7) / 8)  // The first element's index
    let pages = elementCount(number) / header.pageCount
    let isPaged = pages > 1
    // A bit for each page of each block; room is made by whole bytes for each block.
    let isSet = try cursor.bytes(isPaged ? blockCount(number) * ((pages + 7) / 8) : 0)
    guard blockCount(number) <= cursor.remaining / space.addressSize else {
      throw FormatError("its extensible array reaches beyond the end of the file")
    }
    try budget.spend(blockCount(number) * space.addressSize)
    for index in 0..<blockCount(number) {
      guard let address = try cursor.address() else { continue }
      let pageIsSet: ((Int) throws(FormatError) -> Bool)? =
        isPaged ? { page throws(FormatError) in try isSet.bit(index * pages + page) } : nil
      try dataBlock(
        at: address, number, first: first + index * elementCount(number), isSet: pageIsSet, &budget, visit)
    }
    try cursor.checksum()
  }

  /// - Parameter isSet: which pages were ever written; nil: there are no pages.
  private func dataBlock(
    at address: Int, _ number: Int, first: Int, isSet: ((Int) throws(FormatError) -> Bool)?,
    _ budget: inout ReadBudget,
    _ visit: Visit
  ) throws(FormatError) {
    let count = elementCount(number)
    var cursor = try block("EADB", at: address)
    try cursor.skip((header.indexBits + 7) / 8)
    guard let isSet else {
      try budget.spend(count * header.elementSize)
      try page.read(&cursor, count: count, first: first, visit)
      try cursor.checksum()
      return
    }
    try cursor.checksum()
    for index in 0..<(count / header.pageCount) {
      let size = header.pageCount * header.elementSize + 4
      try budget.spend(size)
      var cursor = space.cursor(try cursor.bytes(size))
      guard try isSet(index) else { continue }
      try page.read(&cursor, count: header.pageCount, first: first + index * header.pageCount, visit)
      try cursor.checksum()
    }
  }
}
