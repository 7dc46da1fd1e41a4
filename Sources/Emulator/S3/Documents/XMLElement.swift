import Foundation

/// An element of the small documents that S3 clients send. Namespaces are dropped; a document type is
/// refused, so there are no entities but XML's own five.
struct XMLElement {
  var name: String
  var text = ""
  var children: [XMLElement] = []

  /// - Throws: ``S3Fault/malformedXML``.
  init(parsing data: Data) throws(S3Fault) {
    var parser = Parser(bytes: Array(data))
    self = try parser.document()
  }

  fileprivate init(name: String) { self.name = name }

  func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The text of the child of that name.
  subscript(name: String) -> String? { child(name)?.text }
}

private struct Parser {
  private static let depthLimit = 16

  var bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(S3Fault) -> XMLElement {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try skipProlog()
    let root = try element(depth: 0)
    try skipProlog()
    guard position == bytes.count else { throw .malformedXML }
    return root
  }

  /// White space, processing instructions and comments.
  private mutating func skipProlog() throws(S3Fault) {
    while position < bytes.count {
      if isSpace(bytes[position]) {
        position += 1
      } else if starts("<?") {
        try skip(past: "?>")
      } else if starts("<!--") {
        try skip(past: "-->")
      } else {
        return
      }
    }
  }

  private mutating func element(depth: Int) throws(S3Fault) -> XMLElement {
    guard depth < Self.depthLimit, starts("<"), !starts("<!") else { throw .malformedXML }
    position += 1
    let qualifiedName = take { !isSpace($0) && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") }
    guard !qualifiedName.isEmpty else { throw .malformedXML }
    var element = XMLElement(name: localName(qualifiedName))
    guard try !skipAttributes() else { return element }
    while true {
      element.text += try decodeReferences(take { $0 != UInt8(ascii: "<") })
      if starts("</") {
        position += 2
        let end = take { !isSpace($0) && $0 != UInt8(ascii: ">") }
        _ = take(isSpace)
        guard end == qualifiedName, starts(">") else { throw .malformedXML }
        position += 1
        if !element.children.isEmpty { element.text = "" }
        return element
      } else if starts("<!--") {
        try skip(past: "-->")
      } else if starts("<![CDATA[") {
        position += 9
        let start = position
        try skip(past: "]]>")
        element.text += String(decoding: bytes[start..<position - 3], as: UTF8.self)
      } else {
        element.children.append(try self.element(depth: depth + 1))
      }
    }
  }

  /// Skips to behind the tag's end.
  /// - Returns: whether the element is empty (`/>`).
  private mutating func skipAttributes() throws(S3Fault) -> Bool {
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
    throw .malformedXML
  }

  private func decodeReferences(_ text: String) throws(S3Fault) -> String {
    guard text.contains("&") else { return text }
    var result = ""
    var rest = text[...]
    while let ampersand = rest.firstIndex(of: "&") {
      result += rest[..<ampersand]
      guard let end = rest[ampersand...].firstIndex(of: ";") else { throw .malformedXML }
      let name = rest[rest.index(after: ampersand)..<end]
      switch name {
      case "amp": result += "&"
      case "lt": result += "<"
      case "gt": result += ">"
      case "quot": result += "\""
      case "apos": result += "'"
      default:
        let code = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst(1))
        guard name.hasPrefix("#"), let code, let scalar = Unicode.Scalar(code) else { throw .malformedXML }
        result.unicodeScalars.append(scalar)
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private func localName(_ name: String) -> String {
    name.split(separator: ":").last.map(String.init) ?? name
  }

  private mutating func take(_ isWanted: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, isWanted(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func starts(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  private mutating func skip(past text: String) throws(S3Fault) {
    while position < bytes.count, !starts(text) { position += 1 }
    guard position < bytes.count else { throw .malformedXML }
    position += text.utf8.count
  }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
