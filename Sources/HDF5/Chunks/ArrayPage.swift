/// A run of elements of a fixed or extensible array.
struct ArrayPage {
  private let space: AddressSpace
  private let elementSize: Int

  init(_ space: AddressSpace, elementSize: Int) {
    self.space = space
    self.elementSize = elementSize
  }

  /// Visits elements that follow one another, the first of which has the index `first`.
  func read(
    _ cursor: inout Cursor, count: Int, first: Int,
    _ visit: (_ index: Int, _ element: Cursor) throws(FormatError) -> Void
  ) throws(FormatError) {
    guard count <= cursor.remaining / elementSize else {
      throw FormatError("its list of \(count) chunks reaches beyond the end of the file")
    }
    for index in 0..<count { try visit(first + index, space.cursor(cursor.bytes(elementSize))) }
  }
}

extension Bytes {
  /// A bit, counted from the first byte's most significant one; not set beyond the end.
  func bit(_ index: Int) throws(FormatError) -> Bool {
    guard index / 8 < count else { return false }
    return try number(at: index / 8, size: 1) & 0x80 >> UInt64(index % 8) != 0
  }
}
