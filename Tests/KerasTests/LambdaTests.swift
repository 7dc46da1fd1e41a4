import Foundation
import Inference
import JSON
import NPY
import System
import TestSupport
import Testing

@testable import Keras

/// Functions of Lambda layers, compiled by every Python of this machine, give what Keras or TensorFlow made of them, or are
/// refused with a reason.
@Suite(.enabled(if: Fixtures.exist("Lambdas"), "\(Fixtures.hint)"))
struct LambdaTests {
  @Test(arguments: LambdaCase.pythons) func computesAsKeras(_ python: String) throws {
    let cases = LambdaCase.all(python).filter { $0.truth != nil }
    #expect(cases.count >= (python == "3.5" || python == "3.14" ? 12 : 150))
    for saved in cases {
      let truth = try NPY.read(path: "\(LambdaCase.directory)/\(saved.truth ?? "").npy")
      do {
        let result = try saved.run()
        let found = difference(
          result, (truth.shape, Array(truth.values)), within: .scaled(1e-5))
        #expect(found == nil, "\(saved.name)")
      } catch let error as KerasError {
        Issue.record("\(saved.name) of Python \(python): \(error)")
      }
    }
  }

  @Test(arguments: LambdaCase.pythons) func refusesTheRest(_ python: String) throws {
    for saved in LambdaCase.all(python).filter({ $0.truth == nil }) {
      let error = try #require(throws: KerasError.self, "\(saved.name)") { try saved.model() }
      let message = error.description
      #expect(message.contains("\"lambda\""))
      #expect(saved.says.contains { message.contains($0) }, "\(saved.name): \(message)")
    }
  }
}

/// Functions by name, the user's word, and files that are damaged or old.
@Suite(.enabled(if: Fixtures.exist("Lambdas"), "\(Fixtures.hint)"))
struct LambdaFunctionTests {
  /// Code of Python 3.11: `x / 127.5 - 1`.
  private func scale() throws -> LambdaCase {
    try #require(LambdaCase.all(LambdaCase.pythons.first { $0.hasPrefix("3.1") } ?? "").first { $0.name == "tf_scale" })
  }

