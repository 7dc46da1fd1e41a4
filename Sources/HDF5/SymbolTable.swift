/// The links of an old-style group (specification IV.A.2.r "The Symbol Table Message"): a B-tree whose leaves
/// list symbols, and a heap with their names.
struct SymbolTable: Sendable {
  private let space: AddressSpace
  private let treeAddress: Int
  private let heap: LocalHeap

  init(_ message: Bytes, _ space: AddressSpace) throws(Problem) {
    self.space = space
    var cursor = space.cursor(message)
    treeAddress = try cursor.definedAddress()
    heap = try LocalHeap(space, at: cursor.definedAddress())
  }

  /// Finds a link by a binary search in each node on the way.
  func link(_ name: String) throws(Problem) -> Link? {
    var budget = space.budget
    var node = try BTreeV1(space, at: treeAddress, .group, level: nil, &budget)
    while true {
      // A child holds the names beyond its left key, up to its right key, which is included.
      let index = try firstIndex(node.childCount) { index throws(Problem) in
        try !heap.name(at: node.groupKey(index + 1), isLessThan: name)
      }
      guard index < node.childCount else { return nil }
      let child = try node.child(index)
      if node.level == 0 {
        let symbols = try SymbolTableNode(space, at: child, &budget)
        let index = try firstIndex(symbols.entries.count) { index throws(Problem) in
          try !heap.name(at: symbols.entries[index].nameOffset, isLessThan: name)
        }
        guard index < symbols.entries.count else { return nil }
        let link = try link(symbols.entries[index])
        return link.name == name ? link : nil
      }
      node = try BTreeV1(space, at: child, .group, level: node.level - 1, &budget)
    }
  }

  /// All links, sorted by name.
  func links() throws(Problem) -> [Link] {
    var budget = space.budget
    // No string is in the heap twice, so that all of them are no longer than the file.
    var strings = space.budget
    var links: [Link] = []
    try BTreeV1.forEachChild(space, at: treeAddress, .group, &budget) { child, _, budget throws(Problem) in
      for entry in try SymbolTableNode(space, at: child, &budget).entries {
        let link = try link(entry)
        try strings.spend(link.name.utf8.count)
        if case .soft(let path) = link.target { try strings.spend(path.utf8.count) }
        links.append(link)
      }
    }
    return links
  }

  private func link(_ entry: SymbolTableEntry) throws(Problem) -> Link {
    let name = try heap.string(at: entry.nameOffset)
    guard let offset = entry.softLinkOffset else {
      return Link(name: name, target: .hard(address: entry.headerAddress))
    }
    return Link(name: name, target: .soft(path: try heap.string(at: offset)))
  }
}

/// A leaf of a group's B-tree (specification III.B "Group Symbol Table Nodes").
struct SymbolTableNode {
  let entries: [SymbolTableEntry]

  init(_ space: AddressSpace, at address: Int, _ budget: inout ReadBudget) throws(Problem) {
    var cursor = try space.cursor(at: address)
    try cursor.signature("SNOD")
    _ = try cursor.version(1...1, of: "symbol table node")
    try cursor.skip(1)
    let count = try cursor.integer16()
    try budget.spend(8 + count * (space.lengthSize + space.addressSize + 24))
    var entries: [SymbolTableEntry] = []
    for _ in 0..<count { entries.append(try SymbolTableEntry(&cursor)) }
    self.entries = entries
  }
}

/// One link of an old-style group (specification III.C "Symbol Table Entry", which gives the name's offset the
/// width of an address; libhdf5 that of a length).
struct SymbolTableEntry {
  /// Where the name is in the local heap.
  let nameOffset: Int
  let headerAddress: Int
  /// Where a soft link's path is in the local heap; nil: a hard link.
  let softLinkOffset: Int?

  init(_ cursor: inout Cursor) throws(Problem) {
    nameOffset = try cursor.length()
    let address = try cursor.address()
    let cacheType = try cursor.integer32()
    try cursor.skip(4)
    var scratch = Cursor(try cursor.bytes(16), addressSize: cursor.addressSize, lengthSize: cursor.lengthSize)
    softLinkOffset = cacheType == 2 ? try scratch.integer32() : nil
    guard address != nil || softLinkOffset != nil else { throw Problem("it has a link that leads nowhere") }
    headerAddress = address ?? 0
  }
}

/// The first index of `0..<count` for which a condition holds that, once it holds, holds for all that follow;
/// `count`: there is none.
func firstIndex(_ count: Int, where isReached: (Int) throws(Problem) -> Bool) throws(Problem) -> Int {
  var low = 0
  var high = count
  while low < high {
    let middle = (low + high) / 2
    if try isReached(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}
