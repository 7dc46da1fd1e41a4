extension UnsafeRawBufferPointer {
  /// A number of one to four bytes; nil past the end.
  func integer(at offset: Int, bytes count: Int, isLittle: Bool = false) -> Int? {
    guard offset >= 0, offset <= self.count - count else { return nil }
    var value = 0
    for index in 0..<count {
      value = value << 8 | Int(self[offset + (isLittle ? count - 1 - index : index)])
    }
    return value
  }
}
