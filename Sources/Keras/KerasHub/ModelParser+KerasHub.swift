import JSON

extension ModelParser {
  /// The model that a class of KerasHub makes of its arguments; nil: it is another class.
  /// - Parameters:
  ///   - name: the model's.
  ///   - path: the model's, as ``LayerIdentity/path`` has it; empty: it is the whole.
  mutating func hubModel(_ reference: ClassReference, _ config: JSONValue, name: String, path: String)
    throws(KerasError) -> ModelDescription?
  {
    guard let className = reference.hubName else { return nil }
    if let backbone = HubClass.backbones[className] {
      let arguments = try arguments(config, className, name, path, backbone.arguments)
      var draft = FunctionalDraft(
        file: file, version: version, path: path, isTrainable: arguments.isTrainable, lastID: layerCount)
      let outputs = try backbone.build(arguments, &draft)
      layerCount = draft.lastID
      var model = draft.model(name: name, outputs: outputs)
      model.library = "KerasHub"
      return model
    }
    guard let head = HubHead.classifiers[className] else { return nil }
    let arguments = try arguments(
      config, className, name, path, head.arguments.union(["backbone", "preprocessor"]))
    guard let object = arguments.configuration["backbone"], let reference = ClassReference(object),
      let inner = object["config"]
    else { throw arguments.error("backbone", "a model") }
    // VGGBackbone leaves its name out: Keras makes one of the class.
    let innerName = inner["name"]?.string ?? snakeCase(reference.hubName ?? reference.name)
    layerCount += 1
    let id = layerCount
    let innerPath = path.isEmpty ? innerName : path + "/" + innerName
    guard let model = try hubModel(reference, inner, name: innerName, path: innerPath),
      let known = HubClass.backbones[reference.hubName ?? ""]
    else {
      let identity = LayerIdentity(file: file, path: innerPath, className: reference.name)
      throw reference.refusal(identity) ?? arguments.error("backbone", "one of KerasHub")
    }
    let backbone = try self.arguments(inner, reference.name, innerName, innerPath, known.arguments)
    var draft = FunctionalDraft(
      file: file, version: version, path: path, isTrainable: true, lastID: layerCount)
    var shape = try backbone.imageShape(
      known.arguments.contains("input_shape") ? "input_shape" : "image_shape")
    // Within another model only the layers are called, as `model(x)` does; `model.predict` does all of it.
    let converter = path.isEmpty ? try ImageConverter(arguments) : nil
    resizing = converter?.resizing
    if let resizing {
      guard shape[0] ?? resizing.height == resizing.height, shape[1] ?? resizing.width == resizing.width
      else {
        throw arguments.error("preprocessor", "one that gives images of the backbone's shape")
      }
      shape.replaceSubrange(0..<2, with: [resizing.height, resizing.width])
    }
    var image = draft.input(shape)
    if let converter { image = converter.draft(&draft, image) }
    let features = draft.model(
      model, className: reference.name, id: id, config: inner.object ?? JSONObject(), image)
    let scores = try head.build(arguments, backbone, features, &draft)
    layerCount = draft.lastID
    return draft.model(name: name, outputs: [("", scores)])
  }

  private func arguments(
    _ config: JSONValue, _ className: String, _ name: String, _ path: String, _ known: Set<String>
  ) throws(KerasError) -> HubArguments {
    let identity = LayerIdentity(file: file, path: path.isEmpty ? name : path, className: className)
    return try HubArguments(
      LayerConfiguration(identity: identity, version: version, values: config.object ?? JSONObject()),
      known: known)
  }
}

extension ClassReference {
  /// The name of a class as KerasHub exports it; nil: it is not one of KerasHub's.
  var hubName: String? {
    let package = "keras_hub>"
    if name.hasPrefix(package) { return String(name.dropFirst(package.count)) }
    // The outermost class of a `.h5` file comes without its package.
    return foreignModule == nil && !isFunction ? name : nil
  }

  /// Whether it is a model of KerasHub that is built.
  var isHubModel: Bool {
    hubName.map { HubClass.backbones[$0] != nil || HubHead.classifiers[$0] != nil } ?? false
  }
}
