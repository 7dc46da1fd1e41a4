import ArgumentParser
import Inference

/// `thimble predict`: raw tensors in and out.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", _superCommandName: "thimble",
    abstract: "Run a model on arrays, as Keras' model.predict does.",
    discussion: """
      Arrays are .npy files, batch first, of any batch size. A model with several inputs or outputs takes the \
      option as often, in the model's order. Without --output the highest values of each row are printed.

      Examples:
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
    let run = try ModelRun(
      model, inputs: inputs, outputs: outputs.isEmpty ? nil : (outputs.count, "--output"),
      threads: threading.threads)
    if outputs.isEmpty {
      for output in run.outputs { show(output) }
    } else {
      for (output, path) in zip(run.outputs, outputs) {
        try ArrayFile.write(shape: output.tensor.shape, output.tensor.values, to: path)
      }
    }
  }

  /// The five highest values of each row of the batch, with their places in it.
  private func show(_ output: ModelRun.Output) {
    let tensor = output.tensor
    Terminal.show("\(output.name) \(Format.shape(tensor.shape))")
    let rows = tensor.shape.first ?? 1
    let columns = tensor.count / max(rows, 1)
    for row in 0..<rows {
      let values = tensor.values[(row * columns)..<((row + 1) * columns)]
      let highest = zip(0..., values).sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(5)
      let text = highest.map { "[\($0)] \(Format.significant(Double($1)))" }.joined(separator: "  ")
      print("  \(row): \(text)")
    }
  }
}
