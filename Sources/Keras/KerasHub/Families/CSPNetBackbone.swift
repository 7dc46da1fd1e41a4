import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/cspnet/cspnet_backbone.py

extension HubClass {
  /// As KerasHub has it since 0.21.
  static let cspNet = HubClass(arguments: [
    "stem_filters", "stem_kernel_size", "stem_strides", "stackwise_depth", "stackwise_strides",
    "stackwise_num_filters", "stage_type", "block_type", "output_strides", "groups", "activation",
    "bottle_ratio", "block_ratio", "expand_ratio", "stem_padding", "stem_pooling", "avg_down", "down_growth",
    "cross_linear", "image_shape",
  ]) { arguments, model throws(KerasError) in
    // The same arguments meant other layers in KerasHub 0.20, which a .h5 file does not show.
    let version = arguments.configuration.version
    guard version.major > 3 || version.minor >= 13 else {
      throw arguments.configuration.identity.error(
        "it was saved with Keras \(version.text), so maybe by KerasHub 0.20, whose CSPNetBackbone computes something "
          + "else from the same arguments",
        remedy: HubArguments.remedy)
    }
    let image = model.input(try arguments.imageShape())
    let activation = arguments.function("activation")
    let stem = try CSPNetStem(arguments)
    var x = stem.draft(&model, image, activation)
    var channels = stem.filters.last ?? 0
    var reduction = stem.reduction
    let most = try arguments.integer("output_strides")
    for (index, stage) in try CSPNetStage.all(arguments).enumerated() {
      if reduction >= most, stage.strides > 1 {
        throw arguments.error("output_strides", "as large as all strides together")
      }
      reduction *= stage.strides
      x = stage.draft(&model, "stage_\(index)", x, channels: channels)
      channels = stage.resultFilters
    }
    return [("", x)]
  }
}

private struct CSPNetStem {
  let filters: [Int]
  let reduction: Int
  private let kernel: Int
  private let padding: String
  private let strides: [Int]
  private let pools: Bool

  init(_ arguments: HubArguments) throws(KerasError) {
    filters = try arguments.integers("stem_filters")
    kernel = try arguments.integer("stem_kernel_size")
    padding = try arguments.configuration.string("stem_padding", default: "valid")
    let pooling = try arguments.configuration.string("stem_pooling", default: "")
    pools = pooling == "max"
    let whole = try arguments.integer("stem_strides")
    guard [1, 2, 4].contains(whole), !pools || whole > 2 else {
      throw arguments.error("stem_strides", "1, 2 or 4")
    }
    let last = filters.count - 1
    // Any pooling keeps the last layer from having strides, but one is done for max only.
    strides = filters.indices.map { [pools = !pooling.isEmpty] index in
      index == 0 && whole > 1 || index == last && whole > 2 && !pools ? 2 : 1
    }
    reduction = strides.reduce(pools ? 2 : 1, *)
  }

  func draft(_ model: inout FunctionalDraft, _ image: TensorReference, _ activation: JSONValue)
    -> TensorReference
  {
    var x = image
    for (index, filters) in filters.enumerated() {
      if strides[index] > 1 { x = model.zeroPadding("csp_stem_pad_\(index)", x, (kernel - 1) / 2) }
      x = model.convolution(
        "csp_stem_conv_\(index)", x, filters: filters, kernel: [kernel], strides: [strides[index]],
        padding: index == 0 ? padding : "valid")
      x = model.normalized("csp_stem_bn_\(index)", x, activation)
    }
    return pools ? model.paddedMaxPooling("csp_stem_pool", x) : x
  }
}

private struct CSPNetStage {
  let strides: Int
  /// The channels of its result.
  var resultFilters: Int { kind == "cs3" ? expanded / 2 : filters }
  private let kind: String
  private let filters: Int
  private let depth: Int
  private let expanded: Int
  private let block: CSPNetBlock
  private let groups: Int
  private let activation: JSONValue
  private let downsamplesByMean: Bool
  private let growsWhenDownsampled: Bool
  private let isExpansionLinear: Bool

