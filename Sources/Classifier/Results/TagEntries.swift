import S3

/// Results as tags, which know fewer characters than metadata: letters, digits, spaces and `+ - = . _ : / @`.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
struct TagEntries {
  let findings: [Finding]
  let prefix: String

  /// - Parameter marker: ``Marker``'s text; nil: it is written elsewhere.
  func tags(marker: String?) -> [ObjectTag] {
    var tags: [ObjectTag] = []
    for finding in findings {
      let names = ResultNames(model: finding.model.name, prefix: prefix)
      // A tag cannot be taken away without replacing all: an empty one says that there is no label.
      tags.append(ObjectTag(key: names.label, value: Self.value(finding.labels.first?.label ?? "")))
      tags.append(ObjectTag(key: names.score, value: finding.labels.first?.scoreText ?? ""))
      if finding.model.output.namesSeveral {
        let list = finding.labels.map { Self.value($0.label) + "=" + $0.scoreText }
        tags.append(ObjectTag(key: names.top, value: Self.joined(list)))
      }
    }
    if let marker { tags.append(ObjectTag(key: Marker.name, value: Self.value(marker))) }
    return tags
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
