import System

/// The links of an old-style group (specification IV.A.2.r "The Symbol Table Message"): a B-tree whose leaves
/// list symbols, and a heap with their names.
struct SymbolTable: Sendable {
  private let space: AddressSpace
  private let treeAddress: Int
  private let heap: LocalHeap

  init(_ message: Bytes, _ space: AddressSpace) throws(FormatError) {
    self.space = space
    var cursor = space.cursor(message)
    treeAddress = try cursor.definedAddress()
    heap = try LocalHeap(space, at: cursor.definedAddress())
  }

  /// Finds a link by a binary search in each node on the way.
  func link(_ name: String) throws(FormatError) -> Link? {
    let bytes = Array(name.utf8)
    var budget = space.budget
    var node = try BTreeV1(space, at: treeAddress, .group, level: nil, &budget)
    while true {
      // A child holds the names beyond its left key, up to its right key, which is included.
      let index = try firstIndex(node.childCount) { index throws(FormatError) in
        try !heap.name(at: node.groupKey(index + 1), isLessThan: bytes)
      }
      guard index < node.childCount else { return nil }
      let child = try node.child(index)
      if node.level == 0 {
        let symbols = try SymbolTableNode(space, at: child, &budget)
        let index = try firstIndex(symbols.count) { index throws(FormatError) in
          try !heap.name(at: symbols.entry(index).nameOffset, isLessThan: bytes)
        }
        guard index < symbols.count else { return nil }
        let link = try link(symbols.entry(index))
        return link.name.isSameBytes(as: name) ? link : nil
      }
      node = try BTreeV1(space, at: child, .group, level: node.level - 1, &budget)
    }
  }

  /// All links, sorted by name.
  func links() throws(FormatError) -> [Link] {
    var budget = space.budget
    // No string is in the heap twice, so that all of them are no longer than the file.
    var strings = space.budget
    var links: [Link] = []
    try BTreeV1.forEachChild(space, at: treeAddress, .group, &budget) {
      child, _, budget throws(FormatError) in
      let symbols = try SymbolTableNode(space, at: child, &budget)
      for index in 0..<symbols.count {
        let link = try link(symbols.entry(index))
        try strings.spend(link.name.utf8.count)
        if case .soft(let path) = link.target { try strings.spend(path.utf8.count) }
        links.append(link)
      }
    }
    return links
  }

  private func link(_ entry: SymbolTableEntry) throws(FormatError) -> Link {
    let name = try heap.string(at: entry.nameOffset)
    guard let offset = entry.softLinkOffset else {
      return Link(name: name, target: .hard(address: entry.headerAddress))
    }
    return Link(name: name, target: .soft(path: try heap.string(at: offset)))
  }
}

/// A leaf of a group's B-tree (specification III.B "Group Symbol Table Nodes").
struct SymbolTableNode {
  let count: Int
  private let entries: Bytes
  private let space: AddressSpace
  private let entrySize: Int

  init(_ space: AddressSpace, at address: Int, _ budget: inout ReadBudget) throws(FormatError) {
    var cursor = try space.cursor(at: address)
    try cursor.signature("SNOD")
    _ = try cursor.version(1...1, of: "symbol table node")
    try cursor.skip(1)
    count = try cursor.integer16()
    entrySize = space.lengthSize + space.addressSize + 24
    try budget.spend(8 + count * entrySize)
    entries = try cursor.bytes(count * entrySize)
    self.space = space
  }

  func entry(_ index: Int) throws(FormatError) -> SymbolTableEntry {
    try SymbolTableEntry(space.cursor(entries.part(index * entrySize, entrySize)))
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

  init(_ entry: Cursor) throws(FormatError) {
    var cursor = entry
    nameOffset = try cursor.length()
    let address = try cursor.address()
    let cacheType = try cursor.integer32()
    try cursor.skip(4)
    softLinkOffset = cacheType == 2 ? try cursor.integer32() : nil
    guard address != nil || softLinkOffset != nil else {
      throw FormatError("it has a link that leads nowhere")
    }
    headerAddress = address ?? 0
  }
}

/// The first index of `0..<count` for which a condition holds that, once it holds, holds for all that follow;
/// `count`: there is none.
func firstIndex<Failure: Error>(_ count: Int, where isReached: (Int) throws(Failure) -> Bool) throws(Failure)
  -> Int
{
  var low = 0
  var high = count
  while low < high {
    let middle = (low + high) / 2
    if try isReached(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}