  static func all(_ arguments: HubArguments) throws(KerasError) -> [CSPNetStage] {
    let depths = try arguments.repeats("stackwise_depth")
    let strides = try padded(arguments.integers("stackwise_strides"), depths.count)
    let filters = try arguments.integers("stackwise_num_filters")
    let expansions = try padded(arguments.numbers("expand_ratio"), depths.count)
    let bottlenecks = try padded(arguments.numbers("bottle_ratio"), depths.count)
    let blocks = try padded(arguments.numbers("block_ratio"), depths.count)
    _ = try arguments.count([
      ("stackwise_depth", depths.count), ("stackwise_num_filters", filters.count),
      ("stackwise_strides", strides.count), ("expand_ratio", expansions.count),
      ("bottle_ratio", bottlenecks.count), ("block_ratio", blocks.count),
    ])
    return try depths.indices.map { index throws(KerasError) in
      try CSPNetStage(
        arguments, depth: depths[index], strides: strides[index], filters: filters[index],
        expansion: expansions[index], bottleneck: bottlenecks[index], block: blocks[index])
    }
  }

  /// The list with its last value repeated.
  private static func padded<T>(_ list: [T], _ count: Int) -> [T] {
    guard let last = list.last else { return [] }
    return list.prefix(count) + Array(repeating: last, count: max(0, count - list.count))
  }

  private init(
    _ arguments: HubArguments, depth: Int, strides: Int, filters: Int, expansion: Double,
    bottleneck: Double, block: Double
  ) throws(KerasError) {
    let kind = try arguments.configuration.string("stage_type", default: "cs3")
    guard ["dark", "csp", "cs3"].contains(kind) else {
      throw arguments.error("stage_type", "dark, csp or cs3")
    }
    self.kind = kind
    self.depth = depth
    self.strides = strides
    self.filters = filters
    groups = try arguments.configuration.integer("groups", default: 1)
    activation = arguments.function("activation")
    expanded = try arguments.scaled(filters, expansion, "expand_ratio")
    self.block = try CSPNetBlock(
      arguments, filters: arguments.scaled(filters, block, "block_ratio"), ratio: bottleneck)
    downsamplesByMean = try arguments.bool("avg_down", default: false)
    growsWhenDownsampled = try arguments.bool("down_growth", default: false)
    isExpansionLinear = try arguments.bool("cross_linear", default: false)
  }

  /// - Parameter channels: of what it reads.
  func draft(_ model: inout FunctionalDraft, _ stage: String, _ input: TensorReference, channels: Int)
    -> TensorReference
  {
    let name = "\(stage)_\(kind)"
    var x = input
    if kind == "dark" || strides != 1 {
      x = downsampled(&model, name, x, filters: kind == "dark" || growsWhenDownsampled ? filters : channels)
    }
    if kind == "dark" { return blocks(&model, stage, x) }
    x = model.convolution("\(name)_conv_exp", x, filters: expanded, kernel: [1])
    x = model.batchNormalization("\(name)_bn_2", x, epsilon: CSPNetBlock.epsilon)
    if !isExpansionLinear { x = model.activated("\(name)_activation_2", x, activation) }
    let split = model.operation(
      "Split", ["indices_or_sections": .integer(2), "axis": .integer(-1)], .tensor(x))
    let (first, second) = (split, TensorReference(layer: split.layer, tensor: 1))
    if kind == "cs3" {
      x = model.concatenation("\(name)_conv_transition_concat", [blocks(&model, stage, first), second])
      x = model.convolution("\(name)_conv_transition", x, filters: expanded / 2, kernel: [1])
      return model.normalized("\(name)_transition_bn", x, activation)
    }
    x = blocks(&model, stage, second)
    x = model.convolution("\(name)_conv_transition_b", x, filters: expanded / 2, kernel: [1])
    x = model.normalized("\(name)_transition_b_bn", x, activation)
    x = model.concatenation("\(name)_conv_concat", [first, x])
    x = model.convolution("\(name)_conv_transition", x, filters: filters, kernel: [1])
    return model.normalized("\(name)_transition_bn", x, activation)
  }

