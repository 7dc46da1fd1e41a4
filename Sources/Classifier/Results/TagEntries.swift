import S3

/// Results as tags, which know fewer characters than metadata: letters, digits, spaces and `+ - = . _ : / @`.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
struct TagEntries {
  let results: Results
  /// ``Marker``'s text for results as they are written, after what there is and in so many bytes.
  let marker: (Marker, _ room: Int, WrittenResults) -> String

  /// - Parameter old: what the object has. A tag cannot be taken away without replacing all: one that is no longer
  ///   true is emptied.
  func tags(replacing old: [ObjectTag]) -> [ObjectTag] {
    var tags: [ObjectTag] = []
    for entry in results.entries {
      let best = entry.labels.first
      let isLabelled = entry.error == nil
      let list =
        entry.namesSeveral ? Self.joined(entry.labels.map { Self.value($0.label) + "=" + $0.scoreText }) : nil
      let values = [
        (entry.names.label, isLabelled ? Self.value(best?.label ?? "") : nil),
        (entry.names.score, isLabelled ? best?.scoreText ?? "" : nil), (entry.names.top, list),
        (entry.names.error, entry.error.map(Self.value)),
      ]
      for (name, value) in values where value != nil || old.contains(where: { $0.key == name }) {
        tags.append(ObjectTag(key: name, value: value ?? ""))
      }
    }
    let there = Marker(old.first { $0.key == Marker.name }?.value)
    let text = marker(there, Self.limit, tags.map { ($0.key, $0.value) })
    return tags + [ObjectTag(key: Marker.name, value: Self.value(text))]
  }

  /// As many as fit, separated by slashes.
  private static func joined(_ items: [String]) -> String {
    var text = ""
    for item in items {
      let longer = text.isEmpty ? item : text + "/" + item
      if longer.utf16.count > limit { break }
      text = longer
    }
    return text
  }

  private static func value(_ text: String) -> String {
    let allowed = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || " +-=._:/@".unicodeScalars.contains(scalar)
            ? scalar : "_"
        }))
    var count = 0
    return String(
      allowed.prefix { character in
        count += character.utf16.count
        return count <= limit
      })
  }

  /// Characters (UTF-16) of a value.
  private static let limit = 256
}
