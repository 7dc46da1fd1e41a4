/// Models in S3 that cannot be used: as long as their bytes stay the same there, trying again is useless.
///
/// Only what the bytes, the description beside them and the settings caused is remembered, the last of which a process
/// reads once. Labels or a missing permission may be corrected while it lives.
struct ModelFailures {
  private struct Failure {
    let identity: String
    let error: ClassifierError
  }

  private var failures: [String: Failure] = [:]

  /// - Parameter identity: identifies the bytes and their description.
  /// - Throws: what went wrong with the same bytes.
  func check(_ model: String, identity: String) throws(ClassifierError) {
    if let failure = failures[model], failure.identity == identity { throw failure.error }
  }

  mutating func remember(_ error: ClassifierError, of model: String, identity: String) {
    failures[model] = Failure(identity: identity, error: error)
  }
}