  private func downsampled(
    _ model: inout FunctionalDraft, _ name: String, _ input: TensorReference, filters: Int
  ) -> TensorReference {
    var x = input
    if downsamplesByMean {
      if strides == 2 { x = model.pooling("AveragePooling2D", "\(name)_avg_pool", x, size: 2, strides: 2) }
      x = model.convolution("\(name)_conv_down_1", x, filters: self.filters, kernel: [1], groups: groups)
    } else {
      if strides > 1 { x = model.zeroPadding("\(name)_conv_pad_1", x, 1) }
      x = model.convolution(
        "\(name)_conv_down_1", x, filters: filters, kernel: [3], strides: [strides], groups: groups)
    }
    return model.normalized("\(name)_bn_1", x, activation)
  }

  private func blocks(_ model: inout FunctionalDraft, _ stage: String, _ input: TensorReference)
    -> TensorReference
  {
    (0..<depth).reduce(input) { block.draft(&model, "\(stage)_block_\($1)", $0) }
  }
}

private struct CSPNetBlock {
  static let epsilon = 1e-5

  private let kind: String
  private let filters: Int
  private let hidden: Int
  private let groups: Int
  private let activation: JSONValue

  init(_ arguments: HubArguments, filters: Int, ratio: Double) throws(KerasError) {
    kind = try arguments.string("block_type")
    guard ["dark_block", "edge_block", "bottleneck_block"].contains(kind) else {
      throw arguments.error("block_type", "dark_block, edge_block or bottleneck_block")
    }
    self.filters = filters
    hidden = try arguments.scaled(filters, ratio, "bottle_ratio")
    groups = try arguments.configuration.integer("groups", default: 1)
    activation = arguments.function("activation")
  }

  func draft(_ model: inout FunctionalDraft, _ block: String, _ input: TensorReference) -> TensorReference {
    let name = "\(block)_\(kind)"
    // Which of its convolutions are 3 x 3, and how many channels they give.
    let kernels = kind == "dark_block" ? [1, 3] : kind == "edge_block" ? [3, 1] : [1, 3, 1]
    var x = input
    for (index, kernel) in kernels.enumerated() {
      let isLast = index == kernels.count - 1
      x = model.convolution(
        "\(name)_conv_\(index + 1)", x, filters: isLast ? filters : hidden, kernel: [kernel],
        padding: kernel > 1 ? "same" : "valid", groups: kernel > 1 ? groups : 1)
      if isLast, kind == "bottleneck_block" {
        x = model.batchNormalization("\(name)_bn_\(index + 1)", x, epsilon: Self.epsilon)
      } else {
        x = model.normalized("\(name)_bn_\(index + 1)", x, activation)
      }
    }
    x = model.add("\(name)_add", [x, input])
    return kind == "bottleneck_block" ? model.activated("\(name)_activation_4", x, activation) : x
  }
}

extension HubArguments {
  /// A number of channels times a ratio, rounded as Python's `round` does.
  fileprivate func scaled(_ count: Int, _ ratio: Double, _ key: String) throws(KerasError) -> Int {
    try rounded((Double(count) * ratio).rounded(.toNearestOrEven), key)
  }
}

extension FunctionalDraft {
  fileprivate mutating func normalized(_ name: String, _ x: Tensor, _ function: JSONValue) -> Tensor {
    activated(nil, batchNormalization(name, x, epsilon: CSPNetBlock.epsilon), function)
  }

  fileprivate mutating func activated(_ name: String?, _ x: Tensor, _ function: JSONValue) -> Tensor {
    if function.string == "leaky_relu" { return layer("LeakyReLU", name, ["negative_slope": .real(0.01)], x) }
    return activation(name, x, function)
  }
}
