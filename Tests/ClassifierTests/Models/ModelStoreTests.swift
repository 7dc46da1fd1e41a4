import Foundation
import Glibc
import Keras
import S3
import Synchronization
import TestSupport
import Testing

@testable import Classifier

/// Models in memory, on the disk, in S3.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct ModelStoreTests {
  private let scratch: Scratch
  private let means: [UInt8]
  private let green: [UInt8]

  init() throws {
    scratch = try Scratch()
    func read(_ name: String) throws -> [UInt8] {
      Array(try Data(contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/" + name)))
    }
    means = try read("means.h5")
    green = try read("green.h5")
  }

  private func store(
    _ s3: FakeS3, memory: Int = 1 << 30, freeSpace: @escaping (String) -> Int = Folder.freeSpace
  ) throws -> ModelStore {
    var environment = s3.environment
    environment["THIMBLE_CACHE"] = scratch.path("cache")
    var settings = try Settings(environment: environment)
    settings.memory = memory
    let objects = ObjectStore(environment: environment)
    return ModelStore(
      settings: settings, locator: FileLocator(roots: []), s3: objects,
      cache: ModelCache(folder: settings.cache + "/models", s3: objects, freeSpace: freeSpace))
  }

  private func model(_ name: String) -> ModelConfiguration {
    ModelConfiguration(
      name: name, source: .object(S3Location(bucket: "models", key: name + ".h5")),
      output: OutputConfiguration(activation: .asTheyAre))
  }

  /// Two objects of S3, and two files in the cache.
  @Test func `keys that look the same`() throws {
    try FakeS3.run { s3 in
      s3.put("/models/caf%C3%A9.h5", means)
      s3.put("/models/cafe%CC%81.h5", green)
      let store = try store(s3)
      let classifiers = try zip(["a", "b"], ["caf\u{E9}.h5", "cafe\u{301}.h5"]).map { name, key in
        try store.classifier(
          for: ModelConfiguration(
            name: name, source: .object(S3Location(bucket: "models", key: key)),
            output: OutputConfiguration(activation: .asTheyAre)))
      }
      #expect(classifiers[0] !== classifiers[1] && files.count == 2)
    }
  }

  /// Of models; each has its record beside it.
  private var files: [String] {
    let folder = scratch.path("cache/models")
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    let models = names.filter { $0.hasSuffix(".model") }
    #expect(names.filter { $0.hasSuffix(".parts") } == models.map { $0.replacing(".model", with: ".parts") })
    #expect(names.count == 2 * models.count)
    return models
  }

  /// How often a file was opened and closed, as the system counts it.
  private func openings(of path: String, _ body: () throws -> Void) throws -> Int {
    let queue = inotify_init1(Int32(O_NONBLOCK))
    try #require(queue >= 0)
    defer { close(queue) }
    try #require(inotify_add_watch(queue, path, UInt32(IN_OPEN | IN_CLOSE_NOWRITE)) >= 0)
    try body()
    var events = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(queue, &events, events.count)
    return max(count, 0) / MemoryLayout<inotify_event>.size
  }

  @Test func checksAModelWithOneReading() throws {
    let path = scratch.path("means.h5")
    try Data(means).write(to: URL(fileURLWithPath: path))
    let once = try openings(of: path) { _ = try KerasModel(path: path) }
    let store = try ModelStore(roots: [], environment: ["THIMBLE_CACHE": scratch.path("cache")])
    let model = ModelConfiguration(
      name: "means", source: .path(path), output: OutputConfiguration(activation: .asTheyAre))
    let checked = try openings(of: path) { _ = try store.check(model) }
    #expect(once > 0 && checked == once)
  }

  /// Other weights are another model, also in a folder.
  @Test func knowsAnUnpackedModelByItsFiles() throws {
    let folder = scratch.path("unpacked")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    let store = try ModelStore(roots: [], environment: ["THIMBLE_CACHE": scratch.path("cache")])
    let model = ModelConfiguration(name: "a", source: .path(folder))
    var seen: Set<String> = []
    for (name, text) in [("config.json", "{}"), ("model.weights.h5", "1"), ("model.weights.h5", "2")] {
      try write(name, text)
      if name == "model.weights.h5" { seen.insert(try store.fingerprint(of: model)) }
    }
    #expect(seen.count == 2)
  }

  @Test func downloadsOnce() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      let store = try store(s3)
      let first = try store.classifier(for: model("a"))
      #expect(try store.classifier(for: model("a")) === first)
      #expect(s3.log == ["GET /models/a.h5"])
      // Another model of the same file.
      var other = model("b")
      other.source = model("a").source
      #expect(try store.classifier(for: other) !== first)
      // Another process. Each looks whether it is still the same, and reads no body then.
      _ = try self.store(s3).classifier(for: model("a"))
      #expect(s3.log == Array(repeating: "GET /models/a.h5", count: 3) && files.count == 1)
    }
  }

  @Test func replacedModelIsFetched() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      let old = try store(s3)
      #expect(try old.classifier(for: model("a")).labels.count == 3)
      s3.put("/models/a.h5", green)
      // One that is in memory stays.
      #expect(try old.classifier(for: model("a")).labels.count == 3)
      #expect(try store(s3).classifier(for: model("a")).labels.count == 1)
    }
  }

  @Test func damagedFileIsFetchedAgain() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      _ = try store(s3).classifier(for: model("a"))
      let path = scratch.path("cache/models/" + (try #require(files.first)))
      try Data(means.prefix(1000)).write(to: URL(fileURLWithPath: path))
      s3.clearLog()
      _ = try store(s3).classifier(for: model("a"))
      // A look at the ETag, and the file.
      #expect(s3.log == ["GET /models/a.h5", "GET /models/a.h5"] && files.count == 1)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == means.count)
    }
  }

  @Test func brokenModelIsNotFetchedAgainAndAgain() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", Array(means.prefix(1000)))
      s3.put("/models/b.h5", means)
      let store = try store(s3)
      var errors: Set<String> = []
      for _ in 0..<3 {
        let error = #expect(throws: ClassifierError.self) { try store.classifier(for: model("a")) }
        #expect(error?.description.hasPrefix("s3://models/a.h5: ") == true && error?.isTransient == false)
        errors.insert("\(error as Any)")
      }
      // The ETag is looked at, and the model not read again.
      #expect(s3.log.filter { $0 == "GET /models/a.h5" }.count == 3 && files.isEmpty && errors.count == 1)
      _ = try store.classifier(for: model("b"))
      s3.put("/models/a.h5", means)
      _ = try store.classifier(for: model("a"))
      #expect(files.count == 2)
    }
  }

  @Test func passingFailureIsNotRemembered() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      let store = try store(s3)
      s3.setHook { line, _ in line.hasPrefix("GET") ? 403 : nil }
      let error = #expect(throws: ClassifierError.self) { try store.classifier(for: model("a")) }
      #expect(error?.kind == .storage && error?.description.contains("AccessDenied") == true)
      s3.setHook { _, _ in nil }
      _ = try store.classifier(for: model("a"))
    }
  }

  @Test func leftoversAreRemoved() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      let folder = scratch.path("cache/models")
      try FileManager.default.createDirectory(atPath: folder + "/odd/deep", withIntermediateDirectories: true)
      for name in ["x.model.part-1a", "odd/deep/file", "y.model", "z.parts"] {
        try Data("half".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
      }
      _ = try store(s3).classifier(for: model("a"))
      #expect(files.count == 1 && files != ["y.model"])
    }
  }

  /// A disk with room for two of the files beside what is left to others.
  @Test func longestUnusedGoesFirst() throws {
    try FakeS3.run { s3 in
      let names = ["a", "b", "c"]
      // Of one size.
      for name in names { s3.put("/models/\(name).h5", means, eTag: name) }
      let folder = scratch.path("cache/models")
      let room = 8 << 20 + 2 * means.count + 1000
      let store = try store(s3) { _ in
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return files.reduce(room) { free, name in
          free - ((try? Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)).count) ?? 0)
        }
      }
      let a = try store.classifier(for: model("a"))
      usleep(20_000)
      _ = try store.classifier(for: model("b"))
      usleep(20_000)
      #expect(try store.classifier(for: model("a")) === a)
      usleep(20_000)
      s3.clearLog()
      _ = try store.classifier(for: model("c"))
      #expect(files.count == 2)
      #expect(try store.classifier(for: model("a")) === a)
      #expect(s3.log == ["GET /models/c.h5"])
      _ = try store.classifier(for: model("b"))
      #expect(s3.log.suffix(1) == ["GET /models/b.h5"] && files.count == 2)
    }
  }

  @Test func diskThatIsTooSmall() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      let store = try store(s3) { _ in 8 << 20 }
      let error = #expect(throws: ClassifierError.self) { try store.classifier(for: model("a")) }
      #expect(error?.description.contains("s3://models/a.h5") == true)
      #expect(error?.description.contains("ephemeral storage") == true && files.isEmpty)
      #expect(s3.log.count == 1)
    }
  }

  @Test func memoryIsShared() throws {
    try FakeS3.run { s3 in
      for name in ["a", "b"] { s3.put("/models/\(name).h5", means, eTag: name) }
      // Less than one model: each makes room for the next, and works.
      let store = try store(s3, memory: 1000)
      let a = try store.classifier(for: model("a"))
      _ = try store.classifier(for: model("b"))
      #expect(try store.classifier(for: model("a")) !== a)
      // From the disk: S3 is only asked whether it is the same.
      #expect(s3.log.filter { $0 == "GET /models/a.h5" }.count == 2)
    }
  }

  @Test func labelsFromS3() throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      s3.put("/models/l.txt", Array("x\ny\nz\n".utf8))
      var model = model("a")
      model.labels = .file(.object(S3Location(bucket: "models", key: "l.txt")))
      let first = try store(s3).classifier(for: model)
      #expect(first.labels == ["x", "y", "z"])
      s3.put("/models/l.txt", Array("x\n\ny\n".utf8))
      let error = #expect(throws: ClassifierError.self) { try store(s3).classifier(for: model) }
      #expect(error?.description == "s3://models/l.txt: line 2: a label is empty")
    }
  }
}
