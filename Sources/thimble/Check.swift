import ArgumentParser
import Classifier
import Foundation

/// `thimble check`: whether a folder can be a function's package.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", _superCommandName: "thimble",
    abstract: "Check a function's folder: its thimble.json, and that all it names is there and works.",
    discussion: """
      Models, their configs and labels in the folder, or in a sideload.zip there, are loaded as the function would load \
      them. What is in S3 or at an absolute path is not looked at. Exit code 1: the function would fail.

      Example:
        thimble check function
      """)

  @Argument(help: ArgumentHelp("The folder with thimble.json.", valueName: "folder"))
  var folder: String

  func run() throws {
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
