/// Results as user metadata.
struct MetadataEntries {
  /// Bytes of all names and values of an object together.
  /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
  static let limit = 2048

  let findings: [Finding]
  let prefix: String
  /// ``Marker``'s text.
  let marker: String

  /// What is to be changed: a nil value removes an entry that is no longer true.
  /// - Parameter existing: the object's own entries. Where all together are too large, lower ranks are left
  ///   out first.
  /// - Throws: when not even the best labels fit.
  func changes(
    to existing: [(name: String, value: String)]
  ) throws(ClassifierError) -> [(name: String, value: String?)] {
    var ranks = findings.map { $0.model.output.namesSeveral ? $0.labels.count : 0 }
    let own = Set(findings.flatMap { ResultNames(model: $0.model.name, prefix: prefix).all } + [Marker.name])
    let others = existing.filter { !own.contains($0.name) }.reduce(0) { $0 + Self.size($1.name, $1.value) }
    while true {
      let changes = changes(ranks: ranks)
      let size = changes.reduce(others) { sum, change in
        sum + (change.value.map { Self.size(change.name, $0) } ?? 0)
      }
      if size <= Self.limit { return changes }
      guard let most = ranks.indices.max(by: { ranks[$0] < ranks[$1] }), ranks[most] > 0 else {
        throw ClassifierError(
          .storage,
          reason:
            "the results need \(size - others) bytes of metadata, but the object has \(others) bytes of its "
            + "own and S3 allows \(Self.limit) in all: write to tags instead")
      }
      ranks[most] -= 1
    }
  }

  private func changes(ranks: [Int]) -> [(name: String, value: String?)] {
    var changes: [(name: String, value: String?)] = []
    for (finding, ranks) in zip(findings, ranks) {
      let names = ResultNames(model: finding.model.name, prefix: prefix)
      let best = finding.labels.first
      changes.append((names.label, best?.label))
      changes.append((names.score, best?.scoreText))
      changes.append((names.top, ranks > 0 ? Self.list(finding.labels.prefix(ranks)) : nil))
    }
    changes.append((Marker.name, marker))
    return changes
  }

  /// `dress=0.9731;shirt=0.0112`. A semicolon in a label becomes a comma.
  private static func list(_ labels: some Sequence<Classification.Label>) -> String {
    labels.map { label in
      String(label.label.map { $0 == ";" ? "," : $0 }) + "=" + label.scoreText
    }.joined(separator: ";")
  }

  /// Bytes that an entry takes; text beyond ASCII is counted as it is sent (RFC 2047, base64 in words of at
  /// most 75 characters).
  static func size(_ name: String, _ value: String) -> Int {
    let count = value.utf8.count
    if value.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return name.utf8.count + count }
    // 12 characters of each word are not text; a character of several bytes is not torn apart.
    let words = (count + 41) / 42
    return name.utf8.count + words * 13 + (count + 2 * words) / 3 * 4 + 4 * words
  }
}
