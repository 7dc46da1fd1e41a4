import JSON
import S3

/// A new or replaced object, as an event reports it.
struct ObjectEvent: Equatable {
  let location: S3Location
  /// Whether the event says that the object was made by a copy, which is how results are written too.
  var isCopy = false

  init(_ location: S3Location, isCopy: Bool = false) {
    self.location = location
    self.isCopy = isCopy
  }

  /// A version as in an event: buckets without versions have none, or an empty string (Ceph).
  static func versionID(_ value: JSONValue?) -> String? {
    value?.string.flatMap { $0.isEmpty ? nil : $0 }
  }
}
