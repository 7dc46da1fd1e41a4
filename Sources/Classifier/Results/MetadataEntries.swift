import S3

/// Results as user metadata.
struct MetadataEntries {
  /// Bytes of all names and values of an object together.
  /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
  static let limit = 2048

  let results: Results
  /// ``Marker``'s text for results as they are written.
  let marker: (WrittenResults) -> String

  /// What is to be changed: a nil value removes an entry that is no longer true. Where all together would be
  /// too large, lower ranks are left out first.
  /// - Throws: when not even the best labels fit beside what the object has of its own.
  func changes(to head: ObjectHead) throws(ClassifierError) -> [(name: String, value: String?)] {
    var ranks = results.entries.map { $0.namesSeveral ? $0.labels.count : 0 }
    while true {
      let changes = changes(ranks: ranks)
      let size = S3Client.metadataSize(head, metadata: changes)
      if size <= Self.limit { return changes }
      guard let most = ranks.indices.max(by: { ranks[$0] < ranks[$1] }), ranks[most] > 0 else {
        let others = S3Client.metadataSize(head, metadata: changes.map { ($0.name, nil) })
        throw ClassifierError(
          .storage,
          reason:
            "the results need \(size - others) bytes of metadata, but the object has \(others) bytes of "
            + "its own and S3 allows \(Self.limit) in all; tags have room: \"write\": {\"to\": \"tags\"}")
      }
      ranks[most] -= 1
    }
  }

  private func changes(ranks: [Int]) -> [(name: String, value: String?)] {
    var changes: [(name: String, value: String?)] = []
    for (entry, ranks) in zip(results.entries, ranks) {
      let best = entry.labels.first
      changes.append((entry.names.label, best?.label))
      changes.append((entry.names.score, best?.scoreText))
      changes.append((entry.names.top, ranks > 0 ? Self.list(entry.labels.prefix(ranks)) : nil))
      changes.append((entry.names.error, entry.error))
    }
    changes.append((Marker.name, marker(changes.compactMap { name, value in value.map { (name, $0) } })))
    return changes
  }

  /// `dress=0.9731;shirt=0.0112`. A semicolon in a label becomes a comma.
  private static func list(_ labels: some Sequence<Classification.Label>) -> String {
    labels.map { label in
      String(label.label.map { $0 == ";" ? "," : $0 }) + "=" + label.scoreText
    }.joined(separator: ";")
  }
}
