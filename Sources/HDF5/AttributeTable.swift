import System

/// The attributes of one object.
struct AttributeTable {
  private let file: Superblock
  private let header: ObjectHeader
  private let index: DenseIndex?

  init(_ header: ObjectHeader, _ file: Superblock) throws(FormatError) {
    self.header = header
    self.file = file
    index = try header.content(.attributeInfo, file).flatMap { message throws(FormatError) in
      try AttributeInfo(message, file.space).index
    }
  }

  /// The message of the attribute of a name; nil if it does not exist.
  func message(_ name: String) throws(FormatError) -> Bytes? {
    for message in header.all(.attribute) {
      let content = try message.resolved(file)
      if try AttributeMessage.name(content, file.space).isSameBytes(as: name) { return content }
    }
    return try index.flatMap { index throws(FormatError) in
      let hash = Lookup3.hash(name)
      let dense = try DenseAttributes(index, file)
      var found: Bytes?
      _ = try dense.tree.find { cursor throws(FormatError) in
        let record = try DenseAttributes.Record(cursor)
        guard record.hash == hash else { return record.hash < hash ? -1 : 1 }
        let message = try dense.message(record)
        let order = try AttributeMessage.name(message, file.space).order(to: name)
        if order == 0 { found = message }
        return order
      }
      return found
    }
  }

  /// All names: in order of creation where the file tracks it, else by their bytes.
  func names() throws(FormatError) -> [String] {
    var names: [(name: String, order: Int)] = []
    for message in header.all(.attribute) {
      names.append((try AttributeMessage.name(message.resolved(file), file.space), message.creationOrder))
    }
    if let index {
      // No attribute is in the heap twice.
      let dense = try DenseAttributes(index, file)
      var budget = dense.heap.budget
      try dense.tree.forEach { cursor throws(FormatError) in
        let record = try DenseAttributes.Record(cursor)
        let message = try dense.message(record)
        try budget.spend(message.count)
        names.append((try AttributeMessage.name(message, file.space), record.creationOrder))
      }
    }
    let isTracked = header.tracksAttributeCreation
    names.sort { isTracked ? $0.order < $1.order : $0.name.order(to: $1.name) < 0 }
    return names.map(\.name)
  }
}

/// The attributes of an object that has many: in a fractal heap, found by a B-tree of their names' hashes.
private struct DenseAttributes {
  /// What the B-tree knows of an attribute (specification III.A.2 "Type 8 Record Layout").
  struct Record {
    let id: Bytes
    let isShared: Bool
    let creationOrder: Int
    let hash: UInt32

    init(_ cursor: Cursor) throws(FormatError) {
      var cursor = cursor
      id = try cursor.bytes(8)
      isShared = try cursor.uint8() & 2 != 0
      creationOrder = try cursor.integer32()
      hash = try cursor.uint32()
    }
  }

  let tree: BTreeV2
  let heap: FractalHeap
  private let file: Superblock

  init(_ index: DenseIndex, _ file: Superblock) throws(FormatError) {
    self.file = file
    heap = try file.heap(at: index.heapAddress)
    tree = try BTreeV2(file.space, at: index.nameTreeAddress, types: [.attributeName])
  }

  func message(_ record: Record) throws(FormatError) -> Bytes {
    record.isShared
      ? try SharedMessageTable(file).content(record.id, type: .attribute) : try heap.object(record.id)
  }
}
