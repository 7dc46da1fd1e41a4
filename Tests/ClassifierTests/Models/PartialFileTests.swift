import Foundation
import S3
import TestSupport
import Testing

@testable import Classifier

/// Model files of which only the parts came that were needed, which is done where the connection guards the bytes.
@Suite(.enabled(if: Fixtures.hasDemoData, Comment(rawValue: Fixtures.hint)), .serialized)
struct PartialFileTests {
  private let scratch: Scratch
  private let folder: String
  /// A model with the state of its optimizer, which nobody needs, behind the weights.
  private let bytes: [UInt8]

  init() throws {
    scratch = try Scratch()
    folder = scratch.path("cache/models")
    let path = Fixtures.demoData + "/models/cifar-10.h5"
    bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// A process' store.
  private func load(_ s3: FakeS3) throws -> ImageClassifier {
    var objects = ObjectStore(environment: s3.environment)
    // As with https.
    objects.isSecure = true
    var settings = try Settings(environment: s3.environment)
    settings.cache = scratch.path("cache")
    let store = ModelStore(
      settings: settings, locator: FileLocator(roots: []), s3: objects,
      cache: ModelCache(folder: folder, s3: objects))
    return try store.classifier(
      for: ModelConfiguration(
        name: "a", source: .object(S3Location(bucket: "models", key: "a.h5")),
        output: OutputConfiguration(activation: .asTheyAre)))
  }

  private func serve(_ body: (FakeS3) throws -> Void) throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", bytes)
      try body(s3)
    }
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  private func path(_ suffix: String) throws -> String {
    folder + "/" + (try #require(names.first { $0.hasSuffix(suffix) }))
  }

  private var record: String {
    get throws { try String(contentsOfFile: try path(".parts"), encoding: .utf8) }
  }

  private func scores(_ classifier: ImageClassifier) throws -> [Float] {
    try Tagging.red.withUnsafeBytes { try classifier.classify($0) }.labels.map(\.score)
  }

  @Test func aRecordTellsOfTheParts() throws {
    try serve { s3 in
      let first = try scores(try load(s3))
      let ends = try record.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
      #expect(ends.count == 2 && ends[0] == 0 && ends[1] < bytes.count / 2 && names.count == 2)
      let file = try Array(Data(contentsOf: URL(fileURLWithPath: try path(".model"))))
      #expect(file.count == bytes.count && file[..<ends[1]] == bytes[..<ends[1]])
      // The end never came.
      #expect(file[ends[1]...].allSatisfy { $0 == 0 })
      // The next process asks whether it is the same, and reads no body.
      s3.clearLog()
      #expect(try scores(try load(s3)) == first && s3.log == ["GET /models/a.h5"])
    }
  }

  /// Whatever is wrong with a record, or whatever it does not name, the file is fetched again.
  @Test(arguments: [
    nil, "", "0 100\n", "garbage", "5 3\n", "-1 5\n", "0 99999999999999999999\n", "0 2048\n600000 700000\n",
    "0 2048\n2049 11000000\n",
    "0", "0 100\n100",
  ])
  func otherRecords(record: String?) throws {
    try serve { s3 in
      let first = try scores(try load(s3))
      let whole = try self.record
      let model = try path(".model")
      // What a hole looks like: a reader gets zeros.
      let file = try Array(Data(contentsOf: URL(fileURLWithPath: model)))
      try Data(file.prefix(1 << 20) + [UInt8](repeating: 0, count: file.count - (1 << 20))).write(
        to: URL(fileURLWithPath: model))
      if let record {
        try Data(record.utf8).write(to: URL(fileURLWithPath: try path(".parts")))
      } else {
        try FileManager.default.removeItem(atPath: try path(".parts"))
      }
      s3.clearLog()
      #expect(try scores(try load(s3)) == first)
      #expect(s3.log.count >= (record == nil ? 1 : 2) && names.count == 2)
      #expect(try self.record == whole)
      #expect(try Array(Data(contentsOf: URL(fileURLWithPath: model))) == file)
    }
  }

  /// What a process leaves that is killed between the record and the file.
  @Test(arguments: ["0 \(3 << 20)\n", "0 100\n"]) func aRecordWithoutAFile(record: String) throws {
    try serve { s3 in
      let first = try scores(try load(s3))
      let whole = try self.record
      try FileManager.default.removeItem(atPath: try path(".model"))
      try Data(record.utf8).write(to: URL(fileURLWithPath: try path(".parts")))
      #expect(try scores(try load(s3)) == first && names.count == 2)
      #expect(try self.record == whole)
    }
  }

  @Test func replaced() throws {
    try serve { s3 in
      _ = try load(s3)
      s3.put("/models/a.h5", bytes + [1])
      _ = try load(s3)
      #expect(names.count { $0.hasSuffix(".model") } == 2 && names.count == 4)
    }
  }
}
