import S3
import TestSupport

@testable import Classifier

/// What tests of one object's way share.
enum Tagging {
  static let red = Picture.png(red: 255, green: 102, blue: 51)
  static let blue = Picture.png(red: 0, green: 51, blue: 204)
  static let path = "/images/a.png"
  static let object = S3Location(bucket: "images", key: "a.png")

  /// The mean of red, green and blue.
  static func text(_ more: String = "", write: String = "to: 'metadata'") -> String {
    "{models: [{name: 'colour', source: 'means.h5', labels: ['red', 'green', 'blue']\(more)}], write: {\(write)}}"
  }
}

extension FakeS3 {
  func tagger(
    _ text: String = Tagging.text(), limit: Int = 1 << 20, bodies: Int = 64 << 20, key: String? = nil,
    retry: RetryPolicy = .none
  ) throws -> ImageTagger {
    let store = try ModelStore(roots: [Fixtures.directory("Classifier")], environment: environment)
    return try ImageTagger(
      configuration: Configuration(json: text.utf8, file: "thimble.json"), store: store,
      s3: S3Client(environment: environment, retry: retry), fileLimit: limit, bodies: bodies,
      markerKey: key.map(MarkerKey.init))
  }

  /// Without `x-amz-meta-`.
  func metadata(_ path: String = Tagging.path) -> [String: String] {
    let headers = (self[path]?.headers ?? [:]).filter { $0.key.hasPrefix("x-amz-meta-") }
    return Dictionary(uniqueKeysWithValues: headers.map { (String($0.key.dropFirst(11)), $0.value) })
  }
}

extension ImageTagger {
  /// Looks at one object, one of several in its event.
  func processAmongOthers(_ location: S3Location, isCopy: Bool = false) -> ObjectResult {
    process(ObjectEvent(location, isCopy: isCopy), ComputeGate(), decodesEarly: false)
  }
}
