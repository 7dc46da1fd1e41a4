import System

/// The links of one group.
enum LinkTable: Sendable {
  /// An old-style group.
  case symbols(SymbolTable)
  /// Links in the group's header, in the order to list them in.
  case messages([Link])
  case dense(DenseLinks)

  init(_ header: ObjectHeader, _ file: Superblock) throws(FormatError) {
    if let message = try header.content(.symbolTable, file) {
      self = .symbols(try SymbolTable(message, file.space))
      return
    }
    let info = try header.content(.linkInfo, file).map { message throws(FormatError) in
      try LinkInfo(message, file.space)
    }
    let isTracked = info?.tracksCreationOrder ?? false
    if let index = info?.index {
      self = .dense(try DenseLinks(index, file, tracksCreationOrder: isTracked))
    } else {
      var links: [Link] = []
      for message in header.all(.link) {
        links.append(try LinkMessage(message.resolved(file), file.space).link)
      }
      self = .messages(Link.sorted(links, byCreation: isTracked))
    }
  }

  /// The link of a name; nil if it does not exist.
  func link(_ name: String) throws(FormatError) -> Link? {
    switch self {
    case .symbols(let table): try table.link(name)
    case .messages(let links): links.first { $0.name.isSameBytes(as: name) }
    case .dense(let links): try links.link(name)
    }
  }

  /// All links, in order of creation where the file tracks it, else by name.
  func all() throws(FormatError) -> [Link] {
    switch self {
    case .symbols(let table): try table.links()
    case .messages(let links): links
    case .dense(let links): try links.all()
    }
  }
}

/// The links of a group that has many: in a fractal heap, found by a B-tree of their names' hashes.
struct DenseLinks: Sendable {
  private let space: AddressSpace
  private let heap: FractalHeap
  private let tree: BTreeV2
  private let tracksCreationOrder: Bool

  init(_ index: DenseIndex, _ file: Superblock, tracksCreationOrder: Bool) throws(FormatError) {
    space = file.space
    heap = try file.heap(at: index.heapAddress)
    tree = try BTreeV2(file.space, at: index.nameTreeAddress, types: [.linkName])
    self.tracksCreationOrder = tracksCreationOrder
  }

  func link(_ name: String) throws(FormatError) -> Link? {
    let hash = Lookup3.hash(name)
    var found: Link?
    _ = try tree.find { record throws(FormatError) in
      var record = record
      let other = try record.uint32()
      guard other == hash else { return other < hash ? -1 : 1 }
      let link = try LinkMessage(message(record), space).link
      if link.name.isSameBytes(as: name) { found = link }
      return link.name.order(to: name)
    }
    return found
  }

  func all() throws(FormatError) -> [Link] {
    // No link is in the heap twice.
    var budget = heap.budget
    var links: [Link] = []
    try tree.forEach { record throws(FormatError) in
      var record = record
      try record.skip(4)
      let message = try message(record)
      try budget.spend(message.count)
      links.append(try LinkMessage(message, space).link)
    }
    return Link.sorted(links, byCreation: tracksCreationOrder)
  }

  /// The message that the rest of a record identifies.
  private func message(_ record: Cursor) throws(FormatError) -> Bytes {
    var record = record
    return try heap.object(record.bytes(record.remaining))
  }
}

extension Link {
  static func sorted(_ links: [Link], byCreation: Bool) -> [Link] {
    links.sorted {
      byCreation ? ($0.creationOrder ?? 0) < ($1.creationOrder ?? 0) : $0.name.order(to: $1.name) < 0
    }
  }
}

extension String {
  /// How the bytes of two names compare: below 0, this one comes first; 0, they are equal.
  func order(to other: String) -> Int {
    if utf8.lexicographicallyPrecedes(other.utf8) { return -1 }
    return utf8.elementsEqual(other.utf8) ? 0 : 1
  }
}
