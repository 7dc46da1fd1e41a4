/// What was done to chunks before they were stored (specification IV.A.2.l "The Data Storage - Filter Pipeline
/// Message"; versions 1 and 2).
struct FilterPipeline: Sendable {
  /// The filters in the order in which they were applied.
  let filters: [Filter]

  /// How many bytes a filter may give to the next one where only a part of the chunk is needed.
  private static let limitBetween = 64 << 20

  init(_ message: Bytes, _ space: AddressSpace) throws(FormatError) {
    var cursor = space.cursor(message)
    let version = try cursor.version(1...2, of: "filter pipeline")
    let count = try cursor.integer8()
    if version == 1 { try cursor.skip(6) }
    var filters: [Filter] = []
    for _ in 0..<count {
      let id = try cursor.integer16()
      let nameSize = version == 1 || id >= 256 ? try cursor.integer16() : 0
      try cursor.skip(2)  // Whether writing could do without it
      let valueCount = try cursor.integer16()
      let name = try cursor.string(nameSize)
      // Version 1 fills up to a multiple of 8 bytes.
      if version == 1 { try cursor.skip((8 - nameSize % 8) % 8) }
      var values: [UInt32] = []
      for _ in 0..<valueCount { values.append(try cursor.uint32()) }
      if version == 1 && valueCount % 2 == 1 { try cursor.skip(4) }
      filters.append(Filter(id: id, name: name, values: values))
    }
    self.filters = filters
  }

  /// Undoes the filters, the last first.
  /// - Parameters:
  ///   - mask: a bit for each filter, by its place, that was left out.
  ///   - size: how many bytes there are in the end.
  ///   - needed: how many of them are needed, from the first one on. If they are not all, no more is decoded and
  ///     kept than they take, as far as the filters allow it.
  /// - Returns: the needed bytes.
  func decode(_ stored: Bytes, mask: UInt32, size: Int, needed: Int) throws(FormatError) -> Bytes {
    var steps: [(filter: Filter, output: FilterOutput)] = []
    // What each filter must give follows from what the one that was applied before it must.
    var output = needed < size ? FilterOutput.start(needed) : .whole(limit: size)
    for (index, filter) in filters.enumerated() where index >= 32 || mask >> UInt32(index) & 1 == 0 {
      steps.append((filter, output))
      output = input(of: filter, for: output, size: steps.count == 1 ? size : nil)
    }
    var bytes = stored
    for step in steps.reversed() { bytes = try step.filter.undo(bytes, step.output) }
    guard needed < size ? bytes.count >= needed : bytes.count == size else {
      throw FormatError("it has a part of \(bytes.count) instead of \(needed) bytes")
    }
    return bytes
  }

  /// How many of a chunk's `size` bytes are decoded to get the first `needed` ones.
  func reach(of needed: Int, size: Int) -> Int { filters.first?.id == Filter.shuffle ? size : needed }

  /// What a filter needs in order to give an output.
  /// - Parameter size: how many bytes it gives in the whole; nil: that is not known.
  private func input(of filter: Filter, for output: FilterOutput, size: Int?) -> FilterOutput {
    switch output {
    case .whole(let limit):
      // What cannot be made shorter becomes longer, by a header or a checksum and some bits every few thousand.
      let (longer, isOver) = limit.addingReportingOverflow(limit / 256 + 64)
      return .whole(limit: isOver ? .max : longer)
    case .runs(1, let length, _):
      // An element is not larger than what is needed.
      if filter.id == Filter.shuffle, let size, let elementSize = filter.values.first.map(Int.init),
        elementSize > 1, elementSize <= length, size % elementSize == 0
      {
        return .runs(
          count: elementSize, length: (length - 1) / elementSize + 1, stride: size / elementSize)
      }
      return .whole(limit: FilterPipeline.limitBetween)
    case .runs:
      return .whole(limit: FilterPipeline.limitBetween)
    }
  }
}
