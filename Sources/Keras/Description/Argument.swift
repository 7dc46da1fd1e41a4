import Inference
import JSON

/// What a layer is called with, and what it gives: tensors, constants, and lists of both.
///
/// `Reference` is a ``TensorReference`` in a description and a `Graph.ValueID` while the graph is built.
indirect enum Argument<Reference: Sendable>: Sendable {
  case tensor(Reference)
  case constant(JSONValue)
  case list([Argument])
  case dictionary([(key: String, value: Argument)])
  /// The size of an axis that is known only once the inputs are, as `keras.ops.shape` gives it.
  case size(of: Reference, axis: Int)

  /// All tensors, in order.
  var tensors: [Reference] {
    switch self {
    case .tensor(let tensor): [tensor]
    case .constant, .size: []
    case .list(let elements): elements.flatMap(\.tensors)
    case .dictionary(let members): members.flatMap(\.value.tensors)
    }
  }

  /// All tensors that must exist before this argument does.
  var dependencies: [Reference] {
    switch self {
    case .tensor(let tensor), .size(let tensor, _): [tensor]
    case .constant: []
    case .list(let elements): elements.flatMap(\.dependencies)
    case .dictionary(let members): members.flatMap(\.value.dependencies)
    }
  }

  /// The constant it is made of, lists of constants included; nil: it holds a tensor or a size.
  var constant: JSONValue? {
    switch self {
    case .constant(let value): return value
    case .tensor, .size: return nil
    case .list(let elements):
      let values = elements.compactMap(\.constant)
      return values.count == elements.count ? .array(values) : nil
    case .dictionary(let members):
      var object = JSONObject()
      for (key, value) in members {
        guard let value = value.constant else { return nil }
        object.members.append(JSONObject.Member(name: key, value: value))
      }
      return .object(object)
    }
  }

  /// The same with other tensors, which may turn into any argument.
  func map<T, E: Error>(_ transform: (Reference) throws(E) -> Argument<T>) throws(E) -> Argument<T> {
    switch self {
    case .tensor(let tensor): return try transform(tensor)
    case .constant(let value): return .constant(value)
    case .size(let tensor, let axis):
      guard case .tensor(let tensor) = try transform(tensor) else { return .constant(.null) }
      return .size(of: tensor, axis: axis)
    case .list(let elements):
      var mapped: [Argument<T>] = []
      for element in elements { mapped.append(try element.map(transform)) }
      return .list(mapped)
    case .dictionary(let members):
      var mapped: [(key: String, value: Argument<T>)] = []
      for (key, value) in members { mapped.append((key, try value.map(transform))) }
      return .dictionary(mapped)
    }
  }
}

/// A value of the graph that is built, as layers take and give it.
typealias Value = Argument<Graph.ValueID>

/// The arguments of one call of a layer, as in Python: by position and by keyword.
struct CallArguments<Reference: Sendable>: Sendable {
  var positional: [Argument<Reference>] = []
  var keywords: [(key: String, value: Argument<Reference>)] = []

  /// An argument by position, or by keyword; nil: neither is given, or it is null.
  func argument(_ position: Int, _ keyword: String) -> Argument<Reference>? {
    let argument =
      positional.indices.contains(position)
      ? positional[position] : keywords.last { $0.key == keyword }?.value
    if case .constant(.null) = argument { return nil }
    return argument
  }

  var dependencies: [Reference] {
    positional.flatMap(\.dependencies) + keywords.flatMap(\.value.dependencies)
  }

  func map<T, E: Error>(_ transform: (Reference) throws(E) -> Argument<T>) throws(E) -> CallArguments<T> {
    var mapped = CallArguments<T>()
    for argument in positional { mapped.positional.append(try argument.map(transform)) }
    for (key, argument) in keywords { mapped.keywords.append((key, try argument.map(transform))) }
    return mapped
  }
}

/// Names a tensor of a model's description.
struct TensorReference: Sendable {
  /// The layer that gives it.
  let layer: String
  /// Which call of the layer.
  let node: Int
  /// Which of the call's results.
  let tensor: Int

  init(layer: String, node: Int = 0, tensor: Int = 0) {
    self.layer = layer
    self.node = node
    self.tensor = tensor
  }

  /// Reads `["conv1", 0, 0]`, with or without more behind.
  init?(_ value: JSONValue) {
    guard let array = value.array, array.count >= 3, let layer = array[0].string,
      let node = array[1].integer, let tensor = array[2].integer, node >= 0, tensor >= 0
    else { return nil }
    self.layer = layer
    self.node = node
    self.tensor = tensor
  }
}
