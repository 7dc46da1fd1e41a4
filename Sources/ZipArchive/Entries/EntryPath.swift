/// Where an entry goes: the parts of its name, none of which leads out of the folder.
struct EntryPath: Hashable {
  /// In bytes: on Linux names are bytes, and two spellings of an `é` are two files.
  let parts: [[UInt8]]

  static let root = EntryPath(parts: [])

  static let mostParts = 64
  private static let longestPart = 255
  private static let longestPath = 2048

  struct Refusal: Error {
    let reason: String
  }

  init(parts: [[UInt8]]) { self.parts = parts }

  /// - Throws: ``Refusal`` for names that lead out of the folder, or that other systems read differently.
  init(name: String) throws(Refusal) {
    let bytes = Array(name.utf8)
    guard !bytes.isEmpty else { throw Refusal(reason: "it has no name") }
    guard !bytes.contains(0) else { throw Refusal(reason: "its name holds a NUL") }
    guard !bytes.contains(UInt8(ascii: "\\")) else {
      throw Refusal(reason: "its name holds a backslash; parts are separated by /")
    }
    guard bytes[0] != UInt8(ascii: "/"), !Self.hasDrive(bytes) else {
      throw Refusal(reason: "its name is absolute")
    }
    guard bytes.count <= Self.longestPath else {
      throw Refusal(reason: "its name is too long: \(bytes.count) bytes")
    }
    var parts: [[UInt8]] = []
    for part in bytes.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      guard !part.elementsEqual("..".utf8) else { throw Refusal(reason: "its name leads out of the folder") }
      guard part.count <= Self.longestPart else {
        throw Refusal(reason: "a part of its name is too long: \(part.count) bytes")
      }
      parts.append(Array(part))
    }
    guard parts.count <= Self.mostParts else {
      throw Refusal(reason: "it lies in \(parts.count - 1) folders")
    }
    self.parts = parts
  }

  /// `C:/...`
  private static func hasDrive(_ bytes: [UInt8]) -> Bool {
    bytes.count > 2 && bytes[1] == UInt8(ascii: ":") && bytes[2] == UInt8(ascii: "/")
  }

  var parent: EntryPath { EntryPath(parts: Array(parts.dropLast())) }

  var text: String { String(decoding: Array(parts.joined(separator: "/".utf8)), as: UTF8.self) }
}
