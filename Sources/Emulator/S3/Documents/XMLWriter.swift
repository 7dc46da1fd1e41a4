import Foundation

/// Writes the small documents that S3 answers with.
struct XMLWriter {
  static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

  private var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  var data: Data { Data(text.utf8) }

  mutating func element(_ name: String, _ value: String) {
    text += "<\(name)>\(Self.escape(value))</\(name)>"
  }

  mutating func element(_ name: String, _ value: Int) { element(name, String(value)) }

  mutating func element(_ name: String, _ value: Bool) { element(name, value ? "true" : "false") }

  /// The content of the element that is being written.
  mutating func text(_ value: String) { text += Self.escape(value) }

  /// - Parameter isRoot: whether to name S3's namespace.
  mutating func element<E: Error>(
    _ name: String, isRoot: Bool = false, _ content: (inout XMLWriter) throws(E) -> Void
  ) throws(E) {
    text += isRoot ? "<\(name) xmlns=\"\(Self.namespace)\">" : "<\(name)>"
    try content(&self)
    text += "</\(name)>"
  }

  /// An element with a type of XML Schema's: `xsi:type`.
  mutating func element(_ name: String, schemaType: String, _ content: (inout XMLWriter) -> Void) {
    text += "<\(name) xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"\(schemaType)\">"
    content(&self)
    text += "</\(name)>"
  }

  /// Characters that XML 1.0 cannot hold are written as references, as S3 does; clients that cannot read them
  /// ask for `encoding-type=url`.
  private static func escape(_ value: String) -> String {
    var result = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case _ where scalar.value < 0x20 && scalar != "\t" && scalar != "\n": result += "&#x\(hex(scalar));"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func hex(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16) }
}
