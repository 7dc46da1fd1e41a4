import JSON
import S3

/// A new or replaced object, as an event reports it.
struct ObjectEvent: Equatable {
  let location: S3Location
  /// Whether the event says that the object was made by a copy, which is how results are written too.
  var isCopy = false
  /// Bytes; nil where the event does not tell.
  var size: Int?

  init(_ location: S3Location, isCopy: Bool = false, size: Int? = nil) {
    self.location = location
    self.isCopy = isCopy
    self.size = size
  }

  /// A size as it stands in an event: a number, in Ceph's documentation as text.
  static func size(_ value: JSONValue?) -> Int? {
    let size = value?.integer ?? value?.string.flatMap { Int($0) }
    return size.flatMap { $0 < 0 ? nil : $0 }
  }

  /// A version as it stands in an event: buckets without versions have none, or an empty text (Ceph).
  static func versionID(_ value: JSONValue?) -> String? {
    value?.string.flatMap { $0.isEmpty ? nil : $0 }
  }
}
