/// Records in order (specification III.A.2 "Version 2 B-trees").
struct BTreeV2: Sendable {
  /// What the records are.
  enum RecordType: Int {
    case hugeObject = 1
    case filteredHugeObject = 2
    case linkName = 5
    case attributeName = 8
    case chunk = 10
    case filteredChunk = 11
  }

  let type: RecordType
  let recordSize: Int
  private let space: AddressSpace
  private let nodeSize: Int
  /// nil: there are no records.
  private let root: Pointer?
  /// How many bytes the number of records in a child takes.
  private let countSize: Int
  /// For each level, how many bytes the number of records in and below one of its nodes takes; for leaves 0.
  private let totalSizes: [Int]

  private struct Pointer {
    let address: Int
    let recordCount: Int
    /// 0: a leaf.
    let depth: Int
  }

  init(_ space: AddressSpace, at address: Int, types: [RecordType]) throws(FormatError) {
    self.space = space
    var cursor = try space.cursor(at: address)
    try cursor.signature("BTHD")
    _ = try cursor.version(0...0, of: "B-tree")
    guard let type = RecordType(rawValue: try cursor.integer8()), types.contains(type) else {
      throw FormatError("its B-tree is of the wrong type")
    }
    self.type = type
    nodeSize = try cursor.integer32()
    recordSize = try cursor.integer16()
    let depth = try cursor.integer16()
    try cursor.skip(2)  // When nodes are split and merged
    let rootAddress = try cursor.address()
    let rootCount = try cursor.integer16()
    try cursor.skip(space.lengthSize)
    try cursor.checksum()

    guard recordSize > 0, depth < 64, nodeSize >= BTreeV2.overhead + recordSize else {
      throw FormatError("its B-tree has nodes of \(nodeSize) and records of \(recordSize) bytes")
    }
    // Widths follow from how many records fit.
    let leafCapacity = (nodeSize - BTreeV2.overhead) / recordSize
    countSize = leafCapacity.byteWidth
    var totalSizes = [0]
    var total = leafCapacity
    for level in 0..<depth {
      let pointerSize = space.addressSize + countSize + totalSizes[level]
      let capacity = (nodeSize - BTreeV2.overhead - pointerSize) / (recordSize + pointerSize)
      let (product, isOver) = total.multipliedReportingOverflow(by: capacity + 1)
      guard capacity > 0, !isOver, product <= .max - capacity else {
        throw FormatError("its B-tree has the impossible depth \(depth)")
      }
      total = product + capacity
      totalSizes.append(total.byteWidth)
    }
    self.totalSizes = totalSizes
    root = rootAddress.flatMap {
      rootCount > 0 ? Pointer(address: $0, recordCount: rootCount, depth: depth) : nil
    }
  }

  /// Signature, version, type and checksum of a node.
  private static let overhead = 10

  /// The records of a node and, between and around them, its children.
  private struct Node {
    let records: Bytes
    let children: [Pointer]
  }

  private func node(_ pointer: Pointer, _ budget: inout ReadBudget) throws(FormatError) -> Node {
    try budget.spend(nodeSize)
    var cursor = try space.cursor(at: pointer.address, size: nodeSize)
    try cursor.signature(pointer.depth == 0 ? "BTLF" : "BTIN")
    _ = try cursor.version(0...0, of: "B-tree node")
    guard try cursor.integer8() == type.rawValue else {
      throw FormatError("its B-tree has a node of the wrong type")
    }
    let records = try cursor.bytes(pointer.recordCount * recordSize)
    var children: [Pointer] = []
    if pointer.depth > 0 {
      for _ in 0...pointer.recordCount {
        let address = try cursor.definedAddress()
        let recordCount = try cursor.integer(size: countSize)
        try cursor.skip(totalSizes[pointer.depth - 1])
        guard recordCount <= nodeSize / recordSize else {
          throw FormatError("its B-tree has an overfull node")
        }
        children.append(Pointer(address: address, recordCount: recordCount, depth: pointer.depth - 1))
      }
    }
    try cursor.checksum()
    return Node(records: records, children: children)
  }

  private func record(_ index: Int, _ node: Node) throws(FormatError) -> Cursor {
    space.cursor(try node.records.part(index * recordSize, recordSize))
  }

  /// Finds a record.
  /// - Parameter order: how a record compares to the one that is sought: below 0, it comes before it; 0, it
  ///   is the one.
  func find(_ order: (Cursor) throws(FormatError) -> Int) throws(FormatError) -> Cursor? {
    var budget = space.budget
    var next = root
    while let pointer = next {
      let node = try node(pointer, &budget)
      let index = try firstIndex(pointer.recordCount) { index throws(FormatError) in
        try order(record(index, node)) >= 0
      }
      if index < pointer.recordCount {
        let record = try record(index, node)
        if try order(record) == 0 { return record }
      }
      next = pointer.depth > 0 ? node.children[index] : nil
    }
    return nil
  }

  /// Visits all records in order.
  func forEach(_ visit: (Cursor) throws(FormatError) -> Void) throws(FormatError) {
    guard let root else { return }
    var budget = space.budget
    try forEach(root, &budget, visit)
  }

  private func forEach(
    _ pointer: Pointer, _ budget: inout ReadBudget, _ visit: (Cursor) throws(FormatError) -> Void
  ) throws(FormatError) {
    let node = try node(pointer, &budget)
    for index in 0...pointer.recordCount {
      if pointer.depth > 0 { try forEach(node.children[index], &budget, visit) }
      if index < pointer.recordCount { try visit(record(index, node)) }
    }
  }
}

extension Int {
  /// How many bytes numbers up to this one take.
  var byteWidth: Int { self < 1 ? 1 : (Int.bitWidth - 1 - leadingZeroBitCount) / 8 + 1 }
}
