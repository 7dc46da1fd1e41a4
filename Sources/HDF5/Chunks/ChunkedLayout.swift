/// How a dataset is cut into chunks of one size, and what lists them (specification IV.A.2.i "The Data Layout
/// Message", chunked storage).
struct ChunkedLayout: Sendable {
  /// What lists the chunks (specification VII, "Types of Indexes for Dataset Chunks").
  enum Index: Sendable {
    /// No chunk was ever written.
    case none
    case bTreeV1(address: Int)
    /// `storedSize` is nil where the chunk is not filtered.
    case singleChunk(address: Int, storedSize: Int?, filterMask: UInt32)
    /// All chunks in one run, in order.
    case implicit(address: Int)
    case fixedArray(address: Int)
    case extensibleArray(address: Int)
    case bTreeV2(address: Int)
  }

  /// The sizes of a chunk along the dataset's axes.
  let chunkShape: [Int]
  let elementSize: Int
  /// How many bytes a chunk takes before filters.
  let chunkSize: Int
  let index: Index
  /// Whether chunks that reach beyond the dataset are stored without filters.
  let leavesEdgesUnfiltered: Bool

  /// - Parameter sizes: the chunk's shape and then the size of an element.
  private init(_ sizes: [Int], _ index: Index, leavesEdgesUnfiltered: Bool = false) throws(FormatError) {
    guard sizes.count > 1, !sizes.contains(0), let chunkSize = sizes.checkedProduct else {
      throw FormatError("its chunks have the impossible shape \(sizes)")
    }
    chunkShape = Array(sizes.dropLast())
    elementSize = sizes[sizes.count - 1]
    self.chunkSize = chunkSize
    self.index = index
    self.leavesEdgesUnfiltered = leavesEdgesUnfiltered
  }

  /// Versions 1 to 3 of the message.
  init(_ sizes: [Int], treeAddress: Int?) throws(FormatError) {
    try self.init(sizes, treeAddress.map { .bTreeV1(address: $0) } ?? .none)
  }

  /// Versions 4 and 5 of the message, after its class. They differ in what an index writes, which says it
  /// itself.
  init(_ cursor: inout Cursor) throws(FormatError) {
    let flags = try cursor.uint8()
    let rank = try cursor.integer8()
    let sizeWidth = try cursor.integer8()
    var sizes: [Int] = []
    for _ in 0..<rank { sizes.append(try cursor.integer(size: sizeWidth)) }
    let kind = try cursor.integer8()
    var filtered: (size: Int, mask: UInt32)?
    switch kind {
    case 1: if flags & 2 != 0 { filtered = (try cursor.length(), try cursor.uint32()) }
    case 2: break
    case 3: try cursor.skip(1)  // All these are in the header of the index, too.
    case 4: try cursor.skip(5)
    case 5: try cursor.skip(6)
    default: throw FormatError("its chunks have an index of the unknown kind \(kind)")
    }
    let address = try cursor.address()
    let index: Index =
      switch (kind, address) {
      case (_, nil): .none
      case (1, let address?):
        .singleChunk(address: address, storedSize: filtered?.size, filterMask: filtered?.mask ?? 0)
      case (2, let address?): .implicit(address: address)
      case (3, let address?): .fixedArray(address: address)
      case (4, let address?): .extensibleArray(address: address)
      case (_, let address?): .bTreeV2(address: address)
      }
    try self.init(sizes, index, leavesEdgesUnfiltered: flags & 1 != 0)
  }
}
