import Digests
import Imaging
import Inference
import Keras
import LambdaRuntime
import S3
import System

/// The models of a configuration: ready in memory, else as files on the disk, else in S3.
///
/// Models stay in memory until it is needed for others; then those that were used longest ago go first.
public final class ModelStore {
  private struct Resident {
    let classifier: ImageClassifier
    /// The file in the cache that it is mapped from; nil: a file that is not the cache's.
    let cached: String?
    var lastUse: Int
  }

  /// Bytes that models may take; beyond, they make room for each other.
  private let memory: Int
  private let limits: ImageLimits
  private let workers: Workers
  private let locator: FileLocator
  private let cache: ModelCache
  private let s3: ObjectStore
  private var residents: [String: Resident] = [:]
  private var failures = ModelFailures()
  private var uses = 0

  /// - Parameters:
  ///   - roots: folders in which the paths of a configuration are looked for, in this order.
  ///   - environment: for S3, the cache and the threads, see ``Settings``.
  public convenience init(roots: [String], environment: [String: String]) throws(ConfigurationError) {
    let settings = try Settings(environment: environment)
    let s3 = ObjectStore(environment: environment)
    self.init(
      settings: settings, locator: FileLocator(roots: roots), s3: s3,
      cache: ModelCache(folder: settings.cache + "/models", s3: s3))
  }

  init(settings: Settings, locator: FileLocator, s3: ObjectStore, cache: ModelCache) {
    memory = settings.memory / 4 * 3
    limits = settings.imageLimits
    workers = Workers(count: settings.threads)
    self.locator = locator
    self.s3 = s3
    self.cache = cache
  }

  /// The model, made ready where it is not.
  /// - Throws: a model or labels that cannot be had or used; the file and the cause are named. The store is
  ///   none the worse for it.
  public func classifier(for model: ModelConfiguration) throws(ClassifierError) -> ImageClassifier {
    uses += 1
    if let resident = residents[model.name] {
      residents[model.name]?.lastUse = uses
      if let path = resident.cached { cache.touch(path) }
      return resident.classifier
    }
    switch model.source {
    case .path(let path):
      let found = try findModel(path, model)
      let classifier = try load(model, try texts(of: model), path: found, arrival: nil)
      residents[model.name] = Resident(classifier: classifier, cached: nil, lastUse: uses)
      return classifier
    case .object(let location): return try classifier(for: model, location)
    }
  }

  private func classifier(
    for model: ModelConfiguration, _ location: S3Location
  ) throws(ClassifierError) -> ImageClassifier {
    // Small, and likely to be wrong: read before the model comes.
    let texts = try texts(of: model)
    var triesLeft = 2
    while true {
      do throws(ClassifierError) {
        return try classifier(for: model, texts, location)
      } catch {
        if error.cause?.code == "NoSpace", cache.removeOldest(release: release) { continue }
        // Replaced meanwhile, or changed on the way.
        let isPassing = error.cause.map { $0.isPreconditionFailed || $0.isChecksumMismatch } ?? false
        guard isPassing, triesLeft > 0 else { throw error }
        triesLeft -= 1
      }
    }
  }

  private func classifier(
    for model: ModelConfiguration, _ texts: Texts, _ location: S3Location
  ) throws(ClassifierError) -> ImageClassifier {
    let file = try cache.open(
      location,
      check: { head throws(ClassifierError) in
        try failures.check(model.name, identity: texts.identity(head.eTag))
        makeMemory(for: head.length)
      }, release: release)
    do throws(ClassifierError) {
      let classifier = try load(model, texts, path: file.path, arrival: file.arrival)
      cache.keep(file)
      residents[model.name] = Resident(classifier: classifier, cached: file.cachedPath, lastUse: uses)
      return classifier
    } catch {
      if let failure = file.download?.failure { throw ClassifierError(failure) }
      guard error.kind == .model else {
        // Not the file's fault.
        cache.keep(file)
        if error.isLasting { failures.remember(error, of: model.name, identity: texts.identity(file.eTag)) }
        throw error
      }
      guard file.download == nil else {
        if file.isVerified { failures.remember(error, of: model.name, identity: texts.identity(file.eTag)) }
        throw error
      }
      // A file that an earlier process left may have been damaged since, or lack a part.
      cache.remove(file.cachedPath)
      return try self.classifier(for: model, texts, location)
    }
  }

  /// What comes beside a model's file.
  private struct Texts {
    let labels: [String]
    let config: (text: [UInt8], name: String)?

    /// Stands for a model's bytes with these beside them.
    func identity(_ eTag: String) -> String {
      config.map { "\(eTag) \(Digest.sha256($0.text).hex)" } ?? eTag
    }
  }

  private func texts(of model: ModelConfiguration) throws(ClassifierError) -> Texts {
    Texts(labels: try labels(of: model), config: try config(of: model))
  }

