/// The shuffle filter: first the first bytes of all elements, then all second ones, and so on.
enum Shuffle {
  /// Puts the bytes of each element together again. Bytes beyond the last whole element stay at the end.
  static func undo(_ source: Bytes, elementSize: Int) throws(FormatError) -> Bytes {
    let count = elementSize > 0 ? source.count / elementSize : 0
    guard elementSize > 1, count > 1 else { return source }
    return try Bytes(count: source.count) { target throws(FormatError) in
      try source.withBuffer { source in
        for byte in 0..<elementSize {
          var position = byte
          for value in source[(byte * count)..<((byte + 1) * count)] {
            target[position] = value
            position += elementSize
          }
        }
        for index in (count * elementSize)..<source.count { target[index] = source[index] }
      }
    }
  }
}
