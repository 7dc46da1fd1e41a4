import JSON
import System

/// Reads a model's configuration into a description, nested models included.
struct ModelParser {
  /// The model file, for messages.
  let file: String
  let version: KerasVersion
  /// The last ``LayerDescription/id`` that was given.
  var layerCount = 0
  /// How the whole model's own preprocessor resizes images; nil: it has none.
  var resizing: ImageResizing?

  /// The names that versions of Keras have for models that are made of layers.
  private static let modelClasses: Set = [
    "Sequential", "Functional", "Model", "Container", "Graph", "Pipeline",
  ]

  init(file: String, version: KerasVersion) {
    self.file = file
    self.version = version
  }

  /// Reads `{"class_name": ..., "config": ...}` of a whole model.
  mutating func model(_ json: JSONValue) throws(KerasError) -> ModelDescription {
    guard let reference = ClassReference(json), let config = json["config"] else {
      throw KerasError(
        path: file, reason: "the model's configuration has no \"class_name\" and \"config\"",
        remedy: "save the model with model.save()")
    }
    let className = reference.name
    let name = config["name"]?.string ?? className.lowercased()
    if let model = try hubModel(reference, config, name: name, path: "") { return model }
    if reference.foreignModule == nil,
      let model = try nestedModel(
        className, config, name: name, path: "", buildConfiguration: json["build_config"])
    {
      return model
    }
    throw KerasError(
      path: file, className: className,
      reason: "the model is a \(className), whose code the file does not hold",
      remedy: "build the model as a Sequential or functional keras.Model and save it again: "
        + "keras.Model(model.inputs, model.outputs).save(...) where that is all it computes")
  }

  /// The model that a class name and a configuration describe; nil: they are a layer's.
  private mutating func nestedModel(
    _ className: String, _ config: JSONValue, name: String, path: String, buildConfiguration: JSONValue?
  ) throws(KerasError) -> ModelDescription? {
    let isTrainable = config["trainable"]?.bool ?? true
    // Keras' own classes only: a model of another one may compute what it likes.
    guard Self.modelClasses.contains(className) else { return nil }
    // Old files have the list of layers in the place of the configuration.
    if className == "Sequential" || config["layers"] != nil && config["input_layers"] == nil {
      guard let list = config.array ?? config["layers"]?.array else {
        throw KerasError(path: file, layer: path, className: className, reason: "it has no list of layers")
      }
      let layers = try self.layers(list, path: path)
      let shape = try inputShape(list, config, buildConfiguration)
      return ModelDescription(
        name: name, kind: .sequential(inputShape: shape), layers: layers, isTrainable: isTrainable)
    }
    guard let list = config["layers"]?.array, let inputs = config["input_layers"],
      let outputs = config["output_layers"]
    else { return nil }
    let layers = try self.layers(list, path: path)
    return ModelDescription(
      name: name,
      kind: .functional(
        inputs: try ports(inputs, "input_layers", path, className),
        outputs: try ports(outputs, "output_layers", path, className)),
      layers: layers, isTrainable: isTrainable)
  }

  private mutating func layers(_ list: [JSONValue], path: String) throws(KerasError) -> [LayerDescription] {
    var layers: [LayerDescription] = []
    var names: Set<ByteKey> = []
    for (index, json) in list.enumerated() {
      let layer = try self.layer(json, index: index, parent: path)
      if !names.insert(ByteKey(layer.name)).inserted {
        throw layer.identity.error("the model has two layers of that name")
      }
      layers.append(layer)
    }
    // Only the names of all layers distinguish references from lists of constants.
    for (index, json) in list.enumerated() {
      guard let nodes = json["inbound_nodes"]?.array else { continue }
      var calls: [CallArguments<TensorReference>] = []
      for node in nodes { calls.append(CallParser(layers: names).call(node)) }
      layers[index].calls = calls
    }
    return layers
  }

