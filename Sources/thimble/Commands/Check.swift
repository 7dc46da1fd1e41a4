import ArgumentParser
import Classifier
import Foundation
import Inference
import Keras
import S3

/// `thimble check`: whether a folder can be a function's package, and an S3 server its storage.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", _superCommandName: "thimble",
    abstract:
      "Check that all that a function's thimble.json names is there and works; or check a model, or an S3 server.",
    discussion: """
      Models, their configs and labels in the folder, or in a sideload.zip there, are loaded as the function would load \
      them, as are those of buckets for which --bucket NAME=DIR names a folder. What is elsewhere in S3 or at an absolute \
      path is not checked. Probable mistakes are printed as warnings. Exit code 1: the function would fail.

      Of a model's file, or of an unpacked .keras file, the model alone is looked at: whether it works, and which \
      settings it needs.

      With --endpoint an S3 server is asked whether it does what Thimble relies on: whether conditions are obeyed, \
      tags survive, metadata and checksums are S3's. It gets an object of a random name in the --bucket that has no \
      folder, which is removed again. Credentials and region are those of the environment. Exit code 1: it is not \
      safe; the output says what to do.

      Examples:
        thimble check function
        thimble check function/thimble.json --bucket models=my-models
        thimble check model.keras
        thimble check --endpoint https://minio.example:9000 --bucket images
      """)

  @Argument(
    help: ArgumentHelp("The folder with thimble.json, such a file, or a model.", valueName: "dir-or-file"))
  var path: String?

  @Option(help: ArgumentHelp("The S3 server to ask.", valueName: "url"))
  var endpoint: String?

  @Option(
    name: .customLong("bucket"),
    help: ArgumentHelp(
      "With a folder: another one that stands for a bucket of the configuration; may be repeated. Without: the bucket "
        + "of the S3 server, in which objects may be written.", valueName: "name[=dir]"))
  var buckets: [String] = []

  @OptionGroup var classes: ClassOptions

  private var folders: [String] { buckets.filter { $0.contains("=") } }
  private var probed: [String] { buckets.filter { !$0.contains("=") } }

  func validate() throws {
    guard path != nil || endpoint != nil else {
      throw ValidationError("Name a folder, or --endpoint and --bucket.")
    }
    guard probed.count == (endpoint == nil ? 0 : 1) else {
      throw ValidationError(
        "--endpoint and one --bucket NAME go together; a bucket of the configuration is --bucket NAME=DIR.")
    }
    guard folders.isEmpty || path != nil else {
      throw ValidationError("--bucket NAME=DIR goes with a folder or a configuration.")
    }
  }

  func run() throws {
    if let path { try check(path: path) }
    if let endpoint, let bucket = probed.first { try check(endpoint: endpoint, bucket: bucket) }
  }

  private func check(endpoint: String, bucket: String) throws {
    var environment = ProcessInfo.processInfo.environment
    environment["AWS_ENDPOINT_URL_S3"] = endpoint
    let retry = RetryPolicy(attempts: 4, baseDelay: 0.2, maximumDelay: 2)
    let client = try S3Client(environment: environment, retry: retry)
    let probe = EndpointProbe(client, bucket: bucket)
    let report = try Progress.during("asking \(endpoint)") { _ in try probe.run() }
    print(report.table)
    print("\n" + report.advice)
    if !report.isSafe { throw ExitCode.failure }
  }

  /// Checks a model by itself: why it is refused, or what it says about the settings that it needs.
  private func check(model path: String) throws {
    let notes = try Progress.during("reading \(path)") { _ in
      let workers = Workers(count: 1)
      let model = try KerasModel(
        path: path, workers: workers, verifiesWeights: true, customObjects: classes.customObjects)
      _ = try model.compile(ShapeOptions.usual(for: model), workers)
      return ModelTraits(model).notes
    }
    Terminal.show((["\(path) works"] + notes.map { "\(path): note: \($0)" }).joined(separator: "\n"))
  }

  private func check(path: String) throws {
    if KerasModel.isModel(path) {
      return try Refusal.shown(json: false) { () throws in try check(model: path) }
    }
    guard !classes.isGiven else {
      throw ValidationError("--class and --lambda go with a model; a configuration has \"classes\" and \"lambdas\".")
    }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let file = isFolder.boolValue ? path + "/thimble.json" : path
    guard exists, FileManager.default.fileExists(atPath: file) else {
      throw Failure(file, "there is no such file", remedy: "THIMBLE_CONFIG may name one in S3 instead")
    }
    let folders = try BucketFolders(folders)
    let panel = try Panel(configuration: file, threads: 1)
    var problems: [String] = []
    for model in panel.models {
      do {
        Terminal.show(try panel.check(model, with: folders))
      } catch {
        problems.append("\(error)")
      }
    }
    for problem in problems { Terminal.note("thimble: \(file): \(problem)") }
    if !problems.isEmpty { throw ExitCode.failure }
  }
}

extension Panel {
  /// Loads what of a model comes with the function, or is in the buckets' folders.
  /// - Returns: what was found.
  fileprivate func check(_ model: ModelConfiguration, with folders: BucketFolders) throws -> String {
    let local = try folders.model(model)
    guard isHere(model.source, local.source) else {
      var text = "\(model.name): \(model.source) is not checked"
      if case (.file(let labels), .file(let file)) = (model.labels, local.labels), isHere(labels, file) {
        text += "; \(try store.labels(of: local).count) labels in \(labels)"
      }
      if let config = model.config, let file = local.config, isHere(config, file) {
        _ = try store.config(of: local)
        text += "; its config is \(config)"
      }
      return text
    }
    let checked = try store.check(local)
    let labels = checked.labelCount == 0 ? "no labels" : "\(checked.labelCount) labels"
    let warnings = checked.warnings.map { "\n\(model.name): warning: \($0)" }
    return "\(model.name): \(model.source) works, \(labels)" + warnings.joined()
  }

  /// Whether a file lies beside the configuration or in a bucket's folder.
  /// - Parameter found: where the folders have it.
  private func isHere(_ file: FileReference, _ found: FileReference) -> Bool {
    if case .path(let path) = file { !path.hasPrefix("/") } else { file != found }
  }
}
