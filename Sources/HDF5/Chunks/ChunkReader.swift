/// Puts a dataset together from its chunks.
struct ChunkReader: Sendable {
  private let file: Superblock
  private let dataspace: Dataspace
  private let layout: ChunkedLayout
  private let pipeline: FilterPipeline?

  init(_ file: Superblock, _ dataspace: Dataspace, _ layout: ChunkedLayout, _ pipeline: FilterPipeline?) {
    self.file = file
    self.dataspace = dataspace
    self.layout = layout
    self.pipeline = pipeline.flatMap { $0.filters.isEmpty ? nil : $0 }
  }

  /// Passes the elements of all chunks on, in runs, each with the index in the dataset of its first one.
  func read(_ pass: (_ bytes: UnsafeRawBufferPointer, _ first: Int) -> Void) throws(FormatError) {
    let index = ChunkIndex(file: file, dataspace: dataspace, layout: layout, isFiltered: pipeline != nil)
    if file.space.bytes.isArriving {
      // All together take the time of one.
      try index.forEachChunk { chunk in
        (try? file.space.bytes.part(chunk.address, chunk.storedSize))?.request()
      }
    }
    // No two chunks share bytes.
    var budget = file.space.budget
    var work = DecodingWork(dataspace.count * layout.elementSize)
    try index.forEachChunk { chunk throws(FormatError) in
      // Chunks may be left from when the dataset was larger.
      guard zip(chunk.origin, dataspace.shape).allSatisfy({ $0 < $1 }) else { return }
      guard zip(chunk.origin, layout.chunkShape).allSatisfy({ $0 % $1 == 0 }) else {
        throw FormatError("it has a chunk out of place at \(chunk.origin)")
      }
      try budget.spend(max(chunk.storedSize, 1))
      try copy(elements(chunk, &work), chunk.origin, pass)
    }
  }

  /// The elements of a chunk, also those beyond the dataset; of a chunk that is much larger only those up to the
  /// last one in the dataset.
  private func elements(_ chunk: Chunk, _ work: inout DecodingWork) throws(FormatError) -> Bytes {
    guard let stored = try? file.space.bytes.part(chunk.address, chunk.storedSize) else {
      throw FormatError("its chunk at \(chunk.origin) lies beyond the end of the file")
    }
    let isFiltered = !(layout.leavesEdgesUnfiltered && reachesBeyond(chunk))
    if let pipeline, isFiltered {
      let size = layout.chunkSize
      let needed = size <= work.limit ? size : sizeInDataset(chunk)
      try work.spend(pipeline.reach(of: needed, size: size), kept: needed)
      return try pipeline.decode(stored, mask: chunk.filterMask, size: size, needed: needed)
    }
    guard stored.count == layout.chunkSize else {
      throw FormatError(
        "its chunk at \(chunk.origin) has \(stored.count) instead of \(layout.chunkSize) bytes")
    }
    return stored
  }

  private func reachesBeyond(_ chunk: Chunk) -> Bool {
    zip(zip(chunk.origin, layout.chunkShape), dataspace.shape).contains { $0.0 > $1 - $0.1 }
  }

  /// How many of a chunk's bytes there are up to its last element that lies in the dataset.
  private func sizeInDataset(_ chunk: Chunk) -> Int {
    let strides = ChunkReader.strides(layout.chunkShape)
    let last = strides.indices.reduce(0) {
      $0 + (min(layout.chunkShape[$1], dataspace.shape[$1] - chunk.origin[$1]) - 1) * strides[$1]
    }
    return (last + 1) * layout.elementSize
  }

  /// Passes the part of a chunk on that lies in the dataset.
  private func copy(
    _ bytes: Bytes, _ origin: [Int], _ pass: (_ bytes: UnsafeRawBufferPointer, _ first: Int) -> Void
  ) throws(FormatError) {
    let shape = dataspace.shape
    let chunkShape = layout.chunkShape
    let size = shape.indices.map { min(chunkShape[$0], shape[$0] - origin[$0]) }
    // Axes that the chunk and the dataset have in common, from the fastest on, make runs longer.
    var axis = shape.count - 1
    while axis > 0 && chunkShape[axis] == shape[axis] { axis -= 1 }
    let run = size[axis] * shape[(axis + 1)...].reduce(1, *)
    let strides = ChunkReader.strides(shape)
    let chunkStrides = ChunkReader.strides(chunkShape)
    let start = zip(origin, strides).reduce(0) { $0 + $1.0 * $1.1 }

    // Counts through the axes before that.
    var place = Array(repeating: 0, count: axis)
    while true {
      let source = zip(place, chunkStrides).reduce(0) { $0 + $1.0 * $1.1 } * layout.elementSize
      let target = zip(place, strides).reduce(start) { $0 + $1.0 * $1.1 }
      let part = source..<(source + run * layout.elementSize)
      try bytes.withBuffer { pass(UnsafeRawBufferPointer(rebasing: $0[part]), target) }
      var next = axis - 1
      while next >= 0 {
        place[next] += 1
        if place[next] < size[next] { break }
        place[next] = 0
        next -= 1
      }
      if next < 0 { return }
    }
  }

  /// How far apart the neighbours along each axis are, in elements.
  private static func strides(_ shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }
}
