import Imaging
import S3
import Synchronization

/// Takes one object from its place in S3 to labels in its metadata. May be used by several threads at once.
final class ImageTagger: @unchecked Sendable {
  private let configuration: Configuration
  private let store: ModelStore
  private let s3: S3Client
  private let writer: ResultWriter
  private let accessLists: AccessLists
  private let markerKey: MarkerKey?
  /// Bytes: larger files are not read.
  private let fileLimit: Int
  /// What the bodies on their way share.
  private let budget: MemoryBudget
  /// By model: what its results depend on besides its settings.
  private let fingerprints: [String: String]
  private let expired = Mutex(false)

  /// How often an object is processed again when it is replaced, or its bytes arrive changed.
  private static let attempts = 4

  /// - Throws: when a file that a model needs is not there.
  init(
    configuration: Configuration, store: ModelStore, s3: S3Client, fileLimit: Int, bodies: Int = 64 << 20,
    markerKey: MarkerKey? = nil
  ) throws(ClassifierError) {
    self.configuration = configuration
    self.store = store
    self.s3 = s3
    self.fileLimit = fileLimit
    self.markerKey = markerKey
    budget = MemoryBudget(limit: bodies)
    writer = ResultWriter(s3: s3, write: configuration.write)
    accessLists = AccessLists(s3: s3, policy: configuration.write.acl)
    var fingerprints: [String: String] = [:]
    for model in configuration.models { fingerprints[model.name] = try store.fingerprint(of: model) }
    self.fingerprints = fingerprints
  }

  /// Whether S3 has refused our credentials as too old: only a new process gets others.
  var needsNewCredentials: Bool { expired.withLock { $0 } }

  /// Classifies an object and writes the results. Never throws: what went wrong is in the result.
  /// - Parameter decodesEarly: whether decoding may wait for bytes while nobody else can compute.
  func process(
    _ event: ObjectEvent, _ gate: ComputeGate, _ time: TimeLimit = TimeLimit(), decodesEarly: Bool
  ) -> ObjectResult {
    var result = ObjectResult(object: event.location, status: .tagged)
    var watch = Stopwatch()
    do throws(ObjectEnd) {
      try time.check()
      let outcome = try process(event, gate, time, decodesEarly, &watch)
      (result.status, result.findings, result.reason) = outcome
    } catch {
      (result.status, result.reason, result.isTransient) = (error.status, error.reason, error.isTransient)
      if error.status == .gone, configuration.gone == .fail {
        (result.status, result.reason) = (.failed, "the object does not exist")
      }
      if error.needsNewCredentials { expired.withLock { $0 = true } }
    }
    result.milliseconds = watch.milliseconds
    // Waiting for others says nothing about the next object.
    let own = watch.milliseconds.filter { $0.stage != "model" && $0.stage != "wait" }
    time.add(own.reduce(0) { $0 + $1.value })
    return result
  }

  private typealias Outcome = (ObjectResult.Status, [Finding], reason: String?)

  private func process(
    _ event: ObjectEvent, _ gate: ComputeGate, _ time: TimeLimit, _ decodesEarly: Bool,
    _ watch: inout Stopwatch
  ) throws(ObjectEnd) -> Outcome {
    let models = configuration.models.filter { $0.when.matches(event.location.key) }
    if models.isEmpty { throw ObjectEnd(.skipped, "no model is configured for this key") }
    if event.location.key.hasSuffix("/") { throw ObjectEnd(.skipped, "a folder") }
    var task = Task(
      event: event, models: models, digest: configuration.digest(of: models, fingerprints: fingerprints))
    var left = Self.attempts
    while true {
      left -= 1
      switch try attempt(task, gate, time, decodesEarly, isLast: left <= 0, &watch) {
      case .done(let outcome): return outcome
      case .corrupted: break
      case .replaced: task.believesMarker = false
      }
    }
  }

  /// What is to be done with one object.
  private struct Task {
    let event: ObjectEvent
    let models: [ModelConfiguration]
    /// Of the configuration, for the marker.
    let digest: String
    /// Whether a marker may say that nothing is to be done: not once tags may be of another image.
    var believesMarker = true
    /// An event may name a version, but only the newest is tagged: the copy of an older one would become it.
    var place: S3Location { event.place }
  }

