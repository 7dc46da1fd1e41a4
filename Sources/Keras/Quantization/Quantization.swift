import JSON

/// How `model.quantize` left a layer: with whole numbers for a kernel, and scales beside them.
struct Quantization: Sendable {
  /// The kernel's numbers: of a byte each, or two in a byte.
  enum Mode: String, Sendable { case int8, int4 }

  let mode: Mode
  /// Whether the scales are those of groups of inputs, each with its zero point; else of whole channels.
  let isGrouped: Bool
  /// What converts the layer's input to whole numbers at each call; nil: it stays as it is.
  let activations: AbsMaxQuantizer?

  /// What Keras takes where the layer's configuration says nothing more.
  init(_ mode: Mode, isGrouped: Bool, version: KerasVersion) {
    self.init(
      mode, isGrouped: isGrouped,
      activations: mode == .int8 || !version.packsColumns ? AbsMaxQuantizer() : nil)
  }

  private init(_ mode: Mode, isGrouped: Bool, activations: AbsMaxQuantizer?) {
    self.mode = mode
    self.isGrouped = isGrouped
    self.activations = activations
  }

  /// The variables that a kernel has under it.
  var variables: KernelVariables { isGrouped ? .grouped : .scaled }
}

extension Quantization {
  /// Reads the dtype policy and `quantization_config` of a layer; nil: it is not quantized.
  init?(_ configuration: LayerConfiguration) throws(KerasError) {
    guard let policy = configuration.quantizationPolicy else { return nil }
    // "int4/128": in groups of 128; -1: of whole channels.
    let parts = policy.split(separator: "/", omittingEmptySubsequences: false)
    guard let mode = Mode(rawValue: String(parts[0])) else {
      throw configuration.identity.error(
        "it is quantized to \(policy), which is not read",
        remedy: "save the model before it is quantized, or quantize it to int8 or int4")
    }
    var block = parts.count > 1 ? Int(parts[1]) ?? 0 : -1
    guard let values = try configuration.quantizationSettings else {
      self.init(mode, isGrouped: mode == .int4 && block > 0, version: configuration.version)
      return
    }
    if let size = values["block_size"] { block = size.integer ?? -1 }
    self.init(
      mode, isGrouped: mode == .int4 && block > 0,
      activations: try AbsMaxQuantizer(values["activation_quantizer"] ?? .null, of: configuration))
  }
}

extension Quantization {
  /// How a layer within an attention layer is quantized, of which the file has the variables only.
  /// - Parameter attention: the outer layer.
  init(_ mode: Mode, isGrouped: Bool, within attention: LayerConfiguration) throws(KerasError) {
    guard let values = try attention.quantizationSettings else {
      self.init(mode, isGrouped: isGrouped, version: attention.version)
      return
    }
    self.init(
      mode, isGrouped: isGrouped,
      activations: try AbsMaxQuantizer(values["activation_quantizer"] ?? .null, of: attention))
  }
}

extension ModelDescription {
  /// Refuses attention layers of which it can only be guessed how they are quantized: Keras does not save it, and they
  /// are taken for what `model.quantize` does by itself, unless the model's other layers were quantized in another way.
  func checkAttention(_ weights: WeightReader) throws(KerasError) {
    let layers = self.layers.flatMap(\.withDescendants)
    let attention = layers.first { layer in
      LayerClass.multiHeadAttention[layer.className] != nil && weights.weights(of: layer).isQuantized
        && layer.configuration["quantization_config"] == nil
    }
    guard let attention else { return }
    for layer in layers where ["Dense", "EinsumDense", "Embedding"].contains(layer.className) {
      guard let quantization = try Quantization(layer.configuration) else { continue }
      let usual = Quantization(
        quantization.mode, isGrouped: quantization.isGrouped, version: layer.configuration.version)
      guard quantization.activations == usual.activations else {
        throw attention.identity.error(
          "it is quantized, but Keras does not save how; and layer \"\(layer.name)\" is not quantized as "
            + "model.quantize does by itself",
          remedy: "quantize the model without a config of its own, or save it before it is quantized")
      }
    }
  }
}

extension LayerDescription {
  /// The layer and all within it.
  fileprivate var withDescendants: [LayerDescription] { [self] + children.flatMap(\.withDescendants) }
}

extension LayerConfiguration {
  /// What its `quantization_config` holds; nil: it has none.
  fileprivate var quantizationSettings: JSONObject? {
    get throws(KerasError) {
      guard let settings = self["quantization_config"] else { return nil }
      guard let reference = ClassReference(settings), reference.foreignModule == nil,
        let values = settings["config"]?.object
      else { throw error("quantization_config", "one of keras.quantizers") }
      return values
    }
  }

  /// `int8` of the dtype policy `int8_from_float32`; nil: the policy is an ordinary one.
  fileprivate var quantizationPolicy: String? {
    let policy = self["dtype"]
    if let mode = policy?["config"]?["mode"]?.string { return mode }
    let name = policy?.string ?? policy?["config"]?["name"]?.string ?? ""
    let parts = name.split(separator: "_", maxSplits: 2)
    return parts.count == 3 && parts[1] == "from" ? String(parts[0]) : nil
  }
}

extension KerasVersion {
  /// Since Keras 3.14 neighbours of the last axis share a byte of int4, and inputs stay floats; before, neighbours of
  /// the first axis that is summed over.
  var packsColumns: Bool { major > 3 || major == 3 && minor >= 14 }
}
