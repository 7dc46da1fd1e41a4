import Inference
import TestSupport
import Testing

@testable import Keras

/// A channels-first model runs as its channels-last twin would.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct LayoutTests {
  @Test func transposesItsInputOnly() throws {
    let saved = try KerasCase("channels_first_model-h5")
    let model = try KerasModel(path: saved.model)
    let plan = try Plan(model.graph, inputShapes: [[1, 3, 16, 16]], workers: Workers(count: 1))
    #expect(plan.steps.filter { $0.kernel.contains("transpose") }.count == 1)
  }
}
