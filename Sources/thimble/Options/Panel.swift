import Classifier
import Foundation
import ZipArchive

/// The models that look at each image.
struct Panel {
  let models: [ModelConfiguration]
  let store: ModelStore
  /// Holds what the configuration's sideload was unpacked to.
  private let sideload: TemporaryFolder?

  /// - Parameters:
  ///   - configuration: a `thimble.json`, beside which there may be files and a `sideload.zip`.
  ///   - buckets: folders that stand for buckets, whose objects are then files.
  init(configuration path: String, buckets: BucketFolders = BucketFolders(), threads: Int) throws {
    let configuration = try Configuration(json: try InputFile.contents(path), file: path)
    let folder = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().path
    var roots = [folder]
    var sideload: TemporaryFolder?
    let archive = folder + "/sideload.zip"
    if FileManager.default.fileExists(atPath: archive) {
      let unpacked = try TemporaryFolder()
      try Unpacker().unpack(try ZipArchive(path: archive), to: unpacked.path + "/sideload")
      roots.insert(unpacked.path + "/sideload", at: 0)
      sideload = unpacked
    }
    let models = try configuration.models.map(buckets.model)
    try self.init(models, roots: roots, threads: threads, sideload: sideload)
  }

  /// - Parameter roots: folders in which paths are looked for, in this order.
  init(
    _ models: [ModelConfiguration], roots: [String], threads: Int, sideload: TemporaryFolder? = nil
  ) throws {
    var environment = ProcessInfo.processInfo.environment
    environment["THIMBLE_THREADS"] = "\(threads)"
    if environment["THIMBLE_CACHE"] == nil {
      let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask)
      environment["THIMBLE_CACHE"] = caches.first.map { $0.path + "/thimble" }
    }
    self.models = models
    self.sideload = sideload
    store = try ModelStore(roots: roots, environment: environment)
  }

  /// Asks all models about one image.
  /// - Parameter isLast: whether none follows; else the models are made as fast as they can be.
  /// - Throws: when a model cannot be used. That an image cannot is in the result.
  func classify(_ path: String, isLast: Bool) throws -> ImageResult {
    var result = ImageResult(image: path)
    do {
      let bytes = try InputFile.contents(path)
      for model in models {
        let classifier = try store.classifier(for: model)
        let classification = try bytes.withUnsafeBytes { try classifier.classify($0) }
        if !isLast { classifier.packAll() }
        result.models.append(ImageResult.Model(name: model.name, classification))
      }
    } catch let error as ClassifierError where error.kind == .image {
      result.error = "\(Failure(path, error.reason))"
    } catch let error as Failure {
      result.error = error.description
    }
    return result
  }
}

/// A folder that goes when nobody holds it any more.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("thimble-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