  private func load(
    _ model: ModelConfiguration, _ texts: Texts, path: String, arrival: (any FileArrival)?
  ) throws(ClassifierError) -> ImageClassifier {
    try classifier(model, texts, read(model, texts, path: path, arrival: arrival))
  }

  private func read(
    _ model: ModelConfiguration, _ texts: Texts, path: String, arrival: (any FileArrival)?,
    verifiesWeights: Bool = false
  ) throws(ClassifierError) -> KerasModel {
    try ImageClassifier.read(
      path, arrival: arrival, subject: model.source.text, config: texts.config,
      workers: workers, verifiesWeights: verifiesWeights, customObjects: model.customObjects)
  }

  private func classifier(_ model: ModelConfiguration, _ texts: Texts, _ saved: KerasModel)
    throws(ClassifierError) -> ImageClassifier
  {
    try ImageClassifier(
      saved.graph, subject: model.source.text, labels: texts.labels,
      input: model.input.completed(by: saved.resizing),
      output: model.output, limits: limits, workers: workers)
  }

  /// Reads the labels of a model.
  public func labels(of model: ModelConfiguration) throws(ClassifierError) -> [String] {
    let reference: FileReference
    switch model.labels {
    case .list(let labels): return labels
    case .file(let file): reference = file
    }
    let bytes = try read(reference, model, "labels")
    do throws(ConfigurationError) {
      return try Labels.read(bytes, from: reference)
    } catch {
      throw ClassifierError(error)
    }
  }

  /// Reads the JSON that describes a model whose file has the weights only; nil if the configuration does not name it.
  public func config(of model: ModelConfiguration) throws(ClassifierError) -> (text: [UInt8], name: String)? {
    guard let reference = model.config else { return nil }
    return (try read(reference, model, "config"), reference.text)
  }

  private func read(_ file: FileReference, _ model: ModelConfiguration, _ key: String)
    throws(ClassifierError) -> [UInt8]
  {
    switch file {
    case .path(let path): try LocalFile.read(try find(path, model, key))
    case .object(let location): try s3.read(location, limit: 16 << 20)
    }
  }

  /// Makes a model ready as ``classifier(for:)`` does, but keeps nothing, and looks at its configuration.
  /// - Parameter model: one whose file is on this machine.
  /// - Returns: how many labels it has, and what is probably wrong.
  public func check(_ model: ModelConfiguration) throws(ClassifierError) -> (
    labelCount: Int, warnings: [String]
  ) {
    guard case .path(let path) = model.source else { return (try classifier(for: model).labels.count, []) }
    let texts = try texts(of: model)
    let saved = try read(model, texts, path: findModel(path, model), arrival: nil, verifiesWeights: true)
    let labels = try classifier(model, texts, saved).labels
    return (labels.count, ModelTraits(saved).warnings(model) + Labels.warnings(texts.labels))
  }

  /// What a model's results depend on besides its settings: the contents of files that come with the
  /// function. An object in S3 is known by its URI: when another is put in its place, machines that still
  /// have the old one and those that have the new one would otherwise undo each other's work forever.
  func fingerprint(of model: ModelConfiguration) throws(ClassifierError) -> String {
    var texts: [String] = []
    if case .path(let path) = model.source {
      for file in KerasModel.files(of: try findModel(path, model)) {
        texts.append(try LocalFile.fingerprint(file))
      }
    }
    if case .path(let path) = model.config {
      texts.append(try LocalFile.fingerprint(try find(path, model, "config")))
    }
    if case .file(.path) = model.labels { texts += try labels(of: model) }
    return Digest.sha256(texts.joined(separator: "\n").utf8).hex
  }

  /// A model's file, or the folder into which it was unpacked.
  private func findModel(_ path: String, _ model: ModelConfiguration) throws(ClassifierError) -> String {
    let found = locator.candidates(path).first { FileLocator.isFile($0) || KerasModel.isUnpacked($0) }
    if let found { return found }
    return try find(path, model, "source")
  }

  private func find(_ path: String, _ model: ModelConfiguration, _ key: String) throws(ClassifierError)
    -> String
  {
    do throws(ConfigurationError) {
      return try locator.find(path, file: "model \"\(model.name)\"", place: key)
    } catch {
      throw ClassifierError(error)
    }
  }

  // MARK: Packing

  /// Packs some weights of the models that were used last for the runs to come, while there is nothing else to do.
  /// - Returns: false when all are packed.
  func packWeights() -> Bool {
    residents.values.sorted { $0.lastUse > $1.lastUse }.contains { $0.classifier.packNext() }
  }

  // MARK: Making room

  /// Lets go of a model whose file is to be removed.
  private func release(_ path: String) {
    for (name, resident) in residents where resident.cached == path { residents[name] = nil }
  }

  /// Lets go of models until one with a file of that size fits.
  private func makeMemory(for size: Int) {
    while let oldest = residents.min(by: { $0.value.lastUse < $1.value.lastUse }),
      residents.values.reduce(size, { $0 + $1.classifier.byteCount }) > memory
    {
      residents[oldest.key] = nil
    }
  }
}
