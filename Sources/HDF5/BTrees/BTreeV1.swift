/// A node of a version 1 B-tree (specification III.A.1 "Version 1 B-trees").
struct BTreeV1 {
  enum Kind: Equatable {
    /// Children are symbol table nodes, keys are offsets of names in a local heap.
    case group
    /// Children are chunks with `rank` axes; ``ChunkIndex`` reads their keys.
    case chunks(rank: Int)
  }

  /// 0: the children are not nodes.
  let level: Int
  let childCount: Int
  /// The keys and children in turn, a key more than there are children.
  private let entries: Bytes
  private let keySize: Int
  private let space: AddressSpace

  /// - Parameter level: the level that the node must have, below that of its parent; nil: any.
  init(_ space: AddressSpace, at address: Int, _ kind: Kind, level: Int?, _ budget: inout ReadBudget)
    throws(FormatError)
  {
    self.space = space
    var cursor = try space.cursor(at: address)
    try cursor.signature("TREE")
    let type: Int
    switch kind {
    case .group: (type, keySize) = (0, space.lengthSize)
    case .chunks(let rank): (type, keySize) = (1, 8 + 8 * (rank + 1))
    }
    guard try cursor.integer8() == type else { throw FormatError("its B-tree is of the wrong type") }
    self.level = try cursor.integer8()
    // That levels fall ends every walk.
    guard level == nil || level == self.level else {
      throw FormatError("its B-tree has nodes at wrong levels")
    }
    childCount = try cursor.integer16()
    try cursor.skip(2 * space.addressSize)  // Siblings
    let size = childCount * (keySize + space.addressSize) + keySize
    try budget.spend(cursor.position + size)
    entries = try cursor.bytes(size)
  }

  func key(_ index: Int) throws(FormatError) -> Cursor {
    space.cursor(try entries.part(index * (keySize + space.addressSize), keySize))
  }

  func groupKey(_ index: Int) throws(FormatError) -> Int {
    var cursor = try key(index)
    return try cursor.length()
  }

  func child(_ index: Int) throws(FormatError) -> Int {
    var cursor = space.cursor(
      try entries.part(index * (keySize + space.addressSize) + keySize, space.addressSize))
    return try cursor.definedAddress()
  }

  /// Visits what the leaves lead to, in order, each with its left key.
  static func forEachChild(
    _ space: AddressSpace, at address: Int, _ kind: Kind, level: Int? = nil, _ budget: inout ReadBudget,
    _ visit: (_ child: Int, _ key: Cursor, inout ReadBudget) throws(FormatError) -> Void
  ) throws(FormatError) {
    let node = try BTreeV1(space, at: address, kind, level: level, &budget)
    for index in 0..<node.childCount {
      let child = try node.child(index)
      if node.level == 0 {
        try visit(child, node.key(index), &budget)
      } else {
        try forEachChild(space, at: child, kind, level: node.level - 1, &budget, visit)
      }
    }
  }
}
