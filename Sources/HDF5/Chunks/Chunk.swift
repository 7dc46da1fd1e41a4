/// One chunk of a dataset, where it is stored.
struct Chunk {
  /// The index of its first element along each axis.
  let origin: [Int]
  let address: Int
  /// How many bytes it takes in the file.
  let storedSize: Int
  /// A bit for each filter, by its place, that was left out.
  let filterMask: UInt32
}

/// How the chunks of a dataset are counted.
struct ChunkGrid {
  private let chunkShape: [Int]
  /// The axes, the one that the index counts slowest first.
  private let axes: [Int]
  /// How many chunks the dataset may have along each of `axes` but the slowest.
  private let counts: [Int]

  /// - Parameter isExtensible: whether the axis without a limit is counted slowest, whichever it is, as
  ///   extensible arrays do; else the first one is.
  init(_ dataspace: Dataspace, _ layout: ChunkedLayout, isExtensible: Bool) throws(FormatError) {
    chunkShape = layout.chunkShape
    var axes = Array(chunkShape.indices)
    if isExtensible, let slowest = dataspace.maximumShape.firstIndex(where: { $0 == nil }) {
      axes.remove(at: slowest)
      axes.insert(slowest, at: 0)
    }
    self.axes = axes
    var counts: [Int] = []
    for axis in axes.dropFirst() {
      guard let limit = dataspace.maximumShape[axis], limit > 0 else {
        throw FormatError("it may grow along an axis along which its list of chunks cannot")
      }
      counts.append((limit - 1) / chunkShape[axis] + 1)
    }
    self.counts = counts
  }

  /// The first element of the chunk with an index.
  func origin(_ index: Int) throws(FormatError) -> [Int] {
    var rest = index
    var origin = Array(repeating: 0, count: axes.count)
    for (axis, count) in zip(axes.dropFirst(), counts).reversed() {
      origin[axis] = try ChunkGrid.element(rest % count, chunkShape[axis])
      rest /= count
    }
    origin[axes[0]] = try ChunkGrid.element(rest, chunkShape[axes[0]])
    return origin
  }

  /// The first element of a chunk along one axis.
  static func element(_ chunk: Int, _ size: Int) throws(FormatError) -> Int {
    let (element, isOver) = chunk.multipliedReportingOverflow(by: size)
    guard !isOver else { throw FormatError("it has a chunk beyond its shape") }
    return element
  }
}
