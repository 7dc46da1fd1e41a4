/// A type as a file describes it (specification IV.A.2.d "The Datatype Message"; versions 1 to 5).
struct DatatypeMessage: Sendable {
  let type: Datatype
  /// How many bytes an element takes; for variable lengths those of the reference.
  let size: Int

  init(_ message: Bytes, _ space: AddressSpace) throws(FormatError) {
    var cursor = space.cursor(message)
    self = try DatatypeMessage(&cursor, depth: 0)
  }

  /// - Parameter depth: in how many other types this one is.
  private init(_ cursor: inout Cursor, depth: Int) throws(FormatError) {
    guard depth < 16 else { throw FormatError("its type is nested too deeply") }
    let classAndVersion = try cursor.integer8()
    let version = classAndVersion >> 4
    guard (1...5).contains(version) else { throw FormatError("its type has the unknown version \(version)") }
    let flags = try cursor.integer(size: 3)
    let size = try cursor.integer32()
    guard size > 0 else { throw FormatError("its type has elements of 0 bytes") }
    self.size = size
    switch classAndVersion & 15 {
    case 0:
      type = try DatatypeMessage.integer(&cursor, flags, size)
    case 1:
      type = try DatatypeMessage.float(&cursor, flags, size)
    case 3:
      let padding: [Datatype.Padding] = [.nullTerminated, .null, .space]
      guard flags & 15 < padding.count else { throw FormatError("its strings have an unknown padding") }
      type = .string(size: size, padding: padding[flags & 15])
    case 5:
      type = .opaque(size: size, tag: try cursor.string(min(flags & 255, cursor.remaining)))
    case 8:
      type = try DatatypeMessage.enumeration(&cursor, flags, size, version, depth)
    case 9:
      let element = try DatatypeMessage(&cursor, depth: depth + 1)
      guard size == 8 + cursor.addressSize else {
        throw FormatError("its references to variable lengths take \(size) bytes")
      }
      type = flags & 15 == 1 ? .variableString : .sequence(element: element.type)
    case 10:
      type = try DatatypeMessage.array(&cursor, size, version, depth)
    case let kind:
      type = .other(class: kind, size: size)
    }
  }

  private static func integer(_ cursor: inout Cursor, _ flags: Int, _ size: Int) throws(FormatError)
    -> Datatype
  {
    let offset = try cursor.integer16()
    let precision = try cursor.integer16()
    guard size <= 8, precision > 0, offset + precision <= 8 * size else {
      return .other(class: 0, size: size)
    }
    let isSigned = flags & 8 != 0
    let order: Datatype.ByteOrder = flags & 1 == 0 ? .little : .big
    return precision == 8 * size
      ? .integer(size: size, isSigned: isSigned, order: order)
      : .partialInteger(size: size, isSigned: isSigned, order: order, bits: offset..<(offset + precision))
  }

  private static func float(_ cursor: inout Cursor, _ flags: Int, _ size: Int) throws(FormatError) -> Datatype
  {
    let offset = try cursor.integer16()
    let precision = try cursor.integer16()
    let format = Datatype.FloatFormat(
      size: size, order: flags & 1 == 0 ? .little : .big, signBit: flags >> 8 & 255,
      exponentBit: try cursor.integer8(), exponentBits: try cursor.integer8(),
      fractionBit: try cursor.integer8(), fractionBits: try cursor.integer8(),
      exponentBias: try cursor.integer32())
    // Normalisation 2: the leading bit is 1 and not stored. Bit 6 is set for the VAX's byte order.
    let isKnown = flags >> 4 & 3 == 2 && flags & 0x40 == 0 && size <= 8 && offset + precision <= 8 * size
    return isKnown && format.isPlausible ? .float(format) : .other(class: 1, size: size)
  }

  private static func enumeration(
    _ cursor: inout Cursor, _ flags: Int, _ size: Int, _ version: Int, _ depth: Int
  ) throws(FormatError) -> Datatype {
    let base = try DatatypeMessage(&cursor, depth: depth + 1)
    guard base.size == size else { throw FormatError("its enumeration is not of its base type's size") }
    var names: [String] = []
    for _ in 0..<(flags & 0xFFFF) {
      let start = cursor.position
      names.append(try cursor.terminatedString())
      // Up to version 2 names take multiples of 8 bytes.
      if version < 3 { try cursor.skip((8 - (cursor.position - start) % 8) % 8) }
    }
    try cursor.skip(names.count * size)
    return .enumeration(base: base.type, names: names)
  }

  private static func array(
    _ cursor: inout Cursor, _ size: Int, _ version: Int, _ depth: Int
  ) throws(FormatError) -> Datatype {
    let rank = try cursor.integer8()
    if version < 3 { try cursor.skip(3) }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try cursor.integer32()) }
    if version < 3 { try cursor.skip(4 * rank) }  // Permutation, always the identity
    let element = try DatatypeMessage(&cursor, depth: depth + 1)
    guard (shape + [element.size]).checkedProduct == size else {
      throw FormatError("its array type is not of the size of its elements")
    }
    return .array(element: element.type, shape: shape)
  }
}

extension Datatype.FloatFormat {
  /// Whether the parts lie inside the number, and a Double can hold them.
  fileprivate var isPlausible: Bool {
    signBit < 8 * size && exponentBit + exponentBits <= 8 * size && fractionBit + fractionBits <= 8 * size
      && (1...15).contains(exponentBits) && (1...52).contains(fractionBits) && exponentBias < 1 << 15
  }
}
