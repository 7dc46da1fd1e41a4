import Inference
import TestSupport
import Testing

@testable import Keras

/// Models that Keras saved give what Keras predicts.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct ComparisonTests {
  @Test(arguments: KerasCase.names(refused: false)) func predictsAsKeras(_ name: String) throws {
    let saved = try KerasCase(name)
    let model = try KerasModel(path: saved.model, config: saved.config, workers: Workers(count: 3))
    let inputs = try saved.paths("in").map { try NPY.read(path: $0) }
    let plan = try Plan(model.graph, inputShapes: inputs.map(\.shape), workers: Workers(count: 1))
    for (port, input) in zip(plan.inputs, inputs) { _ = port.values.update(from: input.values) }
    plan.run()
    let truths = try saved.paths("out").map { try NPY.read(path: $0) }
    #expect(plan.outputs.count == truths.count)
    for (output, truth) in zip(plan.outputs, truths) {
      #expect(output.shape == truth.shape, "\(output.name)")
      guard output.shape == truth.shape else { continue }
      let worst = zip(output.values, truth.values).map { abs($0 - $1) }.max() ?? 0
      let scale = truth.values.map { abs($0) }.max() ?? 0
      // NaN is worse than anything.
      #expect(worst <= 1e-5 * max(scale, 1), "\(output.name), of scale \(scale)")
    }
  }
}
