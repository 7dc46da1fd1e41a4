/// What groups and datasets have in common: a header, and attributes.
struct DataObject: Sendable {
  let file: HDF5File
  /// The path by which the object was reached.
  let path: String
  let header: ObjectHeader

  init(_ file: HDF5File, path: String, address: Int) throws(FormatError) {
    self.file = file
    self.path = path
    header = try ObjectHeader(file.superblock.space, at: address)
  }

  /// The attribute of a name; nil if it does not exist.
  func attribute(_ name: String) throws(HDF5Error) -> HDF5Attribute? {
    func object() -> String { "\(path)@\(name)" }
    return try file.locating(object()) { () throws(FormatError) in
      guard let message = try AttributeTable(header, file.superblock).message(name) else { return nil }
      return HDF5Attribute(file: file, object: object(), try AttributeMessage(message, file.superblock))
    }
  }

  /// The names of all attributes.
  func attributeNames() throws(HDF5Error) -> [String] {
    try file.locating(path) { () throws(FormatError) in try AttributeTable(header, file.superblock).names() }
  }
}
