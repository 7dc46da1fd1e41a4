/// Where a message is that several objects use, e.g. a committed datatype (specification IV.A.2 "Shared
/// Message"; versions 1 to 3).
struct SharedMessage {
  private enum Place {
    /// Another object's header.
    case object(address: Int)
    /// A heap of the file's shared messages.
    case heap(id: Bytes)
  }

  private let place: Place

  init(_ content: Bytes, _ space: AddressSpace) throws(FormatError) {
    var cursor = space.cursor(content)
    let version = try cursor.version(1...3, of: "shared message")
    let type = try cursor.integer8()
    if version == 1 { try cursor.skip(6) }
    if version == 3 && type == 1 {
      place = .heap(id: try cursor.bytes(8))
    } else {
      place = .object(address: try cursor.definedAddress())
    }
  }

  /// The content of the message itself.
  func content(type: Int, _ file: Superblock) throws(FormatError) -> Bytes {
    switch place {
    case .object(let address):
      let header = try ObjectHeader(file.space, at: address)
      guard let message = header.messages.first(where: { $0.type == type }), !message.isShared else {
        throw FormatError("the object at \(address) lacks the message of type \(type) that it should share")
      }
      return message.content
    case .heap(let id):
      guard let type = ObjectHeader.MessageType(rawValue: type) else {
        throw FormatError("it shares a message of the unknown type \(type)")
      }
      return try SharedMessageTable(file).content(id, type: type)
    }
  }
}
