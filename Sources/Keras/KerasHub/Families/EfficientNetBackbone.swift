import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/efficientnet/efficientnet_backbone.py

extension HubClass {
  /// As KerasHub has it since 0.19.
  static let efficientNet = HubClass(arguments: [
    "stackwise_width_coefficients", "stackwise_depth_coefficients", "stackwise_kernel_sizes",
    "stackwise_num_repeats", "stackwise_input_filters", "stackwise_output_filters",
    "stackwise_expansion_ratios", "stackwise_squeeze_and_excite_ratios", "stackwise_strides",
    "stackwise_block_types", "stackwise_force_input_filters", "dropout", "depth_divisor", "min_depth",
    "input_shape", "activation", "include_stem_padding", "use_depth_divisor_as_min_depth",
    "cap_round_filter_decrease", "stem_conv_padding", "batch_norm_momentum", "batch_norm_epsilon",
    "projection_activation",
  ]) { arguments, model throws(KerasError) in
    let scale = try EfficientNetScale(arguments)
    let stacks = try EfficientNetStack.all(arguments, scale)
    guard let first = stacks.first, let last = stacks.last else {
      throw arguments.error("stackwise_kernel_sizes", "a list of at least one number")
    }
    let epsilon = try arguments.configuration.number("batch_norm_epsilon", default: 1e-5)
    let activation = arguments.function("activation")
    var x = model.input(try arguments.imageShape("input_shape"))
    if try arguments.bool("include_stem_padding", default: true) {
      x = model.zeroPadding("stem_conv_pad", x, 1)
    }
    x = model.convolution(
      "stem_conv", x, filters: first.inputFilters, kernel: [3], strides: [2],
      padding: try arguments.configuration.string("stem_conv_padding", default: "valid"))
    x = model.batchNormalization("stem_bn", x, epsilon: epsilon)
    x = model.activation("stem_activation", x, activation)
    let block = EfficientNetBlock(
      epsilon: epsilon, activation: activation, projection: arguments.function("projection_activation"),
      hasDropout: try arguments.number("dropout") > 0)
    var isFirst = true
    for (index, stack) in stacks.enumerated() {
      for number in 0..<stack.repeats {
        let name = "block\(index + 1)\(try arguments.letter(number))_"
        x = block.draft(&model, name, x, stack, isFirstOfStack: number == 0, isFirst: isFirst)
        isFirst = false
      }
    }
    // The number of features is not among the arguments that are saved.
    let features = try scale.filters(1280, width: last.width)
    x = model.convolution("top_conv", x, filters: features, kernel: [1], padding: "same")
    x = model.batchNormalization("top_bn", x, epsilon: epsilon)
    return [("", model.activation("top_activation", x, activation))]
  }
}

extension HubArguments {
  /// The letter of a block of a stack.
  fileprivate func letter(_ number: Int) throws(KerasError) -> String {
    // Python's `chr`: beyond z come other signs.
    guard number < 1 << 10, let scalar = Unicode.Scalar(97 + UInt32(number)) else {
      throw error("stackwise_num_repeats", "fewer blocks")
    }
    return String(Character(scalar))
  }
}

/// How EfficientNet's variants grow from one table.
struct EfficientNetScale {
  private let arguments: HubArguments
  private let divisor: Int
  private let leastDepth: Int
  private let isCapped: Bool

  init(_ arguments: HubArguments) throws(KerasError) {
    self.arguments = arguments
    divisor = try arguments.integer("depth_divisor")
    guard divisor > 0 else { throw arguments.error("depth_divisor", "a whole number from 1") }
    let usesDivisor = try arguments.bool("use_depth_divisor_as_min_depth", default: false)
    leastDepth = usesDivisor ? divisor : try arguments.integer("min_depth")
    isCapped = try arguments.bool("cap_round_filter_decrease", default: false)
  }

  /// A number of channels, made a multiple of the divisor.
  func filters(_ count: Int, width: Double) throws(KerasError) -> Int {
    let wanted = Double(count) * width
    let nearest = try arguments.rounded(wanted + Double(divisor) / 2, "stackwise_width_coefficients")
    let even = max(leastDepth, nearest / divisor * divisor)
    return isCapped && Double(even) < 0.9 * wanted ? even + divisor : even
  }
}

/// One entry of the lists that describe an EfficientNet.
struct EfficientNetStack {
  let kind: String
  let width: Double
  let repeats: Int
  let kernel: Int
  let strides: Int
  let expansion: Int
  /// Of the channels that weigh channels, to those of the input.
  let ratio: Double
  let inputFilters: Int
  let outputFilters: Int
  /// What stands for the number of input channels in each block; nil: that number itself.
  let forcedFilters: Int?

  static func all(_ arguments: HubArguments, _ scale: EfficientNetScale) throws(KerasError)
    -> [EfficientNetStack]
  {
    func numbers(_ key: String) throws(KerasError) -> [Double] { try arguments.numbers(key) }
    let kinds = try arguments.list("stackwise_block_types").compactMap(\.string)
    let keys = [
      "stackwise_kernel_sizes", "stackwise_width_coefficients", "stackwise_depth_coefficients",
      "stackwise_num_repeats", "stackwise_input_filters", "stackwise_output_filters",
      "stackwise_expansion_ratios", "stackwise_squeeze_and_excite_ratios", "stackwise_strides",
    ]
    let columns = try keys.map { key throws(KerasError) in try numbers(key) }
    // Lists may be longer than that of the kernel sizes.
    let count = columns[0].count
    let forced =
      arguments.has("stackwise_force_input_filters") ? try numbers("stackwise_force_input_filters") : []
    for (key, column) in zip(keys, columns) where column.count < count {
      throw arguments.error(key, "\(count) numbers")
    }
    guard kinds.count >= count else { throw arguments.error("stackwise_block_types", "\(count) names") }
    var stacks: [EfficientNetStack] = []
    for index in 0..<count {
      func whole(_ column: Int) throws(KerasError) -> Int {
        guard let number = Int(exactly: columns[column][index]), (0...1 << 20).contains(number) else {
          throw arguments.error(keys[column], "whole numbers")
        }
        return number
      }
      guard ["v1", "unfused", "fused", "cba"].contains(kinds[index]) else {
        throw arguments.error("stackwise_block_types", "v1, unfused, fused or cba")
      }
      let width = columns[1][index]
      let force = forced.indices.contains(index) ? Int(exactly: forced[index]) ?? 0 : 0
      stacks.append(
        EfficientNetStack(
          kind: kinds[index], width: width,
          repeats: try arguments.rounded(
            (columns[2][index] * columns[3][index]).rounded(.up), "stackwise_num_repeats"),
          kernel: try whole(0), strides: try whole(8), expansion: try whole(6), ratio: columns[7][index],
          inputFilters: try scale.filters(whole(4), width: width),
          outputFilters: try scale.filters(whole(5), width: width),
          forcedFilters: force > 0 ? try scale.filters(force, width: width) : nil))
    }
    _ = try arguments.limited(repeats: stacks.map(\.repeats), "stackwise_num_repeats")
    return stacks
  }
}
