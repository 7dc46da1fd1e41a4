import Inference
import NPY
import TestSupport
import Testing

@testable import Keras

/// Models that Keras saved give what Keras predicts.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct ComparisonTests {
  @Test(arguments: KerasCase.names(refused: false), KernelSet.all)
  func predictsAsKeras(_ name: String, _ kernels: KernelSet) throws {
    let saved = try KerasCase(name)
    let model = try KerasModel(
      path: saved.model, config: saved.config, workers: Workers(count: 3),
      customObjects: saved.customObjects())
    let inputs = try saved.paths("in").map { try NPY.read(path: $0) }
    let plan = try Plan(
      model.graph, inputShapes: inputs.map(\.shape), workers: Workers(count: 1),
      options: PlanOptions(kernels: kernels))
    for (port, input) in zip(plan.inputs, inputs) { _ = port.values.update(from: input.values) }
    plan.run()
    let truths = try saved.paths("out").map { try NPY.read(path: $0) }
    #expect(!truths.isEmpty && plan.outputs.count == truths.count)
    for (output, truth) in zip(plan.outputs, truths) {
      let found = difference(
        (output.shape, output.values), (truth.shape, truth.values), within: .scaled(1e-5))
      #expect(found == nil, "\(output.name)")
    }
  }
}
