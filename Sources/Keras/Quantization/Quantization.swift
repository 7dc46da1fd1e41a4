import JSON

/// How `model.quantize` left a layer: with whole numbers for a kernel, and scales beside them.
struct Quantization: Sendable {
  /// The kernel's numbers: of a byte each, or two in a byte.
  enum Mode: String, Sendable { case int8, int4 }

  let mode: Mode
  /// Whether the scales are those of groups of inputs, each with its zero point; else of whole channels.
  let isGrouped: Bool
  /// What makes whole numbers of the layer's input at each call; nil: it stays as it is.
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
    guard let settings = configuration["quantization_config"] else {
      self.init(mode, isGrouped: mode == .int4 && block > 0, version: configuration.version)
      return
    }
    guard let values = settings["config"]?.object else {
      throw configuration.error("quantization_config", "one of keras.quantizers")
    }
    if let size = values["block_size"] { block = size.integer ?? -1 }
    self.init(
      mode, isGrouped: mode == .int4 && block > 0,
      activations: try AbsMaxQuantizer(values["activation_quantizer"] ?? .null, of: configuration))
  }
}

extension LayerConfiguration {
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
