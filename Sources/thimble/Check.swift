import ArgumentParser
import Classifier
import Foundation
import S3

/// `thimble check`: whether a folder can be a function's package, and an S3 server its storage.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", _superCommandName: "thimble",
    abstract:
      "Check a function's folder, that all its thimble.json names is there and works; or an S3 server.",
    discussion: """
      Models, their configs and labels in the folder, or in a sideload.zip there, are loaded as the function would load \
      them. What is in S3 or at an absolute path is not looked at. Exit code 1: the function would fail.

      With --endpoint an S3 server is asked whether it does what Thimble relies on: whether conditions are obeyed, \
      tags survive, metadata and checksums are S3's. It gets an object of a random name, which is removed again. \
      Credentials and region are those of the environment. Exit code 1: it is not safe, and what to do is told.

      Examples:
        thimble check function
        thimble check --endpoint https://minio.example:9000 --bucket images
      """)

  @Argument(help: ArgumentHelp("The folder with thimble.json.", valueName: "folder"))
  var folder: String?

  @Option(help: ArgumentHelp("The S3 server to ask.", valueName: "url"))
  var endpoint: String?

  @Option(help: ArgumentHelp("A bucket of it, in which objects may be written.", valueName: "name"))
  var bucket: String?

  func validate() throws {
    guard (endpoint == nil) == (bucket == nil) else {
      throw ValidationError("--endpoint and --bucket go together.")
    }
    guard folder != nil || endpoint != nil else {
      throw ValidationError("Name a folder, or --endpoint and --bucket.")
    }
  }

  func run() throws {
    if let folder { try check(folder: folder) }
    if let endpoint, let bucket { try check(endpoint: endpoint, bucket: bucket) }
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

  private func check(folder: String) throws {
    let file = folder + "/thimble.json"
    guard FileManager.default.fileExists(atPath: file) else {
      throw Failure(file, "there is no such file", remedy: "THIMBLE_CONFIG may name one in S3 instead")
    }
    let panel = try Panel(configuration: file, threads: 1)
    var problems: [String] = []
    for model in panel.models {
      do {
        Terminal.show(try panel.check(model))
      } catch {
        problems.append("\(error)")
      }
    }
    for problem in problems { Terminal.note("thimble: \(file): \(problem)") }
    if !problems.isEmpty { throw ExitCode.failure }
  }
}

extension Panel {
  /// Loads what of a model comes with the function.
  /// - Returns: what was found.
  fileprivate func check(_ model: ModelConfiguration) throws -> String {
    guard isBeside(model.source) else {
      var text = "\(model.name): \(model.source) is not looked at"
      if case .file(let labels) = model.labels, isBeside(labels) {
        text += "; \(try store.labels(of: model).count) labels in \(labels)"
      }
      if let config = model.config, isBeside(config) {
        _ = try store.config(of: model)
        text += "; its config is \(config)"
      }
      return text
    }
    let classifier = try store.classifier(for: model)
    let labels = classifier.labels.isEmpty ? "no labels" : "\(classifier.labels.count) labels"
    return "\(model.name): \(model.source) works, \(labels)"
  }

  private func isBeside(_ file: FileReference) -> Bool {
    if case .path(let path) = file { !path.hasPrefix("/") } else { false }
  }
}
