/// Models in S3 whose bytes cannot be used: as long as they are the same there, there is no use in trying again.
///
/// Only what the bytes themselves caused is remembered. Labels, settings or a right that is missing may be mended
/// while the process lives.
struct ModelFailures {
  private struct Failure {
    let eTag: String
    let error: ClassifierError
  }

  private var failures: [String: Failure] = [:]

  /// - Throws: what went wrong with the same bytes.
  func check(_ model: String, eTag: String) throws(ClassifierError) {
    if let failure = failures[model], failure.eTag == eTag { throw failure.error }
  }

  mutating func remember(_ error: ClassifierError, of model: String, eTag: String) {
    failures[model] = Failure(eTag: eTag, error: error)
  }
}
