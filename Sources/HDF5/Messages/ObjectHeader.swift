/// All messages of an object (specification IV.A.1 "Data Object Headers"; versions 1 and 2).
struct ObjectHeader: Sendable {
  /// One message, its content not yet interpreted.
  struct Message: Sendable {
    let type: Int
    /// Whether `content` says where the message is, instead of being the message.
    let isShared: Bool
    /// Counts up with each attribute that the object got, where that is tracked; else 0.
    let creationOrder: Int
    let content: Bytes
  }

  /// Types of messages (specification IV.A.2).
  enum MessageType: Int {
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case oldFillValue = 0x04
    case fillValue = 0x05
    case link = 0x06
    case externalFiles = 0x07
    case dataLayout = 0x08
    case filterPipeline = 0x0B
    case attribute = 0x0C
    case sharedMessageTable = 0x0F
    case continuation = 0x10
    case symbolTable = 0x11
    case attributeInfo = 0x15
    case cacheImage = 0x18
  }

  let address: Int
  private(set) var messages: [Message] = []
  /// Whether attributes count up in the order of their creation.
  private(set) var tracksAttributeCreation = false

  init(_ space: AddressSpace, at address: Int) throws(FormatError) {
    self.address = address
    var cursor = try space.cursor(at: address)
    var budget = space.budget
    // Blocks of messages that continuation messages announced.
    var pending: [(address: Int, size: Int)] = []
    let format: Format
    if try space.cursor(at: address).startsWith("OHDR") {
      let block: Bytes
      (format, block) = try ObjectHeader.prefix2(&cursor)
      try add(space.cursor(block), format, &pending)
    } else {
      format = .version1
      let version = try cursor.integer8()
      guard version == 1 else { throw FormatError("there is no object header at \(address)") }
      try cursor.skip(7)
      let size = try cursor.integer32()
      try cursor.align()
      try budget.spend(size)
      try add(space.cursor(cursor.bytes(size)), format, &pending)
    }
    tracksAttributeCreation = format == .version2(hasCreationOrder: true)
    while let next = pending.popLast() {
      try budget.spend(max(next.size, 1))
      var cursor = try space.cursor(at: next.address, size: next.size)
      if format == .version1 {
        try add(cursor, format, &pending)
      } else {
        try cursor.signature("OCHK")
        let block = try cursor.bytes(max(0, next.size - 8))
        try cursor.checksum()
        try add(space.cursor(block), format, &pending)
      }
    }
  }

  /// How the header of a message looks.
  private enum Format: Equatable {
    case version1
    case version2(hasCreationOrder: Bool)
  }

  /// Reads version 2's prefix and cuts out its first block of messages.
  private static func prefix2(_ cursor: inout Cursor) throws(FormatError) -> (Format, Bytes) {
    try cursor.signature("OHDR")
    _ = try cursor.version(2...2, of: "object header")
    let flags = try cursor.uint8()
    if flags & 0x20 != 0 { try cursor.skip(16) }  // Times
    if flags & 0x10 != 0 { try cursor.skip(4) }  // When attributes become dense
    let size = try cursor.integer(size: 1 << Int(flags & 3))
    let block = try cursor.bytes(size)
    try cursor.checksum()
    return (.version2(hasCreationOrder: flags & 4 != 0), block)
  }

  /// Adds the messages of one block.
  private mutating func add(
    _ block: Cursor, _ format: Format, _ pending: inout [(address: Int, size: Int)]
  ) throws(FormatError) {
    var block = block
    let headerSize =
      switch format {
      case .version1: 8
      case .version2(let hasCreationOrder): hasCreationOrder ? 6 : 4
      }
    // Less than a message's header is a gap.
    while block.remaining >= headerSize {
      let type = format == .version1 ? try block.integer16() : try block.integer8()
      let size = try block.integer16()
      let flags = try block.uint8()
      if format == .version1 { try block.skip(3) }
      let creationOrder = headerSize == 6 ? try block.integer16() : 0
      let content = try block.bytes(size)
      if type == MessageType.continuation.rawValue {
        var cursor = Cursor(content, addressSize: block.addressSize, lengthSize: block.lengthSize)
        pending.append((try cursor.definedAddress(), try cursor.length()))
      } else if type != 0 {
        guard type <= 0x18 || flags & 0x80 == 0 else {
          throw FormatError("it has a message of the unknown type \(type) that must be understood")
        }
        messages.append(
          Message(type: type, isShared: flags & 2 != 0, creationOrder: creationOrder, content: content))
      }
    }
  }

  /// All messages of a type.
  func all(_ type: MessageType) -> some Sequence<Message> {
    messages.lazy.filter { $0.type == type.rawValue }
  }

  /// The content of the first message of a type, wherever it is kept; nil if there is no such message.
  func content(_ type: MessageType, _ file: Superblock) throws(FormatError) -> Bytes? {
    for message in all(type) { return try message.resolved(file) }
    return nil
  }
}

extension ObjectHeader.Message {
  /// The message's own content, if necessary from where it is shared.
  func resolved(_ file: Superblock) throws(FormatError) -> Bytes {
    isShared ? try SharedMessage(content, file.space).content(type: type, file) : content
  }
}
