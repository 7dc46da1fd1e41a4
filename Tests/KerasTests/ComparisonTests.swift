import Foundation
import Inference
import TestSupport
import Testing

@testable import Keras

/// Models that Keras saved give what Keras predicts.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct ComparisonTests {
  static let cases: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.directory("Keras"))) ?? []
    return names.filter { $0 != "complete" }.sorted()
  }()

  @Test(arguments: cases) func predictsAsKeras(_ name: String) throws {
    let folder = Fixtures.directory("Keras") + "/" + name
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    let file = try #require(files.first { $0.hasPrefix("model.") })
    let config = files.contains("config.json") ? folder + "/config.json" : nil
    let model = try KerasModel(path: folder + "/" + file, config: config)
    let inputs = try files.filter { $0.hasPrefix("in") }.sorted().map {
      try NPY.read(path: folder + "/" + $0)
    }
    let plan = try Plan(model.graph, inputShapes: inputs.map(\.shape), workers: Workers(count: 1))
    for (port, input) in zip(plan.inputs, inputs) { _ = port.values.update(from: input.values) }
    plan.run()
    #expect(plan.outputs.count == files.filter { $0.hasPrefix("out") }.count)
    for (index, output) in plan.outputs.enumerated() {
      let expected = try NPY.read(path: folder + "/out\(index).npy")
      #expect(output.shape == expected.shape, "output \(index), \(output.name)")
      guard output.shape == expected.shape else { continue }
      let worst = zip(output.values, expected.values).map { abs($0 - $1) }.max() ?? 0
      let scale = expected.values.map { abs($0) }.max() ?? 0
      // NaN is worse than anything.
      #expect(worst <= 1e-5 * max(scale, 1), "output \(index), \(output.name), of scale \(scale)")
    }
  }
}
