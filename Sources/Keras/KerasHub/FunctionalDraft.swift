import JSON
import System

/// A functional model that a class of KerasHub builds from its arguments, put together call by call.
///
/// Layers are called once each. A part of a layer is drafted in the same way: KerasHub's own layers keep theirs as
/// attributes, and their names here are those of the attributes, by which archives find their weights.
struct FunctionalDraft {
  typealias Tensor = TensorReference

  private let file: String
  private let version: KerasVersion
  /// The model's name after those of what it lies in, as in ``LayerIdentity/path``; empty: it is the whole.
  private let path: String
  /// False: the model was frozen, with all its layers.
  private let isTrainable: Bool
  /// Whether its layers are attributes of a layer.
  private let isPart: Bool
  /// The nearest name that the paths of weights within have in a `.h5` file.
  private let savedName: String?
  private var layers: [LayerDescription] = []
  private var inputs: [ModelDescription.Port] = []
  /// The last ``LayerDescription/id`` that was given.
  private(set) var lastID: Int

  /// - Parameter lastID: the last id of the layers described before.
  init(file: String, version: KerasVersion, path: String, isTrainable: Bool, lastID: Int) {
    self.init(
      file: file, version: version, path: path, isTrainable: isTrainable, isPart: false, savedName: nil,
      lastID: lastID)
  }

  private init(
    file: String, version: KerasVersion, path: String, isTrainable: Bool, isPart: Bool, savedName: String?,
    lastID: Int
  ) {
    self.file = file
    self.version = version
    self.path = path
    self.isTrainable = isTrainable
    self.isPart = isPart
    self.savedName = savedName
    self.lastID = lastID
  }

  /// Adds an input.
  /// - Parameter shape: without the batch.
  mutating func input(_ shape: [Int?]) -> Tensor {
    let name = "input_layer"
    let sizes = [JSONValue.null] + shape.map { $0.map { .integer($0) } ?? .null }
    let tensor = append(name, nil, "InputLayer", ["batch_shape": .array(sizes)], CallArguments())
    layers[layers.count - 1].calls = []
    inputs.append(ModelDescription.Port(name: name, reference: tensor))
    return tensor
  }

  /// Adds a layer of Keras and its call.
  /// - Parameters:
  ///   - name: the layer's; of a part, the attribute that holds it. nil: Keras counts its layers, or it has no weights.
  ///   - config: its configuration, of which `nil` values are left out.
  mutating func layer(_ className: String, _ name: String?, _ config: JSONValue, _ inputs: Tensor...)
    -> Tensor
  {
    let arguments = inputs.map { Argument<Tensor>.tensor($0) }
    return append(
      name ?? unusedName(className), name, className, config, CallArguments(positional: arguments))
  }

  /// Adds a layer that takes a list of tensors.
  mutating func merge(
    _ className: String, _ name: String?, _ config: JSONValue, _ inputs: [Tensor]
  ) -> Tensor {
    let list = Argument<Tensor>.list(inputs.map { .tensor($0) })
    return append(
      name ?? unusedName(className), name, className, config, CallArguments(positional: [list]))
  }

  /// Adds an operation of `keras.ops`.
  mutating func operation(_ className: String, _ config: JSONValue = [:], _ arguments: Argument<Tensor>...)
    -> Tensor
  {
    append(
      unusedName(className), nil, className, config, CallArguments(positional: arguments), isOperation: true)
  }

  /// Adds a variable that a layer has itself.
  /// - Parameters:
  ///   - index: its number among those of the layer.
  ///   - attribute: of the part that has it; nil: the layer itself.
  mutating func variable(_ name: String, _ index: Int, _ shape: [Int], of attribute: String? = nil) -> Tensor
  {
    let config: JSONValue = ["index": .integer(index), "shape": .array(shape.map { .integer($0) })]
    let tensor = append(name, nil, LayerClass.variableName, config, CallArguments())
    layers[layers.count - 1].archivePlace = attribute ?? ""
    return tensor
  }

  /// Adds a layer of KerasHub's own, which consists of others, and its call.
  /// - Parameters:
  ///   - name: as ``layer(_:_:_:_:)`` has it.
  ///   - savedName: the layer's name, where `name` is an attribute's and the name does not follow from others.
  ///   - order: the attributes of parts with weights, where they were made in another order than they are called.
  ///   - build: drafts its parts. It takes the tensor that it reads, and gives its result.
  mutating func block<E: Error>(
    _ className: String, _ name: String, savedName: String? = nil, order: [String] = [], _ input: Tensor,
    _ build: (inout FunctionalDraft, Tensor) throws(E) -> Tensor
  ) throws(E) -> Tensor {
    try nest(
      className, name, isPart: true, savedName: isPart ? savedName ?? self.savedName : name, order, input
    ) { part, input throws(E) in [try build(&part, input)] }
    return Tensor(layer: name)
  }