  private enum Attempt {
    case done(Outcome)
    /// The bytes that came are not those that S3 has: all must be done again.
    case corrupted
    /// The object was replaced, and may have results of the old one: all must be done again, whatever its marker says.
    case replaced
  }

  private func attempt(
    _ task: Task, _ gate: ComputeGate, _ time: TimeLimit, _ decodesEarly: Bool, isLast: Bool,
    _ watch: inout Stopwatch
  ) throws(ObjectEnd) -> Attempt {
    // Most copies are our own: their first byte's head says so, and the connection stays open.
    if task.event.isCopy {
      let head = try ObjectEnd.calling { () throws(S3Error) in try s3.peek(task.place) }
      watch.lap("get")
      if try hasOtherTags(task, head) { return .replaced }
    }
    let body = s3.open(task.place, limit: fileLimit, budget: budget) { self.wantsBody(of: $0, task) }
    defer { if !body.isComplete { body.cancel() } }
    let head = try ObjectEnd.calling { () throws(S3Error) in try body.head() }
    watch.lap("get")
    if try hasOtherTags(task, head) { return .replaced }
    let copies = configuration.write.to == .metadata || configuration.write.to == .both
    let grants = copies ? accessLists.look(at: task.place) : nil
    let previous = try previous(head, task)
    let done = trustedEntry(of: previous, task)?.image
    if let done, done == Marker.imageDigest(eTag: head.eTag), try hasOtherTags(task, image: done) {
      return .replaced
    }

    let results: Results
    var outcome: Outcome = (configuration.write.to == .none ? .classified : .tagged, [], nil)
    do throws(ObjectEnd) {
      if done != nil || !decodesEarly { try finish(body) }
      // An ETag that is not an MD5 cannot say whether this is the marker's image; the bytes can.
      if let done, done == body.md5.map(Marker.imageDigest), try hasOtherTags(task, image: done) {
        return .replaced
      }
      watch.lap("get")
      let findings = try gate.run { () throws(ObjectEnd) in
        watch.lap("wait")
        try time.check()
        return try classify(body, task.models, &watch)
      }
      try finish(body)
      results = Results(findings, prefix: configuration.write.prefix)
      outcome.1 = findings
    } catch {
      // What came was not what S3 has.
      if body.isCorrupted, !isLast { return .corrupted }
      guard error.isLasting, task.models.allSatisfy({ $0.onFailure == .mark }) else { throw error }
      let reason = error.mark
      results = Results(unusable: reason, task.models, prefix: configuration.write.prefix)
      outcome = (.marked, [], error.reason)
      // Where each copy has another ETag and the bytes are not read, the marker cannot say that all is done.
      if task.believesMarker, results.entries.allSatisfy({ previous.says($0) }) {
        throw ObjectEnd(.skipped, "current")
      }
    }
    let image = body.md5.map(Marker.imageDigest) ?? Marker.imageDigest(eTag: head.eTag)
    let written = try writer.write(results, to: task.place, head, grants: grants) {
      self.marker(task, image, after: $0, room: $1, $2)
    }
    watch.lap("write")
    switch written {
    case .written: return .done(outcome)
    case .unchanged: throw ObjectEnd(.skipped, "current")
    case .replaced where !isLast: return .replaced
    case .replaced:
      var end = ObjectEnd(.failed, "the object was replaced repeatedly while its tags were written")
      end.isTransient = true
      throw end
    }
  }

  private func finish(_ body: ObjectBody) throws(ObjectEnd) {
    do throws(S3Error) {
      try body.finish()
    } catch {
      // The object was replaced while it was read: the new one has an event of its own.
      throw error.isPreconditionFailed ? ObjectEnd(.superseded) : ObjectEnd(error)
    }
  }

  // MARK: Classifying

  private func classify(
    _ body: ObjectBody, _ models: [ModelConfiguration], _ watch: inout Stopwatch
  ) throws(ObjectEnd) -> [Finding] {
    var findings: [Finding] = []
    var used: [ImageClassifier] = []
    do throws(ClassifierError) {
      for model in models {
        let classifier = try store.classifier(for: model)
        watch.lap("model")
        if !used.contains(where: classifier.load(from:)) { try classifier.load(body) }
        used.append(classifier)
        watch.lap("decode")
        findings.append(Finding(model: model, labels: try classifier.run()))
        watch.lap("run")
      }
    } catch {
      // Damage in bytes that have not all come, or not as S3 has them, is not the image's.
      if error.kind == .image { try finish(body) }
      throw ObjectEnd(error)
    }
    return findings
  }

