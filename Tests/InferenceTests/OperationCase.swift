import NPY
import TestSupport
import Testing

import class Foundation.FileManager

@testable import Inference

/// One case that `scripts/fixtures/Inference.py` made: inputs, parameters, and the expected result.
struct OperationCase: CustomTestStringConvertible, Sendable {
  let name: String
  var testDescription: String { name }

  private var folder: String { Fixtures.directory("Inference") + "/" + name }

  /// A parameter of the operation.
  func tensor(_ parameter: String) throws -> Tensor { try NPY.read(path: "\(folder)/\(parameter).npy") }

  func inputs() throws -> [Tensor] {
    var result: [Tensor] = []
    while FileManager.default.fileExists(atPath: "\(folder)/in\(result.count).npy") {
      result.append(try tensor("in\(result.count)"))
    }
    return result
  }

  /// All cases, in order of name.
  static let all: [OperationCase] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.directory("Inference"))) ?? []
    return names.sorted().map { OperationCase(name: $0) }.filter {
      FileManager.default.fileExists(atPath: $0.folder + "/out.npy")
    }
  }()
}

/// A graph of one operation.
func graph(of operation: Operation, inputShapes: [Shape]) throws -> Graph {
  var graph = Graph()
  var values: [Graph.ValueID] = []
  for (index, shape) in inputShapes.enumerated() {
    values.append(graph.addInput(name: "in\(index)", shape: shape))
  }
  graph.addOutput(try graph.add(operation, values, name: "layer"), name: "out")
  return graph
}

extension Plan {
  /// Runs on copies of the inputs and returns copies of the outputs.
  func outputs(for inputs: [Tensor]) -> [Tensor] {
    for (port, tensor) in zip(self.inputs, inputs) { _ = port.values.update(from: tensor.values) }
    run()
    return outputs.map { Tensor(shape: $0.shape, Array($0.values)) }
  }
}

/// What differs between two tensors, shapes included; nil when nothing does.
func difference(_ actual: Tensor, _ truth: Tensor, within tolerance: Tolerance) -> String? {
  difference((actual.shape, actual.values), (truth.shape, truth.values), within: tolerance)
}
