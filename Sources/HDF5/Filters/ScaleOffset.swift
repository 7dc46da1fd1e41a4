import Glibc

/// The scale-offset filter: numbers are stored as their distances from the smallest one, each in as many bits as the
/// largest distance takes; floats as multiples of a power of ten.
struct ScaleOffset {
  private enum Kind {
    case integer
    /// Distances are counted in parts of one: `scale` of them make 1.
    case float(scale: Double)
  }

  private let kind: Kind
  /// How many elements a chunk has.
  private let count: Int
  /// How many bytes an element takes.
  private let size: Int
  private let isBigEndian: Bool
  /// The bits of the fill value, which marks elements that were never written; nil if the file has no fill value.
  private let fillBits: UInt64?

  /// - Parameter values: the filter's parameters (HDF5 Reference Manual, `H5Pset_scaleoffset`): the kind of scaling,
  ///   the power of ten, the number of elements of a chunk; their class (0: integer, 1: float), size, sign and byte
  ///   order; whether there is a fill value, and its bits from the lowest on.
  init(_ values: [UInt32]) throws(FormatError) {
    guard values.count >= 10 else { throw ScaleOffset.impossible }
    count = Int(values[2])
    size = Int(values[4])
    isBigEndian = values[6] == 1
    switch (values[0], values[3], size) {
    case (2, 0, 1), (2, 0, 2), (2, 0, 4), (2, 0, 8): kind = .integer
    case (0, 1, 4), (0, 1, 8): kind = .float(scale: pow(10, Double(Int32(bitPattern: values[1]))))
    default: throw ScaleOffset.impossible
    }
    guard values[6] <= 1 else { throw ScaleOffset.impossible }
    fillBits = values[7] == 1 ? UInt64(values[9]) << 32 | UInt64(values[8]) : nil
  }

  private static var impossible: FormatError {
    FormatError("its filter scale-offset is of an unknown kind")
  }

  /// - Parameter limit: how many bytes are needed at most.
  func undo(_ source: Bytes, limit: Int) throws(FormatError) -> Bytes {
    let count = min(count, limit / size)
    // How many bits each distance takes, how many bytes the smallest number does, which is always 8, and that number.
    let headerSize = 21
    let width = Int(try source.number(at: 0, size: 4))
    let smallest = try source.number(at: 5, size: 8)
    guard width <= 8 * size, let needed = BitReader.byteCount(count, width: width),
      needed <= source.count - headerSize
    else { throw FormatError("a part that the filter scale-offset made is too short: the file is damaged") }
    return try Bytes(count: count * size) { target throws(FormatError) in
      try source.withBuffer { source in
        let distances = UnsafeRawBufferPointer(rebasing: source[headerSize...])
        // Numbers that differ in all their bits are stored as they are, the lowest byte first.
        let isPlain = width == 8 * size
        var reader = BitReader(distances)
        for index in 0..<count {
          let bits =
            isPlain ? plain(distances, index) : element(reader.next(width), width: width, smallest: smallest)
          target.store(bits, size: size, at: index * size, isBigEndian: isBigEndian)
        }
      }
    }
  }

  private func plain(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
    (0..<size).reduce(0) { $0 | UInt64(bytes[index * size + $1]) << UInt64(8 * $1) }
  }

  /// The bits of an element. The largest distance stands for the fill value.
  private func element(_ distance: UInt64, width: Int, smallest: UInt64) -> UInt64 {
    if let fillBits, distance == 1 << UInt64(width) - 1 { return fillBits }
    switch (kind, size) {
    case (.integer, _):
      return smallest &+ distance
    case (.float(let scale), 4):
      // In the elements' own precision, as libhdf5 computes.
      let offset = Float(bitPattern: UInt32(truncatingIfNeeded: smallest))
      return UInt64((Float(distance) / Float(scale) + offset).bitPattern)
    case (.float(let scale), _):
      return (Double(distance) / scale + Double(bitPattern: smallest)).bitPattern
    }
  }
}
