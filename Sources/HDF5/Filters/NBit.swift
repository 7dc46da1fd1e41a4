/// The n-bit filter: only the bits of a number that count are stored, one number after the other.
enum NBit {
  /// The filter's parameters (HDF5 Reference Manual, `H5Pset_nbit`): how many they are, whether the elements are stored
  /// unchanged, the number of elements of a chunk, and their type: a class (1: a number), size, byte order, precision and
  /// offset.
  /// - Parameter limit: how many bytes are needed at most.
  static func undo(_ source: Bytes, _ values: [UInt32], limit: Int) throws(FormatError) -> Bytes {
    guard values.count > 1, values[1] == 0 else { return source }
    guard values.count >= 8, values[3] == 1 else {
      throw FormatError("its filter n-bit is not for numbers")
    }
    let size = Int(values[4])
    let isBigEndian = values[5] == 1
    let width = Int(values[6])
    let offset = Int(values[7])
    guard (1...8).contains(size), values[5] <= 1, width > 0, width <= 8 * size, offset <= 8 * size - width
    else {
      throw FormatError("its filter n-bit is not valid: the file is damaged")
    }
    let count = min(Int(values[2]), limit / size)
    guard let needed = BitReader.byteCount(count, width: width), needed <= source.count else {
      throw FormatError("a part that the filter n-bit made is too short: the file is damaged")
    }
    return try Bytes(count: count * size) { target throws(FormatError) in
      try source.withBuffer { source in
        var reader = BitReader(source)
        for index in 0..<count {
          target.store(
            reader.next(width) << UInt64(offset), size: size, at: index * size, isBigEndian: isBigEndian)
        }
      }
    }
  }
}
