/// Follows paths from link to link.
struct LinkWalk {
  private let file: HDF5File
  /// What is sought, for messages.
  private let goal: String
  /// Soft links may go in circles; libhdf5 follows 16, too.
  private var softLinks = 16
  /// Paths may lead through the same group again and again: one of 800 KB takes 400,000 steps.
  private var names = LinkWalk.nameLimit

  private static let nameLimit = 1024

  init(_ file: HDF5File, to goal: String) {
    self.file = file
    self.goal = goal
  }

  /// What a path leads to; nil: a name on the way does not exist.
  mutating func follow(_ path: String, from group: HDF5Group) throws(HDF5Error) -> HDF5Object? {
    var object = HDF5Object.group(path.utf8.first == UInt8(ascii: "/") ? try file.root : group)
    var rest = path.utf8[...]
    while !rest.isEmpty {
      let part = rest.prefix { $0 != UInt8(ascii: "/") }
      rest = rest[part.endIndex...].dropFirst()
      let name = String(Substring(part))
      if name.isEmpty || name == "." { continue }
      guard case .group(let group) = object, let next = try step(name, from: group) else { return nil }
      object = next
    }
    return object
  }

  private mutating func step(_ name: String, from group: HDF5Group) throws(HDF5Error) -> HDF5Object? {
    guard names > 0 else {
      throw HDF5Error(
        path: file.path, object: goal, reason: "the path to it has more than \(LinkWalk.nameLimit) names")
    }
    names -= 1
    let path = (group.path == "/" ? "" : group.path) + "/" + name
    guard let link = try file.locating(path, { () throws(FormatError) in try group.link(name) }) else {
      return nil
    }
    switch link.target {
    case .hard(let address):
      return try file.locating(path) { () throws(FormatError) in
        try HDF5Object(file, path: path, address: address)
      }
    case .soft(let target):
      guard softLinks > 0 else {
        throw HDF5Error(path: file.path, object: path, reason: "it is a chain of more than 16 soft links")
      }
      softLinks -= 1
      return try follow(target, from: group)
    case .external(let other, let target):
      throw HDF5Error(
        path: file.path, object: path,
        reason: "it is a link to \(target) in another file, \(other): copy that object into this file")
    case .other(let type):
      throw HDF5Error(path: file.path, object: path, reason: "it is a link of the unknown type \(type)")
    }
  }
}

extension HDF5Object {
  /// Tells by the messages in its header what an object is.
  fileprivate init(_ file: HDF5File, path: String, address: Int) throws(FormatError) {
    let object = try DataObject(file, path: path, address: address)
    func has(_ type: ObjectHeader.MessageType) -> Bool {
      object.header.messages.contains { $0.type == type.rawValue }
    }
    if has(.dataLayout) {
      self = .dataset(try HDF5Dataset(object))
    } else if has(.symbolTable) || has(.linkInfo) || has(.link) {
      self = .group(try HDF5Group(object))
    } else if let type = try object.header.content(.datatype, file.superblock) {
      self = .datatype(try DatatypeMessage(type, file.superblock.space).type)
    } else {
      throw FormatError("it is neither a group nor a dataset nor a datatype")
    }
  }
}
