import ArgumentParser
import Classifier
import Foundation
import Imaging

/// `thimble classify`: labels for images, as the function would find them.
struct Classify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify", _superCommandName: "thimble",
    abstract: "Label images with a model, or with all models of a configuration.",
    usage: """
      thimble classify MODEL IMAGE... [--labels <file>] [--top <k>] [--preprocess <arithmetic>] ...
      thimble classify --config <thimble.json> IMAGE...
      """,
    discussion: """
      Images are PNG, JPEG, BMP or PNM, recognised by their content. How a model was trained decides what --preprocess, \
      --resize and --color must be. Paths in a configuration are looked for in its folder and in a \
      sideload.zip there; what is in S3 is taken from the folders that --bucket names, or fetched with the \
      credentials of the environment. Exit code 1: an image could not be classified.

      Examples:
        thimble classify model.h5 photo.jpg --labels labels.txt --preprocess tf --top 3
        thimble classify model.keras *.jpg --labels labels.json --json
        thimble classify --config function/thimble.json photo.jpg --bucket models=my-models
      """)

  @Argument(help: "The model (without --config) and the image files.")
  var files: [String]

  @Option(help: ArgumentHelp("A thimble.json; all its models label the images.", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("bucket"),
    help: ArgumentHelp(
      "A folder that stands for a bucket of the configuration. May be repeated.", valueName: "name=dir"))
  var buckets: [String] = []

  @Option(help: ArgumentHelp("The labels: a .txt or .json file, as in a configuration.", valueName: "file"))
  var labels: String?

  @Option(
    help: ArgumentHelp("Height and width, where the model takes any. Default: its own.", valueName: "HxW"))
  var size: Size?

  @Option(help: ArgumentHelp(InputConfiguration.Keys.color.help, valueName: "color"))
  var color: Color?

  @OptionGroup var pipeline: PipelineOptions
  @OptionGroup var classes: ClassOptions

  @Option(help: ArgumentHelp(OutputConfiguration.Keys.top.help, valueName: "k"))
  var top: Int?

  @Option(help: ArgumentHelp(OutputConfiguration.Keys.head.help, valueName: "output"))
  var head: OutputConfiguration.Head?

  @Option(help: ArgumentHelp(OutputConfiguration.Keys.activation.help, valueName: "activation"))
  var activation: OutputConfiguration.Activation?

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top is a number of 1 or more.") }
    if config == nil {
      guard files.count >= 2 else { throw ValidationError("Give a model and an image.") }
      if !buckets.isEmpty { throw ValidationError("--bucket goes with --config.") }
    } else if labels != nil || size != nil || color != nil || top != nil || head != nil || activation != nil
      || pipeline.isGiven || classes.isGiven
    {
      throw ValidationError("With --config, labels, input, output and classes are the configuration's.")
    }
  }

  func run() throws {
    let panel = try config.map(panel) ?? single()
    let images = config == nil ? Array(files.dropFirst()) : files
    var results: [ImageResult] = []
    try Progress.during("classifying") { progress in
      for (index, image) in images.enumerated() {
        progress.now("classifying \(image), \(index + 1) of \(images.count)")
        results.append(try panel.classify(image, isLast: index == images.count - 1))
      }
    }
    if json {
      try JSONOutput.print(results)
    } else {
      Terminal.show(ImageResult.table(results))
    }
    let failures = results.compactMap(\.error)
    for failure in failures { Terminal.note("thimble: \(failure)") }
    if !failures.isEmpty { throw ExitCode.failure }
  }

  private func panel(_ config: String) throws -> Panel {
    try Panel(configuration: config, buckets: BucketFolders(buckets), threads: threading.threads)
  }

  private func single() throws -> Panel {
    for path in [files.first, labels].compactMap({ $0 }) { try InputFile.check(path) }
    let model = ModelConfiguration(
      name: "model", source: .path(InputFile.absolute(files.first ?? "")),
      customObjects: classes.customObjects,
      labels: labels.map { .file(.path(InputFile.absolute($0))) } ?? .list([]),
      input: pipeline.input(size: size, color: color),
      output: OutputConfiguration(head: head, top: top, activation: activation))
    return try Panel([model], roots: [], threads: threading.threads)
  }
}

extension OutputConfiguration.Activation: ExpressibleByArgument {}

extension OutputConfiguration.Head: ExpressibleByArgument {
  public init?(argument: String) { self = Int(argument).map { .index($0) } ?? .name(argument) }
}
