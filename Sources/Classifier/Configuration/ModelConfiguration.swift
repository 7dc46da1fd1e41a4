import JSON
import Imaging
import S3

/// One model: its file, how images are made its input, and what its output means.
public struct ModelConfiguration: Sendable, Equatable {
  /// The key that results are written to: `[a-z0-9-]`, unique.
  public var name: String
  public var source: FileReference
  /// The JSON that describes the model, for a file that holds weights only; nil: the file has it.
  public var config: FileReference?
  public var labels: LabelSource
  public var input: InputConfiguration
  public var output: OutputConfiguration
  public var when: Route
  public var preload: Preload
  public var onFailure: OnFailure

  /// What becomes of an image that can never work, as it is damaged or of an unknown format.
  public enum OnFailure: String, Sendable, CaseIterable {
    /// Its event fails, is tried again, and goes where events go that failed.
    case fail
    /// Its metadata says so (``ResultNames/error``), and its event succeeds.
    case mark
  }

  public init(
    name: String, source: FileReference, config: FileReference? = nil, labels: LabelSource = .list([]),
    input: InputConfiguration = InputConfiguration(), output: OutputConfiguration = OutputConfiguration(),
    when: Route = Route(), preload: Preload = .auto, onFailure: OnFailure = .fail
  ) {
    self.name = name
    self.source = source
    self.config = config
    self.labels = labels
    self.input = input
    self.output = output
    self.when = when
    self.preload = preload
    self.onFailure = onFailure
  }

  init(_ value: JSONValue, file: String, place: String) throws(ConfigurationError) {
    let section = try ConfigurationSection(
      value, file: file, place: place,
      keys: ["name", "source", "config", "labels", "input", "output", "when", "preload", "onFailure"])
    name = try section.required("name")
    guard !name.isEmpty, name.utf8.count <= 64, WriteConfiguration.isName(name) else {
      throw section.error(
        "name", "\"\(name)\" cannot be a metadata key: use 1 to 64 of a-z, 0-9 and -")
    }
    source = try section.file("source", try section.required("source"))
    config = nil
    if let text = try section.string("config") { config = try section.file("config", text) }
    labels = try LabelSource(section)
    input = try InputConfiguration(section)
    output = try OutputConfiguration(section)
    when = try Route(section)
    preload = try Preload(section)
    onFailure = try section.word("onFailure") ?? .fail
  }

  /// All that results depend on. When a model is loaded and what becomes of failures are not among it.
  var canonical: JSONValue {
    let config: JSONValue = config.map { .string($0.text) } ?? .null
    return [
      "name": .string(name), "source": .string(source.text), "config": config, "labels": labels.canonical,
      "input": input.canonical, "output": output.canonical,
    ]
  }
}

/// A file: an object in S3, or a path (absolute, or looked for in the sideload, the package and the layer).
public enum FileReference: Sendable, Hashable, CustomStringConvertible {
  case path(String)
  case object(S3Location)

  /// - Returns: nil when it begins as an s3 URI but is none.
  public init?(_ text: String) {
    guard text.hasPrefix("s3://") else {
      self = .path(text)
      return
    }
    guard let location = S3Location(uri: text) else { return nil }
    self = .object(location)
  }

  public var text: String {
    switch self {
    case .path(let path): path
    case .object(let location): location.uri
    }
  }

  /// The path or the key: what a file's kind can be told by.
  var name: String {
    switch self {
    case .path(let path): path
    case .object(let location): location.key
    }
  }

  public var description: String { text }
}

/// Where a model's labels are, in the order of its outputs.
public enum LabelSource: Sendable, Equatable {
  /// In place. Empty: outputs are numbered from 0.
  case list([String])
  /// A `.txt` file, one a line, or a `.json` file, a list of texts.
  case file(FileReference)

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    switch section.value("labels") {
    case nil: self = .list([])
    case .string(let text):
      let file = try section.file("labels", text)
      let lower = file.name.lowercased()
      guard lower.hasSuffix(".txt") || lower.hasSuffix(".json") else {
        throw section.error(
          "labels", "\"\(text)\" must be a .txt file (one label a line) or a .json file (a list)")
      }
      self = .file(file)
    case .array?:
      var labels: [String] = []
      for item in try section.list("labels") {
        guard case .string(let label) = item.value else {
          throw ConfigurationError(
            file: section.file, place: item.place, reason: "a label is a string, not \(item.value.kind)")
        }
        if let problem = Labels.problem(label) {
          throw ConfigurationError(file: section.file, place: item.place, reason: problem)
        }
        labels.append(label)
      }
      guard !labels.isEmpty else {
        throw section.error("labels", "the list is empty; leave it out to have the outputs numbered")
      }
      self = .list(labels)
    case .some(let value):
      throw section.error("labels", "a list of strings, or a file's name, should be here, not \(value.kind)")
    }
  }

  var canonical: JSONValue {
    switch self {
    case .list(let labels): .array(labels.map(JSONValue.string))
    case .file(let reference): .string(reference.text)
    }
  }
}