  @Test func isTakenFromItsModule() throws {
    let expected = try scale().run().values
    for module in ["keras.applications.mobilenet_v2", "tensorflow.python.keras.applications.mobilenet_v2"] {
      let result = try LambdaCase("preprocess_input", module: module).run()
      #expect(result.values == expected)
    }
    let error = try #require(throws: KerasError.self) {
      try LambdaCase("preprocess_input", module: "__main__").model()
    }
    #expect(error.description.contains("preprocess_input") && error.description.contains("\"lambdas\""))
  }

  @Test func isWhatTheUserSays() throws {
    let expected = try scale().run().values
    let saved = LambdaCase("my_function", module: "__main__")
    for name in ["keras.applications.xception.preprocess_input", "tf.keras.applications.xception.preprocess_input"] {
      #expect(try saved.run(CustomObjects(lambdas: ["lambda": name])).values == expected)
    }
    // It comes before the code.
    let square = try scale().run(CustomObjects(lambdas: ["lambda": "tf.square"]))
    let input = try NPY.read(path: LambdaCase.directory + "/in0.npy")
    #expect(zip(square.values, input.values).allSatisfy { $0 == $1 * $1 })
    for (name, says) in [("tf.signal.fft", "tf.signal.fft"), ("square", "square"), ("mine.square", "square")] {
      let error = try #require(throws: KerasError.self) {
        try saved.model(CustomObjects(lambdas: ["lambda": name]))
      }
      #expect(error.description.contains(says))
    }
  }

  @Test func mustBeOfALayer() throws {
    let error = try #require(throws: KerasError.self) {
      try scale().model(CustomObjects(lambdas: ["other": "tf.square"]))
    }
    #expect(error.description.contains("\"other\""))
  }

  /// Keras 1 kept the bytes as characters.
  @Test func isReadFromCharacters() throws {
    let expected = try scale().run().values
    let bytes = try #require(Base64.decode(scale().code.utf8.filter { $0 > 0x20 }))
    let text = String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    #expect(try LambdaCase([.string(text), .null, .null]).run().values == expected)
  }

  /// What TensorFlow 1 and 2 do differently, in a file that does not say which it was.
  @Test(arguments: [("2.2.4-tf", true), ("2.3.1", true), ("2.3.0-tf", false), ("2.4.3", false)])
  func differsBetweenTensorFlows(_ version: String, _ isRefused: Bool) throws {
    let code = try #require(LambdaCase.all(LambdaCase.pythons[0]).first { $0.name == "tf_resize" }).code
    let saved = LambdaCase([.string(code), .null, .null], keras: version)
    if isRefused {
      let error = try #require(throws: KerasError.self) { try saved.model() }
      #expect(error.description.contains("tf.image.resize"))
    } else {
      _ = try saved.model()
    }
  }

  /// No prefix of a function, and no function with other bytes, traps or is taken for a larger one.
  @Test func isRefusedWhereItIsDamaged() throws {
    let bytes = try #require(Base64.decode(scale().code.utf8.filter { $0 > 0x20 }))
    for count in 0..<bytes.count {
      #expect(throws: LambdaFault.self) { try PythonProgram(keras: Base64.encode(Array(bytes[..<count]))) }
    }
    for place in bytes.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = bytes
        changed[place] ^= change
        _ = try? LambdaCase([.string(Base64.encode(changed)), .null, .null]).model()
      }
    }
  }

  /// Tuples of references to tuples: a few bytes that stand for 2 to the 30th values.
  @Test func staysSmall() {
    var bytes: [UInt8] = [0xA9, 1, UInt8(ascii: "N")]
    for level in 0..<30 {
      let reference: [UInt8] = [UInt8(ascii: "r"), UInt8(level), 0, 0, 0]
      bytes += [0xA9, 2] + reference + reference
    }
    #expect(throws: LambdaFault.self) {
      try MarshalReader.value([UInt8(ascii: ")"), 31] + bytes, layout: .python3)
    }
    let nested = Array(repeating: [UInt8(ascii: ")"), 1], count: 1000).joined()
    #expect(throws: LambdaFault.self) {
      try MarshalReader.value(Array(nested) + [UInt8(ascii: "N")], layout: .python3)
    }
    let large: [UInt8] = [UInt8(ascii: "("), 0xFF, 0xFF, 0xFF, 0x7F, UInt8(ascii: "N")]
    #expect(throws: LambdaFault.self) { try MarshalReader.value(large, layout: .python3) }
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
  private let module: String?

  /// The versions of Python that compiled functions.
  static var pythons: [String] {
    Set(list.compactMap { $0["python"]?.string }).sorted()
  }

  static func all(_ python: String) -> [LambdaCase] {
    list.filter { $0["python"]?.string == python }.map { LambdaCase($0) }
  }

  /// As Keras keeps it.
  var code: String { (function["config"]?["code"] ?? function.array?.first)?.string ?? "" }

  private static let list: [JSONValue] = {
    let bytes = (try? Data(contentsOf: URL(filePath: directory + "/cases.json"))) ?? Data()
    return (try? JSONValue(Array(bytes)).array) ?? []
  }()

  /// A layer with a configuration of its own.
  init(_ function: JSONValue, keras: String = "2.15.0", module: String? = nil) {
    (name, truth, says, self.keras, self.function, self.module) = ("own", nil, [], keras, function, module)
    arguments = .null
  }

  private init(_ json: JSONValue) {
    module = nil
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
      "config": [
        "name": "lambda", "function": function, "arguments": arguments,
        "module": module.map { .string($0) } ?? .null,
      ],
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
      path: Self.directory + "/empty.h5", config: (Array(config.text.utf8), "lambda.json"), workers: Workers(count: 1),
      customObjects: customObjects)
  }

  /// What it gives for the images.
  func run(_ customObjects: CustomObjects = CustomObjects()) throws -> (shape: [Int], values: [Float]) {
    let graph = try model(customObjects).graph
    let inputs = try graph.inputs.indices.map { try NPY.read(path: "\(Self.directory)/in\($0).npy") }
    let plan = try Plan(graph, inputShapes: inputs.map(\.shape), workers: Workers(count: 1))
    for (port, input) in zip(plan.inputs, inputs) { _ = port.values.update(from: input.values) }
    plan.run()
    return (plan.outputs[0].shape, Array(plan.outputs[0].values))
  }
}
