import Digests
import Foundation
import Synchronization
import System
import TestSupport
import Testing

@testable import Classifier
@testable import S3

/// What is wrong with a model's files in S3, and is corrected while the process lives. The old code remembered any
/// failure by the model's ETag: the process stayed broken until it ended.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct ModelFaultTests {
  private let scratch: Scratch
  private let means: [UInt8]

  init() throws {
    scratch = try Scratch()
    means = Array(try Data(contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/means.h5")))
  }

  private func store(_ s3: FakeS3) throws -> ModelStore {
    var environment = s3.environment
    environment["THIMBLE_CACHE"] = scratch.path("cache")
    let objects = ObjectStore(
      Result { () throws(S3Error) in try S3Client(environment: environment, retry: .none) })
    return ModelStore(
      settings: try Settings(environment: environment), locator: FileLocator(roots: []), s3: objects,
      cache: ModelCache(folder: scratch.path("cache/models"), s3: objects))
  }

  private var model: ModelConfiguration {
    var model = ModelConfiguration(
      name: "a", source: .object(S3Location(bucket: "models", key: "a.h5")))
    model.labels = .file(.object(S3Location(bucket: "models", key: "l.txt")))
    return model
  }

  private var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: scratch.path("cache/models"))) ?? []).sorted()
  }

  enum Mishap: String, CaseIterable {
    case noLabels, fewLabels, emptyLabel, forbiddenLabels, busyLabels
  }

  @Test(arguments: Mishap.allCases) func labels(mishap: Mishap) throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      let labels = Array("x\ny\nz\n".utf8)
      switch mishap {
      case .noLabels: break
      case .fewLabels: s3.put("/models/l.txt", Array("x\ny\n".utf8))
      case .emptyLabel: s3.put("/models/l.txt", Array("x\n\ny\n".utf8))
      case .forbiddenLabels, .busyLabels:
        s3.put("/models/l.txt", labels)
        let (status, code) = mishap == .busyLabels ? (503, "SlowDown") : (403, "AccessDenied")
        s3.setReply { $0 == "GET /models/l.txt" ? FakeS3.error(status, code) : nil }
      }
      let store = try store(s3)
      for _ in 0..<2 {
        let error = #expect(throws: ClassifierError.self) { try store.classifier(for: model) }
        #expect(error?.isTransient == (mishap == .busyLabels), "\(error as Any)")
      }
      s3.put("/models/l.txt", labels)
      s3.setReply { _ in nil }
      #expect(try store.classifier(for: model).labels == ["x", "y", "z"])
    }
  }

  /// A model that the settings do not fit stays so as long as it is the same, and is not checked again.
  @Test func settings() throws {
    let file = URL(fileURLWithPath: Fixtures.directory("Classifier") + "/green.h5")
    let green = Array(try Data(contentsOf: file))
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", green)
      var model = model
      model.labels = .list([])
      let store = try store(s3)
      let error = #expect(throws: ClassifierError.self) { try store.classifier(for: model) }
      #expect(error?.reason.contains("output.activation") == true && error?.isTransient == false)
      // It stays on the disk for the next process, whose settings may be others.
      #expect(!files.isEmpty)
      for file in files { try FileManager.default.removeItem(atPath: scratch.path("cache/models/" + file)) }
      let again = #expect(throws: ClassifierError.self) { try store.classifier(for: model) }
      #expect(again?.reason == error?.reason && files.isEmpty)
      model.output.activation = .sigmoid
      #expect(try self.store(s3).classifier(for: model).labels == ["1"])
      s3.put("/models/a.h5", means)
      model.output.activation = nil
      #expect(try store.classifier(for: model).labels == ["0", "1", "2"])
    }
  }

  /// A description beside the file: each failure is that of what is there now.
  @Test func config() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      var model = model
      model.labels = .list([])
      model.config = .object(S3Location(bucket: "models", key: "c.json"))
      let store = try store(s3)
      var errors: [String] = []
      for config in [nil, "no JSON", "{\"class_name\": \"Glitter\", \"config\": {}}"] {
        if let config { s3.put("/models/c.json", Array(config.utf8)) }
        let error = #expect(throws: ClassifierError.self) { try store.classifier(for: model) }
        errors.append(error?.description ?? "")
      }
      #expect(errors[0].contains("NoSuchKey") && Set(errors).count == 3, "\(errors)")
      #expect(s3.log.count { $0 == "GET /models/c.json" } == 3)
    }
  }

  @Test(arguments: [403, 404, 503]) func theModel(status: Int) throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      s3.put("/models/l.txt", Array("x\ny\nz\n".utf8))
      s3.setHook { line, _ in line == "GET /models/a.h5" ? status : nil }
      let store = try store(s3)
      #expect(throws: ClassifierError.self) { try store.classifier(for: model) }
      s3.setHook { _, _ in nil }
      _ = try store.classifier(for: model)
    }
  }

  struct Download: Sendable, CustomStringConvertible {
    let eTag: String?
    let headers: [String: String]
    let isVisible: Bool
    var description: String { "\(eTag ?? "MD5"), \(headers.keys), \(isVisible)" }
  }

  private static func downloads(_ bytes: [UInt8]) -> [Download] {
    var all = [
      Download(eTag: nil, headers: [:], isVisible: true), Download(eTag: nil, headers: [:], isVisible: false),
    ]
    for algorithm in Checksum.Algorithm.allCases {
      guard let name = algorithm.headerName else { continue }
      let value = Base64.encode(bytes.withUnsafeBytes { Checksum.of($0, algorithm) })
      for isVisible in [false, true] {
        all.append(Download(eTag: "1-2", headers: [name: value], isVisible: isVisible))
      }
    }
    return all
  }

  /// The header of the file, or its weights.
  private func flip(_ bytes: [UInt8], _ isVisible: Bool) -> [UInt8] {
    var bytes = bytes
    bytes[isVisible ? 3 : bytes.count - 100] ^= 64
    return bytes
  }

  /// The old code kept what came, and remembered what was wrong with it.
  @Test func oneFlippedBit() throws {
    for download in Self.downloads(means) {
      try FakeS3.run { s3 in
        s3.put("/models/a.h5", means, eTag: download.eTag)
        s3["/models/a.h5"]?.headers = download.headers
        s3.put("/models/l.txt", Array("x\ny\nz\n".utf8))
        let count = Atomic(0)
        s3.setBodyFilter { line, bytes in
          let isFirst = line == "GET /models/a.h5" && count.add(1, ordering: .relaxed).oldValue == 0
          return isFirst ? flip(bytes, download.isVisible) : bytes
        }
        _ = try store(s3).classifier(for: model)
        let file = try #require(files.first { $0.hasSuffix(".model") })
        #expect(
          try Array(Data(contentsOf: URL(fileURLWithPath: scratch.path("cache/models/" + file)))) == means,
          "\(download)")
        try FileManager.default.removeItem(atPath: scratch.path("cache"))
      }
    }
  }

  @Test func alwaysFlipped() throws {
    for download in Self.downloads(means) {
      try FakeS3.run { s3 in
        s3.put("/models/a.h5", means, eTag: download.eTag)
        s3["/models/a.h5"]?.headers = download.headers
        s3.put("/models/l.txt", Array("x\ny\nz\n".utf8))
        s3.setBodyFilter { line, bytes in line == "GET /models/a.h5" ? flip(bytes, download.isVisible) : bytes
        }
        let store = try store(s3)
        let error = #expect(throws: ClassifierError.self, "\(download)") { try store.classifier(for: model) }
        #expect(error?.isTransient == true && error?.description.contains("changed on the way") == true)
        #expect(files.isEmpty, "\(download)")
        // Corrected, it works.
        s3.setBodyFilter { _, bytes in bytes }
        _ = try store.classifier(for: model)
        try FileManager.default.removeItem(atPath: scratch.path("cache"))
      }
    }
  }

  /// Where S3 has no checksum of the whole object, the cause is unknown.
  @Test func unverifiedDamageIsNotRemembered() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means, eTag: "0123456789abcdef0123456789abcdef-2")
      s3.put("/models/l.txt", Array("x\ny\nz\n".utf8))
      s3.setBodyFilter { line, bytes in line == "GET /models/a.h5" ? flip(bytes, true) : bytes }
      let store = try store(s3)
      #expect(throws: ClassifierError.self) { try store.classifier(for: model) }
      #expect(files.isEmpty)
      s3.setBodyFilter { _, bytes in bytes }
      _ = try store.classifier(for: model)
    }
  }

  /// One whose bytes match S3's is permanently broken: while it stays the same there, only its head is read.
  @Test func brokenModelIsRemembered() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", [UInt8](repeating: 7, count: 3 << 20))
      s3.put("/models/l.txt", Array("x\ny\nz\n".utf8))
      let store = try store(s3)
      var counts: [Int] = []
      var errors: Set<String> = []
      for _ in 0..<3 {
        s3.clearLog()
        let error = #expect(throws: ClassifierError.self) { try store.classifier(for: model) }
        #expect(error?.isTransient == false && files.isEmpty)
        errors.insert(error?.description ?? "")
        counts.append(s3.log.count { $0 == "GET /models/a.h5" })
      }
      #expect(counts[0] > 2 && counts[1...] == [1, 1] && errors.count == 1, "\(counts)")
      s3.put("/models/a.h5", means)
      _ = try store.classifier(for: model)
    }
  }
}