  // MARK: What is there already

  /// What an object says of itself.
  private struct Previous {
    let marker: Marker
    /// A result's value, by its name.
    let value: (String) -> String?

    /// Whether it says why there are no labels, and has none.
    func says(_ entry: Results.Entry) -> Bool {
      let names = entry.names
      return entry.error != nil && value(names.error) == entry.error
        && [names.label, names.score, names.top].allSatisfy { value($0) == nil }
    }
  }

  /// Whether a body must be read. Asked on the transport's thread.
  private func wantsBody(of head: ObjectHead, _ task: Task) -> Bool {
    isNewest(head, task) && !isCurrent(head, task)
  }

  /// - Returns: whether the object must be looked at again, whatever its metadata says.
  /// - Throws: where the head says that nothing is to be done.
  private func hasOtherTags(_ task: Task, _ head: ObjectHead) throws(ObjectEnd) -> Bool {
    guard isNewest(head, task) else { throw ObjectEnd(.superseded) }
    guard isCurrent(head, task) else { return false }
    return try hasOtherTags(task, image: Marker.imageDigest(eTag: head.eTag))
  }

  /// Where results go to tags as well, what the metadata says is not all: a slow process may have written an older
  /// image's tags since, as tags have no condition, and have ended before it could check.
  /// - Throws: where nothing is to be done.
  private func hasOtherTags(_ task: Task, image: String) throws(ObjectEnd) -> Bool {
    guard configuration.write.to == .both else { throw ObjectEnd(.skipped, "current") }
    if trustedEntry(of: try inTags(task), task)?.image == image { throw ObjectEnd(.skipped, "current") }
    return true
  }

  private func isNewest(_ head: ObjectHead, _ task: Task) -> Bool {
    guard let version = task.event.location.versionID, let newest = head.versionID else { return true }
    return version == newest
  }

  private func isCurrent(_ head: ObjectHead, _ task: Task) -> Bool {
    trustedEntry(of: inMetadata(head), task)?.image == Marker.imageDigest(eTag: head.eTag)
  }

  private func inMetadata(_ head: ObjectHead) -> Previous {
    switch configuration.write.to {
    case .metadata, .both: Previous(marker: Marker(head.metadata(Marker.name)), value: { head.metadata($0) })
    case .tags, .none: Previous(marker: Marker(nil), value: { _ in nil })
    }
  }

  private func previous(_ head: ObjectHead, _ task: Task) throws(ObjectEnd) -> Previous {
    guard configuration.write.to == .tags, head.tagCount > 0, markerKey != nil else {
      return inMetadata(head)
    }
    return try inTags(task)
  }

  private func inTags(_ task: Task) throws(ObjectEnd) -> Previous {
    let tags = try ObjectEnd.calling { () throws(S3Error) in try s3.tags(of: task.place) }
    func value(_ name: String) -> String? { tags.first { $0.key == name }?.value }
    return Previous(marker: Marker(value(Marker.name)), value: value)
  }

  /// An uploader can give an image a marker too. It is trusted with our code, and without a key where a copy
  /// made the object, as we do; our tags never come by a copy.
  private func trustedEntry(of previous: Previous, _ task: Task) -> Marker.Entry? {
    guard task.believesMarker, let entry = previous.marker.entry(of: task.digest) else { return nil }
    guard let markerKey else { return task.event.isCopy ? entry : nil }
    let names = task.models.flatMap { ResultNames(model: $0.name, prefix: configuration.write.prefix).all }
    let results = names.compactMap { name in previous.value(name).map { (name: name, value: $0) } }
    let code = markerKey.code(
      task.place, configuration: entry.configuration, image: entry.image, results: results)
    return entry.code == code ? entry : nil
  }

  /// The marker's text for new results.
  private func marker(
    _ task: Task, _ image: String, after there: Marker, room: Int, _ results: WrittenResults
  ) -> String {
    var entry = Marker.Entry(configuration: task.digest, image: image)
    entry.code = markerKey?.code(task.place, configuration: task.digest, image: image, results: results)
    return there.adding(entry, room: room)
  }
}
