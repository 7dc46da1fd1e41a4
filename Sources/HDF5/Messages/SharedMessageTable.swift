/// The heaps of messages that many objects share (specification IV.A.2.p "The Shared Message Table Message"
/// and III.I "Shared Object Header Message Table").
struct SharedMessageTable {
  private let file: Superblock
  /// Each heap with a bit for each type of message that it holds.
  private var heaps: [(types: Int, address: Int)] = []

  init(_ file: Superblock) throws(FormatError) {
    self.file = file
    let space = file.space
    guard let address = file.extensionAddress,
      let message = try ObjectHeader(space, at: address).all(.sharedMessageTable).first(where: {
        !$0.isShared
      })
    else { throw FormatError("it shares messages, but the file has no table of them") }
    var cursor = space.cursor(message.content)
    _ = try cursor.version(0...0, of: "shared message table")
    let tableAddress = try cursor.definedAddress()
    let count = try cursor.integer8()
    cursor = try space.cursor(at: tableAddress)
    try cursor.signature("SMTB")
    for _ in 0..<count {
      try cursor.skip(2)  // Version and kind of the index
      let types = try cursor.integer16()
      try cursor.skip(4 + 3 * 2 + space.addressSize)  // Limits, number of messages, index
      if let heap = try cursor.address() { heaps.append((types, heap)) }
    }
    try cursor.checksum()
  }

  /// The content of a message by its identifier in the heap of its type.
  func content(_ id: Bytes, type: ObjectHeader.MessageType) throws(FormatError) -> Bytes {
    guard let heap = heaps.first(where: { $0.types >> type.rawValue & 1 == 1 }) else {
      throw FormatError("it shares a message that the file does not have")
    }
    return try file.heap(at: heap.address).object(id)
  }
}
