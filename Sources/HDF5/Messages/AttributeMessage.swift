/// An attribute as a header or heap holds it (specification IV.A.2.m "The Attribute Message"; versions 1 to 3).
struct AttributeMessage: Sendable {
  let name: String
  let type: DatatypeMessage
  let dataspace: Dataspace
  /// The elements, one after the other.
  let data: Bytes

  init(_ message: Bytes, _ file: Superblock) throws(FormatError) {
    var cursor = file.space.cursor(message)
    let header = try Header(&cursor)
    name = try cursor.string(header.nameSize)
    try header.pad(&cursor)
    let type = try cursor.bytes(header.typeSize)
    try header.pad(&cursor)
    let dataspace = try cursor.bytes(header.dataspaceSize)
    try header.pad(&cursor)
    self.type = try DatatypeMessage(
      header.isTypeShared
        ? SharedMessage(type, file.space).content(type: ObjectHeader.MessageType.datatype.rawValue, file)
        : type,
      file.space)
    self.dataspace = try Dataspace(
      header.isDataspaceShared
        ? SharedMessage(dataspace, file.space).content(
          type: ObjectHeader.MessageType.dataspace.rawValue, file) : dataspace,
      file.space)
    guard let size = [self.dataspace.count, self.type.size].checkedProduct, size <= cursor.remaining else {
      throw FormatError("the attribute \(name) has fewer bytes than its shape \(self.dataspace.shape) needs")
    }
    data = try cursor.bytes(size)
  }

  /// Only the name: what a search needs.
  static func name(_ message: Bytes, _ space: AddressSpace) throws(FormatError) -> String {
    var cursor = space.cursor(message)
    let header = try Header(&cursor)
    return try cursor.string(header.nameSize)
  }

  /// The fields before the name.
  private struct Header {
    let isPadded: Bool
    let isTypeShared: Bool
    let isDataspaceShared: Bool
    let nameSize: Int
    let typeSize: Int
    let dataspaceSize: Int

    init(_ cursor: inout Cursor) throws(FormatError) {
      let version = try cursor.version(1...3, of: "attribute")
      let flags = version == 1 ? 0 : try cursor.uint8()
      if version == 1 { try cursor.skip(1) }
      isPadded = version == 1
      isTypeShared = flags & 1 != 0
      isDataspaceShared = flags & 2 != 0
      nameSize = try cursor.integer16()
      typeSize = try cursor.integer16()
      dataspaceSize = try cursor.integer16()
      if version == 3 { try cursor.skip(1) }  // Character set
    }

    /// Version 1 puts each part at a multiple of 8 bytes from the first.
    func pad(_ cursor: inout Cursor) throws(FormatError) {
      if isPadded { try cursor.align() }
    }
  }
}
