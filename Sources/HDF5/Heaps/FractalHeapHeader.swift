/// The header of a fractal heap (specification III.G "Fractal Heap Header").
struct FractalHeapHeader: Sendable {
  /// How the blocks of an indirect block grow: the first two rows have blocks of `startSize`, each that
  /// follows has blocks of twice the size; beyond `maximumDirectSize` they are indirect blocks themselves.
  struct DoublingTable: Sendable {
    let width: Int
    let startSize: Int
    let maximumDirectSize: Int

    var directRows: Int { maximumDirectSize.trailingZeroBitCount - startSize.trailingZeroBitCount + 2 }

    /// The size of the blocks in a row; nil: beyond `Int`.
    func blockSize(row: Int) -> Int? {
      let shift = max(row, 1) - 1
      return shift < startSize.leadingZeroBitCount - 1 ? startSize << shift : nil
    }
  }

  let idSize: Int
  let hasChecksums: Bool
  let table: DoublingTable
  let rootAddress: Int?
  /// How many rows the root block has; 0: it is a direct block.
  let rootRows: Int
  let hugeTreeAddress: Int?
  /// What blocks and large objects are compressed with.
  let pipeline: FilterPipeline?
  let filteredRootSize: Int
  let filteredRootMask: UInt32
  /// How many bytes an offset in the heap takes.
  let offsetSize: Int
  /// How many bytes the length of a managed object takes.
  let lengthSize: Int

  init(_ space: AddressSpace, at address: Int) throws(FormatError) {
    var cursor = try space.cursor(at: address)
    try cursor.signature("FRHP")
    _ = try cursor.version(0...0, of: "fractal heap")
    idSize = try cursor.integer16()
    let filterSize = try cursor.integer16()
    hasChecksums = try cursor.uint8() & 2 != 0
    let maximumManagedSize = try cursor.integer32()
    try cursor.skip(space.lengthSize)  // The next large object's key
    hugeTreeAddress = try cursor.address()
    // Free space and statistics.
    try cursor.skip(space.lengthSize + space.addressSize + 8 * space.lengthSize)
    let width = try cursor.integer16()
    let startSize = try cursor.length()
    let maximumDirectSize = try cursor.length()
    let heapBits = try cursor.integer16()
    try cursor.skip(2)  // The root's first number of rows
    rootAddress = try cursor.address()
    rootRows = try cursor.integer16()
    if filterSize > 0 {
      filteredRootSize = try cursor.length()
      filteredRootMask = try cursor.uint32()
      pipeline = try FilterPipeline(cursor.bytes(filterSize), space)
    } else {
      (filteredRootSize, filteredRootMask, pipeline) = (0, 0, nil)
    }
    try cursor.checksum()

    table = DoublingTable(width: width, startSize: startSize, maximumDirectSize: maximumDirectSize)
    guard width.isPowerOfTwo, startSize.isPowerOfTwo, maximumDirectSize.isPowerOfTwo,
      startSize <= maximumDirectSize, maximumDirectSize < 1 << 32, heapBits <= 64, rootRows <= 64
    else { throw FormatError("its heap has blocks of impossible sizes") }
    offsetSize = (heapBits + 7) / 8
    lengthSize = min((maximumDirectSize.trailingZeroBitCount + 7) / 8, maximumManagedSize.byteWidth)
  }
}

/// A block that lists other blocks (specification III.G "Fractal Heap Indirect Block").
struct FractalHeapIndirectBlock {
  /// A block, as the one above knows it.
  struct Child {
    let address: Int
    /// Where the block begins in the heap.
    let offset: Int
    /// How much of the heap it covers.
    let size: Int
    /// How many bytes it takes if it is compressed.
    var storedSize = 0
    var filterMask: UInt32 = 0
    /// 0: a direct block.
    var rows = 0
  }

  private let header: FractalHeapHeader
  private let space: AddressSpace
  private let offset: Int
  private let rows: Int
  private let entries: Bytes
  private let directEntrySize: Int

  init(_ space: AddressSpace, _ header: FractalHeapHeader, _ block: Child, rows: Int) throws(FormatError) {
    self.header = header
    self.space = space
    self.rows = rows
    offset = block.offset
    directEntrySize = space.addressSize + (header.pipeline == nil ? 0 : space.lengthSize + 4)
    let directRows = min(rows, header.table.directRows)
    var cursor = try space.cursor(at: block.address)
    try cursor.signature("FHIB")
    _ = try cursor.version(0...0, of: "heap block")
    try cursor.skip(space.addressSize)
    guard try cursor.integer(size: header.offsetSize) == offset else {
      throw FormatError("its heap has a block in the wrong place")
    }
    entries = try cursor.bytes(
      header.table.width * (directRows * directEntrySize + (rows - directRows) * space.addressSize))
    try cursor.checksum()
  }

  /// The block that holds an offset of the heap.
  func child(holding target: Int) throws(FormatError) -> Child {
    let table = header.table
    guard target >= offset else { throw FormatError("its heap has a block in the wrong place") }
    var rest = target - offset
    for row in 0..<rows {
      guard let size = table.blockSize(row: row), let rowSize = [size, table.width].checkedProduct else {
        break
      }
      guard rest >= rowSize else {
        return try child(row, column: rest / size, size, offset: target - rest % size)
      }
      rest -= rowSize
    }
    throw FormatError("its heap has no object at \(target)")
  }

  private func child(_ row: Int, column: Int, _ size: Int, offset: Int) throws(FormatError) -> Child {
    let table = header.table
    let index = row * table.width + column
    let directCount = min(rows, table.directRows) * table.width
    if index < directCount {
      var cursor = space.cursor(try entries.part(index * directEntrySize, directEntrySize))
      var child = Child(address: try cursor.definedAddress(), offset: offset, size: size)
      if header.pipeline != nil {
        child.storedSize = try cursor.length()
        child.filterMask = try cursor.uint32()
      }
      return child
    }
    let position = directCount * directEntrySize + (index - directCount) * space.addressSize
    var cursor = space.cursor(try entries.part(position, space.addressSize))
    var child = Child(address: try cursor.definedAddress(), offset: offset, size: size)
    child.rows =
      size.trailingZeroBitCount - table.startSize.trailingZeroBitCount - table.width.trailingZeroBitCount + 1
    guard child.rows > 0 else { throw FormatError("its heap has blocks of impossible sizes") }
    return child
  }
}

extension Int {
  fileprivate var isPowerOfTwo: Bool { self > 0 && self & (self - 1) == 0 }
}
