/// A link as a newer group's header or heap holds it (specification IV.A.2.g "The Link Message"; version 1).
struct LinkMessage {
  let link: Link

  init(_ message: Bytes, _ space: AddressSpace) throws(FormatError) {
    var cursor = space.cursor(message)
    _ = try cursor.version(1...1, of: "link")
    let flags = try cursor.uint8()
    let type = flags & 8 != 0 ? try cursor.integer8() : 0
    let creationOrder = flags & 4 != 0 ? try cursor.integer(size: 8) : nil
    if flags & 16 != 0 { try cursor.skip(1) }  // Character set
    let nameSize = try cursor.integer(size: 1 << Int(flags & 3))
    let name = try cursor.bytes(nameSize).string
    let target: Link.Target
    switch type {
    case 0:
      target = .hard(address: try cursor.definedAddress())
    case 1:
      target = .soft(path: try cursor.string(cursor.integer16()))
    case 64:
      // A byte of version and flags, then two names that end with a zero byte.
      var value = space.cursor(try cursor.bytes(cursor.integer16()))
      try value.skip(1)
      target = .external(file: try value.terminatedString(), path: try value.terminatedString())
    default:
      target = .other(type: type)
    }
    link = Link(name: name, creationOrder: creationOrder, target: target)
  }
}
