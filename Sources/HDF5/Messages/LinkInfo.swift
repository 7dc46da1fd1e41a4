/// How a newer group keeps its links (specification IV.A.2.c "The Link Info Message"; version 0).
struct LinkInfo {
  /// Whether links count up in the order of their creation.
  let tracksCreationOrder: Bool
  /// Where the links are if they are not in the group's header.
  let index: DenseIndex?

  init(_ message: Bytes, _ space: AddressSpace) throws(FormatError) {
    var cursor = space.cursor(message)
    _ = try cursor.version(0...0, of: "link info")
    let flags = try cursor.uint8()
    tracksCreationOrder = flags & 1 != 0
    if tracksCreationOrder { try cursor.skip(8) }
    index = try DenseIndex(&cursor)
  }
}

/// How an object keeps its attributes (specification IV.A.2.v "The Attribute Info Message"; version 0).
struct AttributeInfo {
  /// Where the attributes are that are not in the object's header.
  let index: DenseIndex?

  init(_ message: Bytes, _ space: AddressSpace) throws(FormatError) {
    var cursor = space.cursor(message)
    _ = try cursor.version(0...0, of: "attribute info")
    if try cursor.uint8() & 1 != 0 { try cursor.skip(2) }
    index = try DenseIndex(&cursor)
  }
}

/// Where many links or attributes are: in a fractal heap, with a B-tree that finds them by name. A second
/// B-tree by creation order, where there is one, lists the same and is not needed.
struct DenseIndex {
  let heapAddress: Int
  let nameTreeAddress: Int

  /// nil: there is no heap.
  fileprivate init?(_ cursor: inout Cursor) throws(FormatError) {
    let heap = try cursor.address()
    let tree = try cursor.address()
    guard let heap, let tree else { return nil }
    heapAddress = heap
    nameTreeAddress = tree
  }
}
