/// The attributes of one object.
struct AttributeTable {
  private let file: Superblock
  private let header: ObjectHeader

  init(_ header: ObjectHeader, _ file: Superblock) throws(Problem) {
    self.header = header
    self.file = file
  }

  /// The message of the attribute of a name; nil: there is none.
  func message(_ name: String) throws(Problem) -> Bytes? {
    for message in header.all(.attribute) {
      let content = try message.resolved(file)
      if try AttributeMessage.name(content, file.space) == name { return content }
    }
    return nil
  }

  func names() throws(Problem) -> [String] {
    var names: [String] = []
    for message in header.all(.attribute) {
      names.append(try AttributeMessage.name(message.resolved(file), file.space))
    }
    return names
  }
}
