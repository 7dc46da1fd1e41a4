/// The shape of a dataset or attribute (specification IV.A.2.b "The Dataspace Message"; versions 1 and 2).
struct Dataspace: Sendable {
  /// The sizes of the axes, the slowest first; empty: one element, or none if `isNull`.
  let shape: [Int]
  /// How large the axes may become; nil: without a limit.
  let maximumShape: [Int?]
  /// Whether there are no elements, not even a shape.
  let isNull: Bool
  /// How many elements there are.
  let count: Int

  init(_ message: Bytes, _ space: AddressSpace) throws(FormatError) {
    var cursor = space.cursor(message)
    let version = try cursor.version(1...2, of: "dataspace")
    let rank = try cursor.integer8()
    guard rank <= 32 else { throw FormatError("it has \(rank) axes; HDF5 allows 32") }
    let flags = try cursor.uint8()
    let type = try cursor.integer8()
    if version == 1 { try cursor.skip(4) }
    isNull = version == 2 && type == 2
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try cursor.length()) }
    var maximumShape: [Int?] = shape
    if flags & 1 != 0 {
      for axis in 0..<rank {
        let limit = try cursor.uint64(size: space.lengthSize)
        maximumShape[axis] = Int(exactly: limit).flatMap { limit == space.unlimited ? nil : $0 }
      }
    }
    self.shape = shape
    self.maximumShape = maximumShape
    guard let count = shape.checkedProduct else { throw FormatError("it has the impossible shape \(shape)") }
    self.count = isNull ? 0 : count
  }
}

extension AddressSpace {
  /// The length that means no limit.
  fileprivate var unlimited: UInt64 { .max >> UInt64(64 - 8 * lengthSize) }
}

extension Sequence<Int> {
  /// The product of sizes that are not negative; nil: it is beyond `Int`, also where one size is 0.
  var checkedProduct: Int? {
    var product = 1
    var isEmpty = false
    for factor in self {
      if factor == 0 { isEmpty = true }
      let (next, isOver) = product.multipliedReportingOverflow(by: Swift.max(factor, 1))
      if isOver { return nil }
      product = next
    }
    return isEmpty ? 0 : product
  }
}
