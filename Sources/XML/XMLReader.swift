/// Reads a document from its first byte to its last (https://www.w3.org/TR/xml/). Each function is nil where what it
/// reads is not well-formed.
struct XMLReader {
  private static let depthLimit = 16

  private let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() -> XMLElement? {
    _ = skip("\u{FEFF}")
    guard skipMisc(), let root = element(depth: 0), skipMisc(), position == bytes.count else { return nil }
    return root
  }

  /// White space, processing instructions and comments, around the root.
  /// - Returns: false where one does not end.
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
    guard depth < Self.depthLimit, skip("<"), let name = takeName(), let isEmpty = skipAttributes() else {
      return nil
    }
    var element = XMLElement(name: name.split(separator: ":").last.map(String.init) ?? name)
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

  /// To behind the tag's end.
  /// - Returns: whether the tag is that of an empty element (`/>`).
  private mutating func skipAttributes() -> Bool? {
    var quote: UInt8?
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "<") { return nil }
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
      switch rest[rest.index(after: start)..<end] {
      case "amp": result += "&"
      case "lt": result += "<"
      case "gt": result += ">"
      case "quot": result += "\""
      case "apos": result += "'"
      case let name:
        guard let scalar = character(name) else { return nil }
        result.unicodeScalars.append(scalar)
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// `#233` or `#xE9`.
  private static func character(_ reference: Substring) -> Unicode.Scalar? {
    let isHex = reference.hasPrefix("#x")
    let digits = reference.dropFirst(isHex ? 2 : 1)
    // The conversion would also take a sign.
    guard reference.hasPrefix("#"), digits.first?.isHexDigit == true else { return nil }
    return UInt32(digits, radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init)
  }

  private mutating func takeName() -> String? {
    let name = take { !Self.isSpace($0) && !"</>".utf8.contains($0) }
    // What begins with one of these is a declaration or an instruction, which have no place within an element.
    return name.isEmpty || name.hasPrefix("!") || name.hasPrefix("?") ? nil : name
  }

  private mutating func take(_ isWanted: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, isWanted(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// - Returns: what is before `end`.
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

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
}
