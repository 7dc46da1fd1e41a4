import Foundation
import XML

/// Writes the small documents that S3 answers with. Clients that cannot read references to control characters ask for
/// `encoding-type=url`.
struct XMLWriter {
  static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

  private var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  var data: Data { Data(text.utf8) }

  mutating func element(_ name: String, _ value: String) {
    text += "<\(name)>\(XMLText.escape(value))</\(name)>"
  }

  mutating func element(_ name: String, _ value: Int) { element(name, String(value)) }

  mutating func element(_ name: String, _ value: Bool) { element(name, value ? "true" : "false") }

  /// The content of the element that is being written.
  mutating func text(_ value: String) { text += XMLText.escape(value) }

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
}
