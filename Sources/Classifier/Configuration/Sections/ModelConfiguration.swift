import Keras

/// One model: its file, how images are made its input, and what its output means.
public struct ModelConfiguration: Sendable, Equatable {
  /// The key that results are written to: `[a-z0-9-]`, unique.
  public var name: String
  public var source: FileReference
  /// The JSON that describes the model, for a file that holds weights only; nil: the file has it.
  public var config: FileReference?
  /// What is known of classes that the file names but does not hold.
  public var customObjects: CustomObjects
  public var labels: LabelSource
  public var input: InputConfiguration
  public var output: OutputConfiguration
  public var when: Route
  public var preload: Preload
  public var onFailure: OnFailure

  /// What happens to an image that can never work, because it is damaged or of an unknown format.
  public enum OnFailure: String, Sendable, CaseIterable {
    /// Its event fails, is tried again, and goes where events go that failed.
    case fail
    /// Its metadata says so (``ResultNames/error``), and its event succeeds.
    case mark
  }

  public init(
    name: String, source: FileReference, config: FileReference? = nil,
    customObjects: CustomObjects = CustomObjects(), labels: LabelSource = .list([]),
    input: InputConfiguration = InputConfiguration(), output: OutputConfiguration = OutputConfiguration(),
    when: Route = Route(), preload: Preload = .auto, onFailure: OnFailure = .fail
  ) {
    self.name = name
    self.source = source
    self.config = config
    self.customObjects = customObjects
    self.labels = labels
    self.input = input
    self.output = output
    self.when = when
    self.preload = preload
    self.onFailure = onFailure
  }
}

extension ModelConfiguration: ConfigurationSection {
  typealias Key = ConfigurationKey<Self>

  /// Public as the command line has options that mean the same.
  public enum Keys {
    public static let classes = ConfigurationKey<ModelConfiguration>(
      "classes", \.customObjects.classes, .members(.substitute), .resultsUnlessDefault,
      text: """
        known classes for classes of your own that compute the same, as `custom_objects` in Keras: \
        `{"MyDropout": "Dropout", "MyNorm": {"class": "LayerNormalization", "config": {"epsilon": 1e-6}}}`; keys of `config` \
        come before those in the model file
        """, fallback: "none")
    public static let lambdas = ConfigurationKey<ModelConfiguration>(
      "lambdas", \.customObjects.lambdas, .members(.string { _ in nil }), .resultsUnlessDefault,
      text: """
        the functions of `Lambda` layers, where the model file does not hold them or they are not understood: \
        `{"lambda_1": "keras.applications.mobilenet_v2.preprocess_input"}`, by the layers' names
        """, fallback: "those in the model file")
  }

  static let keys = [
    Key(
      "name", \.name,
      .string { name in
        !name.isEmpty && name.utf8.count <= 64 && WriteConfiguration.isName(name)
          ? nil : "\"\(name)\" cannot be a metadata key: use 1 to 64 of a-z, 0-9 and -"
      }, .results, text: "the metadata key: `a-z`, `0-9`, `-`; unique", fallback: nil),
    Key(
      "source", \.source, .file, .results,
      text: """
        `s3://bucket/key` (`?versionId=` allowed), or a path: absolute, or in the sideload, the package or the layer
        """, fallback: nil),
    Key(
      "config", \.config, .optional(.file), .results,
      text: """
        for a file that holds weights only: a `.json` file with the text of `model.to_json()`, by path or s3 URI
        """, fallback: "the model file has it"),
    Keys.classes,
    Keys.lambdas,
    Key(
      "labels", \.labels, .labels, .results,
      text: "a list, or a `.txt` or `.json` file by path or s3 URI; see below",
      fallback: "the numbers of the outputs"),
    Key("input", \.input, .section, .results),
    Key("output", \.output, .section, .results),
    Key("when", \.when, .section, .none),
    Key(
      "preload", \.preload, .preload, .none,
      text: """
        load the model while the function starts: `true`, `false`, or `"auto"`: a configuration's only model, and \
        models without `when`
        """, fallback: "`\"auto\"`"),
    Key(
      "onFailure", \.onFailure, .word, .none,
      text: """
        what happens to an image that can never work (damaged, of an unknown format): `"fail"` fails its event, which \
        Lambda retries and then sends to the on-failure destination; `"mark"` writes the reason to \
        `x-amz-meta-NAME-error` and succeeds, so that nothing is retried
        """, fallback: "`\"fail\"`"),
  ]

  /// Without the name and the file, which every model in a `thimble.json` has.
  init() { self.init(name: "", source: .path("")) }
}
