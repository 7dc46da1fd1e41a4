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
  private let customObjects: CustomObjects
  /// Why layers cannot be built, as far as the configuration tells.
  private(set) var refusals: [KerasError] = []
  /// The names of all `Lambda` layers.
  private(set) var lambdas: [String] = []

  /// The names that versions of Keras have for models that are made of layers.
  private static let modelClasses: Set = [
    "Sequential", "Functional", "Model", "Container", "Graph", "Pipeline",
  ]

  init(file: String, version: KerasVersion, customObjects: CustomObjects = CustomObjects()) {
    self.file = file
    self.version = version
    self.customObjects = customObjects
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
    if className == "Lambda" {
      config = customObjects.naming(config, layer: name, path: path)
      lambdas += [name, path]
    }
    let substitute = customObjects[reference]
    let package = reference.package
    var builtClass = className
    if let substitute {
      builtClass = substitute.className
      config = .object((config.object ?? JSONObject()).replacing(substitute.config.members))
    }
    if substitute != nil || package != nil { builtClass = Package.aliases[builtClass] ?? builtClass }
    layerCount += 1
    let id = layerCount
    var content = LayerDescription.Content.plain
    if let model = try hubModel(reference, config, name: name, path: path) {
      content = .model(model)
    } else if let model = try nestedModel(
      builtClass, config, name: name, path: path, buildConfiguration: json["build_config"])
    {
      content = .model(model)
    } else if let inner = config["layer"], inner["class_name"] != nil {
      content = .wrapper(try wrapped(inner, in: config, builtClass, parent: path))
    }
    let layer = LayerDescription(
      id: id, name: name, className: builtClass, isTrainable: config["trainable"]?.bool ?? true,
      configuration: LayerConfiguration(
        identity: identity, version: version, values: config.object ?? JSONObject()),
      calls: [],
      isOperation: substitute == nil && package == nil && isOperation(json, config, className),
      sharedID: json["shared_object_id"]?.integer,
      content: content)
    do throws(KerasError) {
      if substitute == nil, let refusal = reference.refusal(identity) { throw refusal }
      try layer.check()
    } catch {
      refusals.append(error)
    }
    return layer
  }

  /// The layers that a wrapper applies: one, or of a Bidirectional one for each direction.
  private mutating func wrapped(_ inner: JSONValue, in config: JSONValue, _ className: String, parent: String)
    throws(KerasError) -> [LayerDescription]
  {
    let forward = try layer(inner, index: 0, parent: parent)
    if className != "Bidirectional" { return [forward] }
    if let backward = config["backward_layer"], backward["class_name"] != nil {
      return [forward, try layer(backward, index: 1, parent: parent)]
    }
    // The same layer once more.
    layerCount += 1
    let isReversed = try forward.configuration.bool("go_backwards", default: false)
    let backward = LayerDescription(
      id: layerCount, name: forward.name, className: forward.className, isTrainable: forward.isTrainable,
      configuration: forward.configuration.replacing([
        JSONObject.Member(name: "go_backwards", value: .bool(!isReversed))
      ]), calls: [], isOperation: false, content: forward.content)
    return [forward, backward]
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
