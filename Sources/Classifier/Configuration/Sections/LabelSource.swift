import JSON

/// Where a model's labels are, in the order of its outputs.
public enum LabelSource: Sendable, Equatable {
  /// In place. Empty: outputs are numbered from 0.
  case list([String])
  /// See ``Labels``.
  case file(FileReference)
}

extension ConfigurationType<LabelSource> {
  static let labels = Self(
    read: { value, place throws(ConfigurationError) in
      switch value {
      case .string(let text):
        let file = try ConfigurationType<FileReference>.file.read(value, place)
        let lower = file.name.lowercased()
        guard lower.hasSuffix(".txt") || lower.hasSuffix(".json") else {
          throw place.error("\"\(text)\" must be a .txt file (one label a line) or a .json file")
        }
        return .file(file)
      case .array, .object:
        let labels = try Labels.of(value, place)
        guard !labels.isEmpty else {
          throw place.error("this is empty; leave it out to have the outputs numbered")
        }
        return .list(labels)
      default: throw value.isNot("labels, or a file's name,", place)
      }
    },
    write: { labels in
      switch labels {
      case .list(let labels): .array(labels.map(JSONValue.string))
      case .file(let reference): .string(reference.text)
      }
    })
}
