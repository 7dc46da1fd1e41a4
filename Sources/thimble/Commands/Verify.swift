import ArgumentParser
import Inference

/// `thimble verify`: whether a model gives the numbers that Keras gave.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", _superCommandName: "thimble",
    abstract: "Compare a model's results with expected ones.",
    discussion: """
      Arrays are .npy files, batch first. A model with several inputs or outputs takes the option as often, in \
      the model's order. Exit code 1: a value is off by more than the tolerance, which is absolute.

      Examples:
        thimble verify model.h5 --input x.npy --expect y.npy
        thimble verify model.keras --input x.npy --expect y.npy --tolerance 1e-5 --json

      In Python the two arrays are made so:
        numpy.save("x.npy", x); numpy.save("y.npy", model.predict(x))
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    name: [.customShort("i"), .customLong("input")],
    help: ArgumentHelp("An .npy file to read.", valueName: "file"))
  var inputs: [String]

  @Option(
    name: [.customShort("e"), .customLong("expect")],
    help: ArgumentHelp("An .npy file that holds what should come out.", valueName: "file"))
  var expected: [String]

  @Option(help: ArgumentHelp("The largest difference that is allowed.", valueName: "number"))
  var tolerance = 1e-4

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    // NaN counts as infinitely wrong: an infinite tolerance would let it pass.
    guard tolerance >= 0, tolerance.isFinite else {
      throw ValidationError("--tolerance is a finite number of 0 or more.")
    }
  }

  func run() throws {
    let truths = try expected.map { try ArrayFile.read($0) }
    let run = try ModelRun(
      model, inputs: inputs, outputs: (expected.count, "--expect"), threads: threading.threads,
      verifiesWeights: true)
    for (path, (result, truth)) in zip(expected, zip(run.outputs, truths))
    where result.tensor.shape != truth.shape {
      throw Failure(
        path,
        "its shape \(Format.shape(truth.shape)) differs from the shape of the output \(result.name), "
          + Format.shape(result.tensor.shape))
    }
    let comparisons = zip(run.outputs, truths).map { Comparison($0, $1, tolerance: tolerance) }
    let report = Report(
      model: model.model, tolerance: tolerance, passed: comparisons.allSatisfy(\.passed),
      outputs: comparisons)
    if json {
      try JSONOutput.print(report)
    } else {
      for comparison in comparisons { Terminal.show(comparison.text) }
      print(report.passed ? "passed: nothing is off by more than \(tolerance)" : "failed")
    }
    if !report.passed { throw ExitCode.failure }
  }

  private struct Report: Encodable {
    var model: String
    var tolerance: Double
    var passed: Bool
    var outputs: [Comparison]
  }
}

/// One output beside what was expected.
struct Comparison: Encodable {
  /// A value and where it is.
  struct Place: Encodable {
    /// Indices along the axes, batch first.
    var index: [Int]
    var difference: Double
    var actual, expected: Float
  }

  let name: String
  let shape: [Int]
  /// Where the difference is largest; the first such place.
  let worst: Place
  /// How many values are off by more than the tolerance.
  let beyondTolerance: Int

  var passed: Bool { beyondTolerance == 0 }

  /// - Precondition: both have the same shape.
  init(_ output: ModelRun.Output, _ truth: Tensor, tolerance: Double) {
    let (actual, expected) = (output.tensor.values, truth.values)
    var (position, largest, count) = (0, -1.0, 0)
    for index in actual.indices {
      let difference = Self.difference(actual[index], expected[index])
      if difference > largest { (position, largest) = (index, difference) }
      if difference > tolerance { count += 1 }
    }
    name = output.name
    shape = output.tensor.shape
    beyondTolerance = count
    worst = Place(
      index: Self.indices(of: position, in: shape), difference: max(largest, 0),
      actual: actual.isEmpty ? 0 : actual[position], expected: expected.isEmpty ? 0 : expected[position])
  }

  /// Not a number where a number should be, or the reverse, is infinitely wrong.
  private static func difference(_ actual: Float, _ expected: Float) -> Double {
    if actual == expected || actual.isNaN && expected.isNaN { return 0 }
    let difference = abs(Double(actual) - Double(expected))
    return difference.isNaN ? .infinity : difference
  }

  private static func indices(of position: Int, in shape: [Int]) -> [Int] {
    var indices: [Int] = []
    var rest = position
    for size in shape.reversed() where size > 0 {
      indices.insert(rest % size, at: 0)
      rest /= size
    }
    return indices
  }

  var text: String {
    let (actual, expected) = (Double(worst.actual), Double(worst.expected))
    var text = "\(name) \(Format.shape(shape)): largest difference \(Format.significant(worst.difference, 3))"
    text += " at \(worst.index): \(Format.significant(actual)), expected \(Format.significant(expected))"
    if !passed { text += "; \(beyondTolerance) of \(shape.reduce(1, *)) values are off" }
    return text
  }
}
