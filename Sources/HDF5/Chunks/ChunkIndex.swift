/// Finds all chunks of a dataset that are stored, whatever lists them.
struct ChunkIndex {
  let file: Superblock
  let dataspace: Dataspace
  let layout: ChunkedLayout
  let isFiltered: Bool

  typealias Visit = (Chunk) throws(FormatError) -> Void

  func forEachChunk(_ visit: Visit) throws(FormatError) {
    let space = file.space
    switch layout.index {
    case .none:
      break
    case .bTreeV1(let address):
      try forEachChunkV1(address, visit)
    case .singleChunk(let address, let storedSize, let filterMask):
      try visit(
        Chunk(
          origin: layout.chunkShape.map { _ in 0 }, address: address,
          storedSize: storedSize ?? layout.chunkSize, filterMask: filterMask))
    case .implicit(let address):
      let grid = try ChunkGrid(dataspace, layout, isExtensible: false)
      // As many as there may be, or as fit into the file.
      let count = min(
        try chunkCount(dataspace.maximumShape.map { $0 ?? 0 }),
        (space.bytes.count - address) / layout.chunkSize)
      for index in 0..<max(count, 0) {
        try visit(
          Chunk(
            origin: grid.origin(index), address: address + index * layout.chunkSize,
            storedSize: layout.chunkSize, filterMask: 0))
      }
    case .fixedArray(let address):
      let grid = try ChunkGrid(dataspace, layout, isExtensible: false)
      let array = try FixedArray(space, at: address)
      try array.forEachElement { index, element throws(FormatError) in
        if let chunk = try chunk(element, grid.origin(index)) { try visit(chunk) }
      }
    case .extensibleArray(let address):
      let grid = try ChunkGrid(dataspace, layout, isExtensible: true)
      let array = try ExtensibleArray(space, at: address)
      try array.forEachElement { index, element throws(FormatError) in
        if let chunk = try chunk(element, grid.origin(index)) { try visit(chunk) }
      }
    case .bTreeV2(let address):
      try forEachChunkV2(address, visit)
    }
  }

  private func chunkCount(_ shape: [Int]) throws(FormatError) -> Int {
    let counts = zip(shape, layout.chunkShape).map { $0 == 0 ? 0 : ($0 - 1) / $1 + 1 }
    guard let count = counts.checkedProduct else { throw FormatError("it has the impossible shape \(shape)") }
    return count
  }

  /// The chunk of an array's element: an address and, where chunks are filtered, a size and a mask. nil: it
  /// was never written.
  private func chunk(_ element: Cursor, _ origin: @autoclosure () throws(FormatError) -> [Int])
    throws(FormatError)
    -> Chunk?
  {
    var element = element
    guard let address = try element.address() else { return nil }
    var storedSize = layout.chunkSize
    var filterMask: UInt32 = 0
    if isFiltered {
      storedSize = try element.integer(size: element.remaining - 4)
      filterMask = try element.uint32()
    }
    return Chunk(origin: try origin(), address: address, storedSize: storedSize, filterMask: filterMask)
  }

  /// Keys hold size, mask and the first element (specification III.A.1, "Version 1 B-trees", node type 1).
  private func forEachChunkV1(_ address: Int, _ visit: Visit) throws(FormatError) {
    let rank = layout.chunkShape.count
    var budget = file.space.budget
    try BTreeV1.forEachChild(file.space, at: address, .chunks(rank: rank), &budget) {
      child, key, _ throws(FormatError) in
      var key = key
      let storedSize = try key.integer32()
      let filterMask = try key.uint32()
      var origin: [Int] = []
      for _ in 0..<rank { origin.append(try key.integer(size: 8)) }
      try visit(Chunk(origin: origin, address: child, storedSize: storedSize, filterMask: filterMask))
    }
  }

  /// Records hold an address and, where chunks are filtered, size and mask; then the chunk's place, counted in
  /// chunks (specification III.A.2 "Type 10" and "Type 11 Record Layout").
  private func forEachChunkV2(_ address: Int, _ visit: Visit) throws(FormatError) {
    let rank = layout.chunkShape.count
    let tree = try BTreeV2(file.space, at: address, types: [isFiltered ? .filteredChunk : .chunk])
    try tree.forEach { record throws(FormatError) in
      var record = record
      let element = file.space.cursor(try record.bytes(max(0, record.remaining - 8 * rank)))
      var origin: [Int] = []
      for axis in 0..<rank {
        origin.append(try ChunkGrid.element(record.integer(size: 8), layout.chunkShape[axis]))
      }
      if let chunk = try chunk(element, origin) { try visit(chunk) }
    }
  }
}
