import ArgumentParser
import Foundation
import Inference
import Keras

/// A model on the command line.
struct ModelOptions: ParsableArguments {
  @Argument(help: "The model: a .h5, .hdf5 or .keras file of any Keras, or an unpacked .keras file.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "For a file that holds weights only: the model as model.to_json() describes it.", valueName: "json"))
  var config: String?

  @OptionGroup var classes: ClassOptions

  /// Throws when one of the files is not there.
  func check() throws {
    if !KerasModel.isUnpacked(model) { try InputFile.check(model) }
    if let config { try InputFile.check(config) }
  }

  func load(_ workers: Workers, verifiesWeights: Bool = false) throws -> KerasModel {
    try check()
    return try KerasModel(
      path: model, config: config, workers: workers, verifiesWeights: verifiesWeights,
      customObjects: classes.customObjects)
  }
}

struct ThreadOptions: ParsableArguments {
  @Option(
    name: .customLong("threads"),
    help: ArgumentHelp(
      "Threads that compute. Results are the same for any number. Default: one for each processor.",
      valueName: "n"))
  var given: Int?

  /// Asking for the processors reads files: a first result would wait for it.
  var threads: Int { given ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    guard (1...256).contains(given ?? 1) else {
      throw ValidationError("--threads is a number from 1 to 256.")
    }
  }
}

/// Shapes of inputs for commands that make their own.
struct ShapeOptions: ParsableArguments {
  @Option(
    name: .customLong("shape"),
    help: ArgumentHelp(
      "An input's shape, batch first, e.g. 1x224x224x3; repeat it for further inputs. Default: a batch of 1, "
        + "224 where the model leaves a size open.", valueName: "shape"))
  var shapes: [InputShape] = []

  /// One for each of the model's inputs.
  func shapes(for model: KerasModel) throws -> [[Int]] {
    let inputs = model.graph.inputs
    if shapes.isEmpty { return Self.usual(for: model) }
    guard shapes.count == inputs.count else {
      throw ValidationError("The model has \(inputs.count) inputs; --shape is given \(shapes.count) times.")
    }
    return shapes.map(\.sizes)
  }
}

extension ShapeOptions {
  /// A batch of 1, and 224 where the model leaves a size open.
  static func usual(for model: KerasModel) -> [[Int]] {
    model.graph.inputs.map { input in
      model.graph.shape(of: input.value).enumerated().map { axis, size in size ?? (axis == 0 ? 1 : 224) }
    }
  }
}

struct InputShape: ExpressibleByArgument {
  let sizes: [Int]

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    sizes = parts.compactMap { Int($0) }
    guard sizes.count == parts.count, sizes.allSatisfy({ $0 > 0 }) else { return nil }
  }
}

extension KerasModel {
  /// Makes the model ready to run.
  func compile(_ shapes: [[Int]], _ workers: Workers) throws(Failure) -> Plan {
    do {
      return try Plan(graph, inputShapes: shapes, workers: workers)
    } catch {
      throw Failure(path, "\(error)")
    }
  }
}
