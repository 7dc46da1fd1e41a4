/// Where a dataset's values are (specification IV.A.2.i "The Data Layout Message"; versions 1 to 5).
enum DataLayout: Sendable {
  /// In the object header itself.
  case compact(Bytes)
  /// In one run; without an address nothing was ever written. `size` is nil where the message does not have it.
  case contiguous(address: Int?, size: Int?)
  case chunked(ChunkedLayout)
  /// In other datasets.
  case virtual

  init(_ message: Bytes, _ space: AddressSpace) throws(FormatError) {
    var cursor = space.cursor(message)
    switch try cursor.version(1...5, of: "data layout") {
    case 1, 2: self = try DataLayout.old(&cursor)
    case let version: self = try DataLayout.new(&cursor, version)
    }
  }

  private static func old(_ cursor: inout Cursor) throws(FormatError) -> DataLayout {
    let rank = try cursor.integer8()
    let layoutClass = try cursor.integer8()
    try cursor.skip(5)
    let address = layoutClass == 0 ? nil : try cursor.address()
    var sizes: [Int] = []
    for _ in 0..<rank { sizes.append(try cursor.integer32()) }
    switch layoutClass {
    case 0: return .compact(try cursor.bytes(cursor.integer32()))
    case 1: return .contiguous(address: address, size: nil)
    case 2:
      return .chunked(try ChunkedLayout(sizes, treeAddress: address))
    default: throw FormatError("its data layout is of the unknown class \(layoutClass)")
    }
  }

  private static func new(_ cursor: inout Cursor, _ version: Int) throws(FormatError) -> DataLayout {
    switch try cursor.integer8() {
    case 0:
      return .compact(try cursor.bytes(cursor.integer16()))
    case 1:
      return .contiguous(address: try cursor.address(), size: try cursor.length())
    case 2 where version == 3:
      let rank = try cursor.integer8()
      let address = try cursor.address()
      var sizes: [Int] = []
      for _ in 0..<rank { sizes.append(try cursor.integer32()) }
      return .chunked(try ChunkedLayout(sizes, treeAddress: address))
    case 2: return .chunked(try ChunkedLayout(&cursor))
    case 3: return .virtual
    case let layoutClass: throw FormatError("its data layout is of the unknown class \(layoutClass)")
    }
  }
}