  /// The same where it gives several tensors.
  mutating func blocks<E: Error>(
    _ className: String, _ name: String, _ input: Tensor,
    _ build: (inout FunctionalDraft, Tensor) throws(E) -> [Tensor]
  ) throws(E) -> [Tensor] {
    let count = try nest(className, name, isPart: true, savedName: name, [], input, build)
    return (0..<count).map { Tensor(layer: name, tensor: $0) }
  }

  /// The attribute of a layer that holds one in a list.
  static func element(of list: String, _ className: String, _ index: Int) -> String {
    list + "/" + ArchiveWeights.counted(snakeCase(className), index)
  }

  /// Adds a sequential model and its call.
  mutating func sequential<E: Error>(
    _ name: String, _ input: Tensor, _ build: (inout FunctionalDraft, Tensor) throws(E) -> Tensor
  ) throws(E) -> Tensor {
    try nest("Sequential", name, isPart: false, savedName: nil, [], input) { draft, input throws(E) in
      [try build(&draft, input)]
    }
    return Tensor(layer: name)
  }

  @discardableResult
  private mutating func nest<E: Error>(
    _ className: String, _ name: String, isPart: Bool, savedName: String?, _ order: [String], _ input: Tensor,
    _ build: (inout FunctionalDraft, Tensor) throws(E) -> [Tensor]
  ) throws(E) -> Int {
    let id = nextID()
    var draft = FunctionalDraft(
      file: file, version: version, path: path(of: name), isTrainable: isTrainable, isPart: isPart,
      savedName: savedName, lastID: lastID)
    // Its layers are built for the shape that comes.
    let reader = draft.input([])
    let results = try build(&draft, reader)
    lastID = draft.lastID
    let model = draft.model(name: name, outputs: results.map { ("", $0) }, order: order)
    append(
      id, name, className, JSONObject(), CallArguments(positional: [.tensor(input)]), content: .model(model))
    return results.count
  }

  /// Adds the call of a model that was drafted before.
  /// - Returns: its results.
  mutating func model(
    _ model: ModelDescription, className: String, id: Int, config: JSONObject, _ input: Tensor
  ) -> [Tensor] {
    guard case .functional(_, let outputs) = model.kind else { return [] }
    append(
      id, model.name, className, config, CallArguments(positional: [.tensor(input)]), content: .model(model))
    return outputs.indices.map { Tensor(layer: model.name, tensor: $0) }
  }

  private mutating func nextID() -> Int {
    lastID += 1
    return lastID
  }

  /// The finished model.
  /// - Parameters:
  ///   - outputs: by their names in a dictionary, or nameless.
  ///   - order: see ``block(_:_:savedName:order:_:_:)``.
  func model(name: String, outputs: [(name: String, tensor: Tensor)], order: [String] = [])
    -> ModelDescription
  {
    var ordered = layers
    if !isPart {
      ordered = layers.inKerasOrder(outputs: outputs.map(\.tensor))
    } else if !order.isEmpty {
      let rank = Dictionary(order.enumerated().map { (ByteKey($1), $0) }) { first, _ in first }
      let first = layers.filter { rank[ByteKey($0.name)] == nil }
      let rest = layers.filter { rank[ByteKey($0.name)] != nil }
      ordered =
        first + rest.sorted { rank[ByteKey($0.name), default: 0] < rank[ByteKey($1.name), default: 0] }
    }
    let ports = outputs.map { name, tensor in
      // Keras counts a model's first call as its second where it names outputs.
      let isModel = layers.contains { $0.name.isSameBytes(as: tensor.layer) && !$0.children.isEmpty }
      return ModelDescription.Port(
        name: name.isEmpty ? tensor.layer : name,
        reference: Tensor(layer: tensor.layer, node: isModel ? 1 : 0, tensor: tensor.tensor))
    }
    return ModelDescription(
      name: name, kind: .functional(inputs: inputs, outputs: ports), layers: ordered, isTrainable: isTrainable
    )
  }

  private func path(of name: String) -> String { path.isEmpty ? name : path + "/" + name }

  private func unusedName(_ className: String) -> String { "\(className.lowercased())_\(layers.count)" }

  private mutating func append(
    _ name: String, _ givenName: String?, _ className: String, _ config: JSONValue,
    _ call: CallArguments<Tensor>, isOperation: Bool = false
  ) -> Tensor {
    append(nextID(), name, className, config.object ?? JSONObject(), call, isOperation: isOperation)
    if !isPart, let givenName { layers[layers.count - 1].savedName = givenName }
    return Tensor(layer: name)
  }

  private mutating func append(
    _ id: Int, _ name: String, _ className: String, _ config: JSONObject, _ call: CallArguments<Tensor>,
    isOperation: Bool = false, content: LayerDescription.Content = .plain
  ) {
    let identity = LayerIdentity(file: file, path: path(of: name), className: className)
    layers.append(
      LayerDescription(
        id: id, name: name, className: className, isTrainable: isTrainable,
        configuration: LayerConfiguration(identity: identity, version: version, values: config),
        calls: [call], isOperation: isOperation, content: content,
        archivePlace: isPart ? name : nil, savedName: savedName))
  }
}
