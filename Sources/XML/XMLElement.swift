/// An element of the small documents that S3 and its clients send each other. Namespaces are dropped; a document type
/// is refused, so there are no entities but XML's own five.
public struct XMLElement: Sendable {
  public var name: String
  /// Of an element without children.
  public var text = ""
  public var children: [XMLElement] = []

  /// - Parameter bytes: a whole document in UTF-8.
  /// - Returns: nil where it is not well-formed, or nested more than 16 deep.
  public init?(parsing bytes: [UInt8]) {
    var reader = XMLReader(bytes: bytes)
    guard let root = reader.document() else { return nil }
    self = root
  }

  init(name: String) { self.name = name }

  public func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  public func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The text of the child of that name.
  public subscript(name: String) -> String? { child(name)?.text }
}
