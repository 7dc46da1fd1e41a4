import ArgumentParser
import Inference
import Keras

/// A model run once on arrays from files.
struct ModelRun {
  let model: KerasModel
  let plan: Plan

  /// Loads, compiles and runs.
  /// - Parameter inputs: `.npy` files in the order of the model's inputs, batch first.
  init(_ options: ModelOptions, inputs paths: [String], threads: Int) throws {
    (model, plan) = try Progress.during("reading \(options.model)") { progress in
      let model = try options.load()
      let tensors = try Self.read(paths, for: model)
      progress.now("preparing \(options.model)")
      let plan = try model.compile(tensors.map(\.shape), threads: threads)
      for (input, tensor) in zip(plan.inputs, tensors) {
        _ = input.values.update(fromContentsOf: tensor.values)
      }
      progress.now("running \(options.model)")
      plan.run()
      return (model, plan)
    }
  }

  private static func read(_ paths: [String], for model: KerasModel) throws -> [Tensor] {
    let inputs = model.graph.inputs
    let list = inputs.map { "\"\($0.name)\" \(Format.shape(model.graph.shape(of: $0.value)))" }
      .joined(separator: ", ")
    guard paths.count == inputs.count else {
      throw ValidationError(
        "The model has \(inputs.count) inputs (\(list)), but --input is given \(paths.count) times.")
    }
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
}

extension PlanPort {
  var readOnly: UnsafeBufferPointer<Float> { UnsafeBufferPointer(values) }
}
