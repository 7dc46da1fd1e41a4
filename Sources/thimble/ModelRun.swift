import ArgumentParser
import Inference
import Keras

/// What a model makes of arrays from files.
struct ModelRun {
  struct Output {
    let name: String
    let tensor: Tensor
  }

  /// In the model's order.
  let outputs: [Output]

  /// As many samples at a time as Keras' predict takes: memory grows with them.
  private static let batch = 32

  /// Loads, compiles and runs.
  /// - Parameters:
  ///   - inputs: `.npy` files in the order of the model's inputs, batch first.
  ///   - outputs: how many the caller needs, and the option that sets it; nil: any.
  init(
    _ options: ModelOptions, inputs paths: [String], outputs wanted: (count: Int, option: String)?,
    threads: Int, verifiesWeights: Bool = false
  ) throws {
    outputs = try Progress.during("reading \(options.model)") { progress in
      let workers = Workers(count: threads)
      let model = try options.load(workers, verifiesWeights: verifiesWeights)
      if let wanted { try model.check(model.graph.outputs, count: wanted.count, option: wanted.option) }
      let inputs = try Self.read(paths, for: model)
      progress.now("preparing \(options.model)")
      return try Self.run(model, inputs, workers, progress)
    }
  }

  private static func read(_ paths: [String], for model: KerasModel) throws -> [Tensor] {
    let inputs = model.graph.inputs
    try model.check(inputs, count: paths.count, option: "--input")
    var tensors: [Tensor] = []
    for (path, input) in zip(paths, inputs) {
      let tensor = try ArrayFile.read(path)
      let wanted = model.graph.shape(of: input.value)
      let fits =
        tensor.shape.count == wanted.count && zip(tensor.shape, wanted).allSatisfy { $1 == nil || $0 == $1 }
      guard fits else {
        throw Failure(
          path, "its shape \(Format.shape(tensor.shape)) does not fit the model's input \"\(input.name)\"",
          remedy: "give \(Format.shape(wanted)), batch first")
      }
      guard tensor.count > 0 else { throw Failure(path, "it is empty", remedy: "give a batch of 1 or more") }
      tensors.append(tensor)
    }
    return tensors
  }

  private static func run(
    _ model: KerasModel, _ inputs: [Tensor], _ workers: Workers, _ progress: Progress
  ) throws(Failure) -> [Output] {
    let parts = parts(of: inputs, model)
    var plan: Plan?
    var results: [[Tensor]] = []
    for (index, part) in parts.enumerated() {
      let shapes = part.map(\.shape)
      // The old plan's memory is given back before the new one takes its own.
      if plan?.inputs.map(\.shape) != shapes { plan = nil }
      let current: Plan
      if let plan { current = plan } else { current = try model.compile(shapes, workers) }
      plan = current
      progress.now("running \(model.path)" + (parts.count > 1 ? ", part \(index + 1) of \(parts.count)" : ""))
      for (input, tensor) in zip(current.inputs, part) {
        _ = input.values.update(fromContentsOf: tensor.values)
      }
      current.run()
      // Worth its time only for a plan that runs again.
      if parts.dropFirst(index + 1).first?.map(\.shape) == shapes { current.packAll() }
      results.append(current.outputs.map { Tensor(shape: $0.shape, $0.values) })
    }
    keepToExit((model, plan))
    return model.graph.outputs.enumerated().map { index, output in
      Output(name: output.name, tensor: Tensor(joining: results.map { $0[index] }))
    }
  }

  /// The inputs cut along the batch, where the model takes any batch and all inputs have the same.
  private static func parts(of inputs: [Tensor], _ model: KerasModel) -> [[Tensor]] {
    let isOpen = model.graph.inputs.allSatisfy { model.graph.shape(of: $0.value).first == .some(nil) }
    guard isOpen, let count = inputs.first?.shape.first, inputs.allSatisfy({ $0.shape.first == count }) else {
      return [inputs]
    }
    return stride(from: 0, to: count, by: batch).map { start in
      inputs.map { $0.samples(start..<min(start + batch, count)) }
    }
  }
}

/// Leaves a value to the end of the process, which gives all memory back at once: to free a model's thousands of objects
/// before its results are shown takes a millisecond.
private func keepToExit(_ value: Any) {
  final class Box {
    let value: Any
    init(_ value: Any) { self.value = value }
  }
  _ = Unmanaged.passRetained(Box(value))
}

extension KerasModel {
  /// Throws when an option is not given as often as the model has inputs or outputs.
  func check(_ ports: [Graph.Port], count: Int, option: String) throws(ValidationError) {
    guard count != ports.count else { return }
    let list = ports.map { "\($0.name) \(Format.shape(graph.shape(of: $0.value)))" }.joined(separator: ", ")
    throw ValidationError(
      "The model needs \(option) \(ports.count) times (\(list)); it is given \(count) times.")
  }
}

extension Tensor {
  /// Part of a batch.
  fileprivate func samples(_ range: Range<Int>) -> Tensor {
    guard let batch = shape.first, range.count < batch else { return self }
    let size = count / batch
    return Tensor(
      shape: [range.count] + shape.dropFirst(), values[(range.lowerBound * size)..<(range.upperBound * size)])
  }

  /// Batches one after another.
  fileprivate init(joining parts: [Tensor]) {
    if parts.count == 1 {
      self = parts[0]
    } else {
      let count = parts.reduce(0) { $0 + ($1.shape.first ?? 1) }
      self.init(shape: [count] + (parts.first?.shape.dropFirst() ?? []), parts.flatMap { Array($0.values) })
    }
  }
}
