import Digests
import S3
import System

/// The secret of `THIMBLE_MARKER_KEY`, by which a function recognises its own markers: an uploader can set an image's
/// metadata too, and could otherwise pass labels of their own off as results.
///
/// An entry's code covers the object's place, the configuration, the image and the results as they are written, so
/// that neither another object's marker nor another text beside it is believed.
struct MarkerKey: Sendable {
  /// Of a code: as many as an image digest has.
  private static let digits = 16

  private let key: [UInt8]

  init(_ secret: String) { key = Array(secret.utf8) }

  /// - Parameter results: names and values, in any order.
  func code(
    _ place: S3Location, configuration: String, image: String, results: [(name: String, value: String)]
  ) -> String {
    var text = "\(place.bucket)\0\(place.key)\0\(configuration)\0\(image)"
    for (name, value) in results.sorted(by: { $0.name < $1.name }) {
      text += "\0\(name)=\(Self.comparable(value))"
    }
    return String(Digest.hmac(key: key, text).hex.prefix(Self.digits))
  }

  /// HTTP does not keep white space at the ends of a value, and servers differ in what is inside.
  private static func comparable(_ value: String) -> String {
    value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
