import Inference
import JSON
import Testing

@testable import Keras

extension KerasCase {
  /// Builds the model with a changed configuration: it is refused with an error that names the file, or runs.
  /// - Parameter limit: a model with a larger tensor is not run.
  func expectRefusedOrRun(_ configuration: JSONValue, _ file: ModelFile, limit: Double) {
    do throws(KerasError) {
      var parser = ModelParser(file: model, version: file.version)
      let description = try parser.model(configuration)
      var builder = GraphBuilder(weights: try file.read(description))
      try builder.build(description, file: model)
      builder.graph.runIfSmall(limit: limit)
    } catch {
      #expect(error.description.hasPrefix(model))
    }
  }
}

extension Graph {
  /// Compiles and runs a graph that was built, where no tensor has `limit` values or more.
  func runIfSmall(limit: Double) {
    let shapes = inputs.map { input in shape(of: input.value).map { $0 ?? 2 } }
    let sizes = nodes.map { node in node.shape.reduce(1.0) { $0 * Double($1 ?? 2) } }
    guard sizes.allSatisfy({ $0 < limit }) else { return }
    try? Plan(self, inputShapes: shapes, workers: Workers(count: 1)).run()
  }
}
