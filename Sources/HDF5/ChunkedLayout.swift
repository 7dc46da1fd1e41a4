/// How a dataset is cut into chunks of one size, and where they are listed.
struct ChunkedLayout: Sendable {
  /// The sizes of a chunk along the dataset's axes.
  let chunkShape: [Int]
  let elementSize: Int
  /// How many bytes a chunk takes when it is not compressed.
  let chunkSize: Int
  let index: ChunkIndexKind

  /// - Parameter sizes: the chunk's shape and then the size of an element.
  init(_ sizes: [Int], _ index: ChunkIndexKind) throws(Problem) {
    guard sizes.count > 1, !sizes.contains(0), let chunkSize = sizes.checkedProduct else {
      throw Problem("its chunks have the impossible shape \(sizes)")
    }
    chunkShape = Array(sizes.dropLast())
    elementSize = sizes[sizes.count - 1]
    self.chunkSize = chunkSize
    self.index = index
  }

  /// Version 4 of the message.
  init(_ cursor: inout Cursor) throws(Problem) { throw Problem("it has a chunk index of a newer kind") }
}

/// What lists the chunks.
enum ChunkIndexKind: Sendable {
  /// No chunk was ever written.
  case none
  case bTreeV1(address: Int)
}
