import S3

/// Takes one object from its place in S3 to labels in its metadata.
final class ImageTagger {
  private let configuration: Configuration
  private let store: ModelStore
  private let s3: S3Client
  /// Bytes: larger files are not read.
  private let fileLimit: Int
  /// By model: what its results depend on besides its settings.
  private let fingerprints: [String: String]

  /// - Throws: when a file that a model needs is not there.
  init(
    configuration: Configuration, store: ModelStore, s3: S3Client, fileLimit: Int
  ) throws(ClassifierError) {
    self.configuration = configuration
    self.store = store
    self.s3 = s3
    self.fileLimit = fileLimit
    var fingerprints: [String: String] = [:]
    for model in configuration.models { fingerprints[model.name] = try store.fingerprint(of: model) }
    self.fingerprints = fingerprints
  }

  /// Why an object is not tagged.
  private struct End: Error {
    var status: ObjectResult.Status
    var reason: String?
    var isTransient = false

    init(_ status: ObjectResult.Status, _ reason: String? = nil) {
      self.status = status
      self.reason = reason
    }

    init(_ error: ClassifierError) {
      self.init(.failed, "\(error)")
      isTransient = error.isTransient
    }

    /// - Parameter error: of a call about the object itself.
    init(_ error: S3Error) {
      self.init(error.isNotFound ? .gone : error.isPreconditionFailed ? .superseded : .failed)
      if status == .failed { (reason, isTransient) = ("\(error)", error.isTransient) }
    }
  }

  /// Classifies an object and writes the results. Never throws: what went wrong is in the result.
  func process(_ object: S3Location) -> ObjectResult {
    var result = ObjectResult(object: object, status: .tagged)
    var watch = Stopwatch()
    do throws(End) {
      result.findings = try process(object, &watch)
      if configuration.write.to == .none { result.status = .classified }
    } catch {
      (result.status, result.reason, result.isTransient) = (error.status, error.reason, error.isTransient)
    }
    result.milliseconds = watch.milliseconds
    return result
  }

  private func process(_ object: S3Location, _ watch: inout Stopwatch) throws(End) -> [Finding] {
    let models = configuration.models.filter { $0.when.matches(object.key) }
    if models.isEmpty { throw End(.skipped, "no model looks at such keys") }
    if object.key.hasSuffix("/") { throw End(.skipped, "a folder") }
    // An event may name a version, but only the newest is tagged: the copy of an older one would become it.
    let current = S3Location(bucket: object.bucket, key: object.key)
    let digest = configuration.digest(of: models, fingerprints: fingerprints)

    let head = try call { () throws(S3Error) in try s3.head(current) }
    let marker = try call { () throws(S3Error) in try self.marker(of: current, head) }
    watch.lap("head")
    if let version = object.versionID, let newest = head.versionID, version != newest {
      throw End(.superseded)
    }
    let done = marker.image(of: digest)
    if done == Marker.imageDigest(eTag: head.eTag) { throw End(.skipped, "current") }

    let (latest, bytes) = try call { () throws(S3Error) in
      try s3.get(current, limit: fileLimit, ifMatch: head.eTag)
    }
    let image = Marker.imageDigest(bytes)
    watch.lap("get")
    if done == image { throw End(.skipped, "current") }

    let findings = try classify(bytes, models, &watch)
    // Others may have written their entry since.
    let newMarker = configuration.write.to == .tags ? marker : Marker(latest.metadata(Marker.name))
    try write(findings, marker: newMarker.adding(configuration: digest, image: image), current, latest)
    watch.lap("write")
    return findings
  }

  private func classify(
    _ bytes: [UInt8], _ models: [ModelConfiguration], _ watch: inout Stopwatch
  ) throws(End) -> [Finding] {
    var findings: [Finding] = []
    var used: [ImageClassifier] = []
    do throws(ClassifierError) {
      for model in models {
        let classifier = try store.classifier(for: model)
        watch.lap("model")
        if !used.contains(where: classifier.load(from:)) {
          try bytes.withUnsafeBufferPointer { bytes throws(ClassifierError) in
            try classifier.load(UnsafeRawBufferPointer(bytes))
          }
        }
        used.append(classifier)
        watch.lap("decode")
        findings.append(Finding(model: model, labels: try classifier.run()))
        watch.lap("run")
      }
    } catch {
      throw End(error)
    }
    return findings
  }

  // MARK: Reading and writing results

  /// What tells which results an object has.
  private func marker(of object: S3Location, _ head: ObjectHead) throws(S3Error) -> Marker {
    switch configuration.write.to {
    case .metadata, .both: Marker(head.metadata(Marker.name))
    case .tags:
      Marker(head.tagCount == 0 ? nil : try s3.tags(of: object).first { $0.key == Marker.name }?.value)
    case .none: Marker(nil)
    }
  }

  /// Tags go first, so that the marker in the metadata is there only when all is.
  private func write(
    _ findings: [Finding], marker: String, _ object: S3Location, _ head: ObjectHead
  ) throws(End) {
    let (to, prefix) = (configuration.write.to, configuration.write.prefix)
    if to == .tags || to == .both {
      let tags = TagEntries(findings: findings, prefix: prefix).tags(marker: to == .tags ? marker : nil)
      try call { () throws(S3Error) in try s3.mergeTags(tags, on: object) }
    }
    if to == .metadata || to == .both {
      let entries = MetadataEntries(findings: findings, prefix: prefix, marker: marker)
      let changes: [(name: String, value: String?)]
      do throws(ClassifierError) {
        changes = try entries.changes(to: head)
      } catch {
        throw End(error)
      }
      try call { () throws(S3Error) in
        _ = try s3.replaceMetadata(of: object, head: head, metadata: changes)
      }
    }
  }

  private func call<Value>(_ body: () throws(S3Error) -> Value) throws(End) -> Value {
    do throws(S3Error) { return try body() } catch { throw End(error) }
  }
}
