import Foundation
import XML

extension XMLElement {
  /// Reads a document that a client sent.
  /// - Throws: ``S3Fault/malformedXML``.
  init(document: Data) throws(S3Fault) {
    guard let root = XMLElement(parsing: Array(document)) else { throw .malformedXML }
    self = root
  }
}