  private mutating func layer(_ json: JSONValue, index: Int, parent: String) throws(KerasError)
    -> LayerDescription
  {
    guard let reference = ClassReference(json) else {
      throw KerasError(
        path: file, layer: parent.isEmpty ? nil : parent,
        reason: "entry \(index) of the model's layers has no \"class_name\"")
    }
    var className = reference.name
    var config = json["config"] ?? .object(JSONObject())
    if version.major == 1 { (className, config) = Keras1.translate(className, config) }
    let name = json["name"]?.string ?? config["name"]?.string ?? "\(className.lowercased())_\(index)"
    let path = parent.isEmpty ? name : parent + "/" + name
    let identity = LayerIdentity(file: file, path: path, className: className)
    if let refusal = reference.refusal(identity) { throw refusal }
    if let policy = config["dtype"].flatMap({ ClassReference($0) }), policy.foreignModule != nil {
      throw identity.error(
        "its dtype policy \(policy.name) is not of Keras, and the file does not hold the code of it",
        remedy: "build the model with one of keras.dtype_policies and save it again")
    }
    layerCount += 1
    let id = layerCount
    var content = LayerDescription.Content.plain
    if let model = try hubModel(reference, config, name: name, path: path) {
      content = .model(model)
    } else if let model = try nestedModel(
      className, config, name: name, path: path, buildConfiguration: json["build_config"])
    {
      content = .model(model)
    } else if let inner = config["layer"], inner["class_name"] != nil {
      content = .wrapper([try layer(inner, index: 0, parent: path)])
    }
    return LayerDescription(
      id: id, name: name, isTrainable: config["trainable"]?.bool ?? true,
      configuration: LayerConfiguration(
        identity: identity, version: version, values: config.object ?? JSONObject()),
      calls: [], isOperation: isOperation(json, config, className),
      sharedID: json["shared_object_id"]?.integer,
      content: content)
  }

  /// Whether an entry is an operation of `keras.ops`: `.h5` files do not name its module, but layers have
  /// keys that operations lack.
  private func isOperation(_ json: JSONValue, _ config: JSONValue, _ className: String) -> Bool {
    if let module = json["module"] { return module.string?.split(separator: ".").contains("ops") ?? false }
    // The table of operations comes last: few models need it, and it takes a while to make.
    return version.major >= 3
      && (LayerClass.layers[className] == nil || config["trainable"] == nil && config["dtype"] == nil)
      && LayerClass.operations[className] != nil
  }

  /// Flattens the inputs or outputs of a functional model: a reference, or lists and dictionaries of them.
  private func ports(_ json: JSONValue, _ key: String, _ path: String, _ className: String)
    throws(KerasError) -> [ModelDescription.Port]
  {
    if let reference = TensorReference(json) {
      return [ModelDescription.Port(name: reference.layer, reference: reference)]
    }
    var ports: [ModelDescription.Port] = []
    switch json {
    case .array(let elements):
      for element in elements { ports += try self.ports(element, key, path, className) }
    case .object(let object):
      // Keras flattens dictionaries in the order of their keys.
      for member in object.members.sorted(by: { ByteKey($0.name) < ByteKey($1.name) }) {
        for port in try self.ports(member.value, key, path, className) {
          ports.append(ModelDescription.Port(name: member.name, reference: port.reference))
        }
      }
    default:
      throw KerasError(
        path: file, layer: path.isEmpty ? nil : path, className: className,
        reason: "\"\(key)\" holds \(json.kind), which does not name a layer")
    }
    return ports
  }

  /// The input shape of a sequential model, wherever the file has it; nil: nowhere.
  private func inputShape(_ layers: [JSONValue], _ config: JSONValue, _ buildConfiguration: JSONValue?)
    throws(KerasError) -> [Int?]?
  {
    let first = layers.first?["config"]
    let candidates = [
      first?["batch_input_shape"], first?["batch_shape"], config["build_input_shape"],
      buildConfiguration?["input_shape"], layers.first?["build_config"]?["input_shape"],
    ]
    for candidate in candidates {
      if let shape = candidate?.unwrapped.shape { return shape }
    }
    // Keras 1's short form of a vector's shape.
    if let size = first?["input_dim"]?.integer { return [nil, size] }
    return nil
  }
}
