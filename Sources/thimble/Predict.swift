import ArgumentParser
import Inference

/// `thimble predict`: raw tensors in and out.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Run a model on arrays, as Keras' model.predict does.",
    discussion: """
      Arrays are .npy files, batch first, of any batch size. A model with several inputs or outputs takes the \
      option as often, in the model's order. Without --output the highest values of each row are printed.

      Examples:
        thimble image photo.jpg --size 224x224 --preprocess tf --output x.npy
        thimble predict model.h5 --input x.npy
        thimble predict model.h5 --input x.npy --output y.npy
        thimble predict two.keras --input a.npy --input b.npy --output y.npy
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    name: [.customShort("i"), .customLong("input")],
    help: ArgumentHelp("An .npy file to read.", valueName: "file"))
  var inputs: [String]

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("An .npy file to write, float32.", valueName: "file"))
  var outputs: [String] = []

  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let run = try ModelRun(model, inputs: inputs, threads: threading.threads)
    let results = run.plan.outputs
    if outputs.isEmpty {
      for result in results { show(result) }
      return
    }
    guard outputs.count == results.count else {
      let names = results.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw ValidationError(
        "The model has \(results.count) outputs (\(names)), but --output is given \(outputs.count) times.")
    }
    for (result, path) in zip(results, outputs) {
      try ArrayFile.write(shape: result.shape, result.readOnly, to: path)
    }
  }

  /// The five highest values of each row of the batch, with their places in it.
  private func show(_ result: PlanPort) {
    print("\(result.name) \(Format.shape(result.shape))")
    let rows = result.shape.first ?? 1
    let columns = result.values.count / max(rows, 1)
    for row in 0..<rows {
      let values = result.values[(row * columns)..<((row + 1) * columns)]
      let highest = zip(0..., values).sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(5)
      print(
        "  \(row): " + highest.map { "[\($0)] \(Format.significant(Double($1)))" }.joined(separator: "  "))
    }
  }
}
