import Glibc
@testable import Inference
import Keras

/// A mutated configuration with the weights of a sound file. The input's first line names the file, in the folder.
struct ModelTarget: FuzzTarget {
  let folder: String
  private let runner = ModelRunner()

  init(folder: String) { self.folder = folder }

  func run(_ input: UnsafeRawBufferPointer) {
    guard let end = input.firstIndex(of: UInt8(ascii: "\n")) else { return }
    let name = String(decoding: input[..<end], as: UTF8.self)
    // Other names are not tested.
    guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !name.contains("..") else { return }
    runner.run("\(folder)/\(name)", config: Array(input[(end + 1)...]))
  }

  func mutated(_ input: UnsafeRawBufferPointer, seed: UInt64) -> [UInt8]? {
    guard let end = input.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    var mutator = JSONMutator(seed: seed)
    let rest = UnsafeRawBufferPointer(rebasing: input[(end + 1)...])
    return mutator.mutated(rest, sometimes: 50).map { Array(input[...end]) + $0 }
  }
}

/// A whole model file.
struct ModelFileTarget: FuzzTarget {
  private let file = InputFile()
  private let runner = ModelRunner()

  func run(_ input: UnsafeRawBufferPointer) {
    file.write(input)
    runner.run(file.path, config: nil)
  }
}

/// Loads models and runs those that are accepted.
struct ModelRunner {
  /// Values in any one step, and operations in all: what is larger is refused elsewhere, or tests nothing new.
  private static let valueLimit = 1e6
  private static let flopLimit = 1e8

  private let workers = Workers(count: 1)

  func run(_ path: String, config: [UInt8]?) {
    do throws(KerasError) {
      let config = config.map { (text: $0, name: "config.json") }
      check(try KerasModel(path: path, config: config, workers: workers).graph)
    } catch {
      expect(!error.description.isEmpty, "a refusal says nothing")
    }
  }

  private func check(_ graph: Graph) {
    let shapes = graph.inputs.map { input in graph.shape(of: input.value).map { $0 ?? 2 } }
    let sizes = graph.nodes.map { node in node.shape.reduce(1.0) { $0 * Double($1 ?? 2) } }
    guard sizes.allSatisfy({ $0 <= Self.valueLimit }) else { return }
    guard let plain = try? graph.specialized(shapes),
      let plan = try? Plan(graph, inputShapes: shapes, workers: workers)
    else { return }
    let flops = plan.steps.reduce(0) { $0 + $1.flops }
    guard flops <= Self.flopLimit,
      plain.nodes.allSatisfy({ Double($0.sizes.reduce(1, *)) <= Self.valueLimit })
    else { return }
    let outputs = run(plan)
    for (output, port) in zip(plan.outputs, plain.outputs) {
      expect(
        output.shape == plain.nodes[port.value.index].sizes, "an output has another shape than its layer")
      expect(
        output.values.count == output.shape.reduce(1, *), "an output's values are not those of its shape")
    }
    // Where values lie makes no difference.
    let options = PlanOptions(sharesMemory: false)
    guard let roomy = try? Plan(graph, inputShapes: shapes, workers: workers, options: options) else {
      find("a plan with more memory is refused")
    }
    expect(run(roomy) == outputs, "values that share memory overwrite each other")
  }

  /// The bits of all outputs; NaNs are alike.
  private func run(_ plan: Plan) -> [[UInt32]] {
    for (number, port) in plan.inputs.enumerated() {
      for index in port.values.indices { port.values[index] = Float((index &* 31 &+ number) % 19) / 8 - 1 }
    }
    plan.run()
    return plan.outputs.map { $0.values.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern } }
  }
}
