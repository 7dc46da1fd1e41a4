import Inference

/// The weights of one layer, by the names that its ``LayerClass`` gives them.
struct LayerWeights: Sendable {
  private let identity: LayerIdentity
  private let tensors: [(name: String, tensor: Tensor)]

  init(identity: LayerIdentity, tensors: [(name: String, tensor: Tensor)]) {
    self.identity = identity
    self.tensors = tensors
  }

  /// A weight, whose shape must be as given; nil sizes may be any.
  func tensor(_ name: String, _ shape: [Int?]) throws(KerasError) -> Tensor {
    guard let tensor = self[name] else { throw identity.error("it has no weight \"\(name)\"") }
    let fits =
      tensor.shape.count == shape.count
      && zip(tensor.shape, shape).allSatisfy { $0 == ($1 ?? $0) }
    if !fits {
      throw identity.error(
        "its weight \"\(name)\" has the shape \(tensor.shape.text), its configuration and input need \(shape.text)"
      )
    }
    return tensor
  }

  /// The same where the weight may be absent.
  func optional(_ name: String, _ shape: [Int?]) throws(KerasError) -> Tensor? {
    self[name] == nil ? nil : try tensor(name, shape)
  }

  /// A weight of any shape; nil: the layer has none of that name.
  subscript(name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }

  /// The same with another tensor of a name.
  func replacing(_ name: String, _ tensor: Tensor) -> LayerWeights {
    LayerWeights(
      identity: identity, tensors: tensors.map { $0.name == name ? (name, tensor) : $0 })
  }

  /// Whether a scale belongs to whole numbers of a kernel or a table.
  var isQuantized: Bool {
    tensors.contains { $0.name.hasSuffix("kernel_scale") || $0.name == "embeddings_scale" }
  }

  /// How many values there are in all.
  var count: Int { tensors.reduce(0) { $0 + $1.tensor.count } }
}

extension [Int?] {
  /// As Keras prints a shape.
  var text: String {
    "(" + map { $0.map { "\($0)" } ?? "None" }.joined(separator: ", ") + (count == 1 ? ",)" : ")")
  }
}

extension [Int] {
  /// As Python prints a shape.
  var text: String { "(" + map { "\($0)" }.joined(separator: ", ") + (count == 1 ? ",)" : ")") }
}
