/// An element of the small documents that S3 answers with. Namespaces are dropped; a document type is refused,
/// so there are no entities but XML's own five.
struct XMLElement {
  private static let depthLimit = 16

  var name: String
  /// Of an element without children.
  var text = ""
  var children: [XMLElement] = []

  /// - Returns: nil where it is not a whole document of that kind.
  init?(parsing bytes: [UInt8]) {
    var reader = XMLReader(bytes: bytes)
    guard let root = reader.document() else { return nil }
    self = root
  }

  fileprivate init(name: String) { self.name = name }

  func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The text of the child of that name.
  subscript(name: String) -> String? { child(name)?.text }

  fileprivate struct XMLReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }
  }
}

extension XMLElement.XMLReader {
  fileprivate mutating func document() -> XMLElement? {
    _ = skip("\u{FEFF}")
    guard skipMisc(), let root = element(depth: 0), skipMisc(), position == bytes.count else { return nil }
    return root
  }

  /// White space, processing instructions and comments, around the root.
  private mutating func skipMisc() -> Bool {
    while true {
      _ = take(Self.isSpace)
      if skip("<?") {
        guard take(through: "?>") != nil else { return false }
      } else if skip("<!--") {
        guard take(through: "-->") != nil else { return false }
      } else {
        return true
      }
    }
  }

  private mutating func element(depth: Int) -> XMLElement? {
    guard depth < XMLElement.depthLimit, skip("<") else { return nil }
    let name = takeName()
    guard !name.isEmpty, let isEmpty = skipAttributes() else { return nil }
    var element = XMLElement(name: String(name.split(separator: ":").last ?? ""))
    if isEmpty { return element }
    while position < bytes.count {
      if skip("</") {
        guard takeName() == name else { return nil }
        _ = take(Self.isSpace)
        if !element.children.isEmpty { element.text = "" }
        return skip(">") ? element : nil
      } else if skip("<!--") {
        guard take(through: "-->") != nil else { return nil }
      } else if skip("<![CDATA[") {
        guard let text = take(through: "]]>") else { return nil }
        element.text += text
      } else if bytes[position] == UInt8(ascii: "<") {
        guard let child = self.element(depth: depth + 1) else { return nil }
        element.children.append(child)
      } else {
        guard let text = Self.decodeReferences(take { $0 != UInt8(ascii: "<") }) else { return nil }
        element.text += text
      }
    }
    return nil
  }

  /// - Returns: whether the tag is that of an empty element (`/>`); nil where it does not end.
  private mutating func skipAttributes() -> Bool? {
    var quote: UInt8?
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return bytes[position - 2] == UInt8(ascii: "/")
      }
    }
    return nil
  }

  private static func decodeReferences(_ text: String) -> String? {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      guard let end = rest[start...].firstIndex(of: ";") else { return nil }
      let name = rest[rest.index(after: start)..<end]
      switch name {
      case "amp": result += "&"
      case "lt": result += "<"
      case "gt": result += ">"
      case "quot": result += "\""
      case "apos": result += "'"
      default:
        guard name.hasPrefix("#") else { return nil }
        let isHex = name.hasPrefix("#x")
        let code = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10)
        guard let scalar = code.flatMap(Unicode.Scalar.init) else { return nil }
        result.unicodeScalars.append(scalar)
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private mutating func takeName() -> String {
    take {
      !Self.isSpace($0) && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "<")
    }
  }

  private mutating func take(_ isWanted: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, isWanted(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// - Returns: what is before `end`; nil where it does not come.
  private mutating func take(through end: String) -> String? {
    let start = position
    while position < bytes.count {
      if skip(end) {
        return String(decoding: bytes[start..<position - end.utf8.count], as: UTF8.self)
      }
      position += 1
    }
    return nil
  }

  private mutating func skip(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
