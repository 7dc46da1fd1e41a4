import Foundation
import Inference
import JSON
import NPY
import TestSupport
import Testing

@testable import Keras

/// Functions of Lambda layers, compiled by every Python of this machine, give what Keras or TensorFlow made of them, or are
/// refused with a reason.
@Suite(.enabled(if: Fixtures.exist("Lambdas"), "\(Fixtures.hint)"))
struct LambdaTests {
  @Test(arguments: LambdaCase.pythons) func computesAsKeras(_ python: String) throws {
    let cases = try LambdaCase.all(python).filter { $0.truth != nil }
    #expect(cases.count >= (python == "3.5" || python == "3.14" ? 12 : 150))
    for saved in cases {
      let truth = try NPY.read(path: "\(LambdaCase.directory)/\(saved.truth ?? "").npy")
      do {
        let result = try saved.run()
        let found = difference(
          (result.shape, result.values), (truth.shape, truth.values), within: .scaled(1e-5))
        #expect(found == nil, "\(saved.name)")
      } catch let error as KerasError {
        Issue.record("\(saved.name) of Python \(python): \(error)")
      }
    }
  }

  @Test(arguments: LambdaCase.pythons) func refusesTheRest(_ python: String) throws {
    for saved in try LambdaCase.all(python).filter({ $0.truth == nil }) {
      let error = try #require(throws: KerasError.self, "\(saved.name)") { try saved.model() }
      let message = error.description
      #expect(message.contains("\"lambda\""))
      #expect(saved.says.contains { message.contains($0) }, "\(saved.name): \(message)")
    }
  }
}

/// A function that scripts/fixtures/Lambdas.py had compiled.
struct LambdaCase {
  static let directory = Fixtures.directory("Lambdas")

  let name: String
  let truth: String?
  /// What its refusal says, one of them.
  let says: [String]
  private let keras: String
  private let function: JSONValue
  private let arguments: JSONValue

  /// The versions of Python that compiled functions.
  static var pythons: [String] {
    let found = (try? list().compactMap { $0["python"]?.string }) ?? []
    return Set(found).sorted()
  }

  static func all(_ python: String) throws -> [LambdaCase] {
    try list().filter { $0["python"]?.string == python }.map { LambdaCase($0) }
  }

  private static func list() throws -> [JSONValue] {
    try JSONValue(Array(Data(contentsOf: URL(filePath: directory + "/cases.json")))).array ?? []
  }

  private init(_ json: JSONValue) {
    name = json["name"]?.string ?? ""
    truth = json["truth"]?.string
    says = json["says"]?.array?.compactMap(\.string) ?? []
    keras = json["keras"]?.string ?? ""
    function = json["function"] ?? .null
    arguments = json["arguments"] ?? .null
  }

  /// A model of the layer alone.
  func model(_ customObjects: CustomObjects = CustomObjects()) throws -> KerasModel {
    let names = name.hasPrefix("two_") ? ["first", "second"] : ["first"]
    var layers: [JSONValue] = names.map { name in
      [
        "class_name": "InputLayer", "name": .string(name), "inbound_nodes": [],
        "config": ["batch_input_shape": [.null, .integer(4), .integer(6), .integer(3)], "name": .string(name)],
      ]
    }
    layers.append([
      "class_name": "Lambda", "name": "lambda",
      "inbound_nodes": [.array(names.map { [.string($0), .integer(0), .integer(0), [:]] })],
      "config": ["name": "lambda", "function": function, "arguments": arguments],
    ])
    let config: JSONValue = [
      "class_name": "Functional", "keras_version": .string(keras),
      "config": [
        "name": "model", "layers": .array(layers),
        "input_layers": .array(names.map { [.string($0), .integer(0), .integer(0)] }),
        "output_layers": [["lambda", .integer(0), .integer(0)]],
      ],
    ]
    return try KerasModel(
      path: Self.directory + "/empty.keras", config: (Array(config.text.utf8), "lambda.json"),
      workers: Workers(count: 1), customObjects: customObjects)
  }

  func run(_ customObjects: CustomObjects = CustomObjects()) throws -> Tensor {
    let graph = try model(customObjects).graph
    let inputs = try graph.inputs.indices.map { try NPY.read(path: "\(Self.directory)/in\($0).npy") }
    let plan = try Plan(graph, inputShapes: inputs.map(\.shape), workers: Workers(count: 1))
    for (port, input) in zip(plan.inputs, inputs) { _ = port.values.update(from: input.values) }
    plan.run()
    return Tensor(shape: plan.outputs[0].shape, Array(plan.outputs[0].values))
  }
}
