/// What was done to chunks before they were stored (specification IV.A.2.l "The Data Storage - Filter Pipeline
/// Message"; versions 1 and 2).
struct FilterPipeline: Sendable {
  struct Filter: Sendable {
    let id: Int
    let name: String
    let values: [UInt32]
  }

  let filters: [Filter]

  init(_ message: Bytes, _ space: AddressSpace) throws(Problem) {
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
  ///   - size: how many bytes there must be in the end.
  func decode(_ stored: Bytes, mask: UInt32, size: Int) throws(Problem) -> Bytes {
    var bytes = stored
    // A checksum, the only filter here that makes its input longer, adds 4 bytes.
    let limit = size.addingReportingOverflow(4 * filters.count)
    for (index, filter) in filters.enumerated().reversed() where index >= 32 || mask >> UInt32(index) & 1 == 0
    {
      switch filter.id {
      case 1: bytes = try Inflater.inflate(bytes, limit: limit.overflow ? .max : limit.partialValue)
      case 2: bytes = try Shuffle.undo(bytes, elementSize: Int(filter.values.first ?? 1))
      case 3: bytes = try Fletcher32.verified(bytes)
      default: throw Problem("it is stored with \(filter.description): convert it with h5repack -f GZIP=6")
      }
    }
    guard bytes.count == size else {
      throw Problem("it has a part of \(bytes.count) instead of \(size) bytes")
    }
    return bytes
  }
}

extension FilterPipeline.Filter: CustomStringConvertible {
  /// The filter in words for a message.
  var description: String {
    let known = [
      4: "szip", 5: "n-bit", 6: "scale-offset", 32000: "lzf", 32001: "blosc", 32004: "lz4",
      32008: "bitshuffle",
      32013: "zfp", 32015: "zstd", 32026: "blosc2",
    ]
    return known[id].map { "the filter \($0), which is not supported" }
      ?? "the unknown filter \(id)" + (name.isEmpty ? "" : " (\(name))")
  }
}
