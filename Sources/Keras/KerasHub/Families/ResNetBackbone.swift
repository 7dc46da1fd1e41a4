import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/resnet/resnet_backbone.py

extension HubClass {
  static let resNet = HubClass(arguments: [
    "input_conv_filters", "input_conv_kernel_sizes", "stackwise_num_filters", "stackwise_num_blocks",
    "stackwise_num_strides", "block_type", "use_pre_activation", "image_shape",
  ]) { arguments, model throws(KerasError) in
    let filters = try arguments.integers("input_conv_filters")
    let kernels = try arguments.integers("input_conv_kernel_sizes")
    let stem = try arguments.count([
      ("input_conv_filters", filters.count), ("input_conv_kernel_sizes", kernels.count),
    ])
    guard stem > 0 else { throw arguments.error("input_conv_filters", "a list of at least one number") }
    let preactivates = try arguments.bool("use_pre_activation", default: false)

    let image = model.input(try arguments.imageShape())
    var x = model.zeroPadding("conv1_pad", image, (kernels[0] - 1) / 2)
    x = model.convolution("conv1_conv", x, filters: filters[0], kernel: [kernels[0]], strides: [2])
    for index in 1..<max(stem, 1) {
      x = model.normalizedReLU("conv\(index)", x)
      x = model.convolution(
        "conv\(index + 1)_conv", x, filters: filters[index], kernel: [kernels[index]], padding: "same")
    }
    if preactivates {
      x = model.paddedMaxPooling("pool1_pool", x)
    } else {
      x = model.normalizedReLU("conv\(stem)", x)
      x = model.zeroPadding("pool1_pad", x, 1)
      x = model.pooling("MaxPooling2D", "pool1_pool", x, size: 3, strides: 2)
    }

    let block = try ResNetBlock(arguments)
    let widths = try arguments.integers("stackwise_num_filters")
    let depths = try arguments.repeats("stackwise_num_blocks")
    let strides = try arguments.integers("stackwise_num_strides")
    let stacks = try arguments.count([
      ("stackwise_num_filters", widths.count), ("stackwise_num_blocks", depths.count),
      ("stackwise_num_strides", strides.count),
    ])
    for stack in 0..<stacks {
      for index in 0..<depths[stack] {
        let isFirst = index == 0
        x = block.draft(
          &model, x, "stack\(stack)_block\(index)", filters: widths[stack],
          stride: isFirst ? strides[stack] : 1,
          projects: isFirst && (block.kind != "basic_block" || stack > 0))
      }
    }
    if preactivates { x = model.normalizedReLU("post", x) }
    return [("", x)]
  }
}

/// The residual blocks of ResNet, ResNetV2 and ResNet-vd.
private struct ResNetBlock {
  let kind: String
  private let preactivates: Bool
  private let isBottleneck: Bool
  /// Whether what skips the block is pooled instead of convolved with strides.
  private let pools: Bool

  init(_ arguments: HubArguments) throws(KerasError) {
    kind = try arguments.string("block_type")
    let kinds = ["basic_block", "bottleneck_block", "basic_block_vd", "bottleneck_block_vd"]
    guard kinds.contains(kind) else { throw arguments.error("block_type", kinds.joined(separator: ", ")) }
    preactivates = try arguments.bool("use_pre_activation", default: false)
    isBottleneck = kind.hasPrefix("bottleneck")
    pools = kind.hasSuffix("_vd")
  }

  /// - Parameter projects: whether what skips the block is convolved.
  func draft(
    _ model: inout FunctionalDraft, _ input: TensorReference, _ name: String, filters: Int, stride: Int,
    projects: Bool
  ) -> TensorReference {
    let width = isBottleneck ? 4 * filters : filters
    let start = preactivates ? model.normalizedReLU("\(name)_pre_activation", input) : input
    var shortcut = input
    if projects {
      shortcut = start
      if pools, !preactivates, stride > 1 {
        shortcut = model.pooling(
          "AveragePooling2D", nil, shortcut, size: 2, strides: stride, padding: "same")
      }
      shortcut = model.convolution(
        "\(name)_0_conv", shortcut, filters: width, kernel: [1], strides: [pools ? 1 : stride])
      if !preactivates { shortcut = model.normalization("\(name)_0", shortcut) }
    }
    var x = start
    var number = 1
    if isBottleneck {
      x = model.convolution("\(name)_1_conv", x, filters: filters, kernel: [1])
      x = model.normalizedReLU("\(name)_1", x)
      number = 2
    }
    if stride > 1 { x = model.zeroPadding("\(name)_\(number)_pad", x, 1) }
    x = model.convolution(
      "\(name)_\(number)_conv", x, filters: filters, kernel: [3], strides: [stride],
      padding: stride > 1 ? "valid" : "same")
    x = model.normalizedReLU("\(name)_\(number)", x)
    number += 1
    x = model.convolution(
      "\(name)_\(number)_conv", x, filters: width, kernel: [isBottleneck ? 1 : 3],
      padding: isBottleneck ? "valid" : "same")
    if preactivates { return model.add("\(name)_out", [shortcut, x]) }
    x = model.normalization("\(name)_\(number)", x)
    x = model.add("\(name)_add", [shortcut, x])
    return model.activation("\(name)_out", x, "relu")
  }
}

extension FunctionalDraft {
  fileprivate mutating func normalization(_ name: String, _ x: Tensor) -> Tensor {
    batchNormalization("\(name)_bn", x, epsilon: 1e-5)
  }

  fileprivate mutating func normalizedReLU(_ name: String, _ x: Tensor) -> Tensor {
    activation("\(name)_relu", normalization(name, x), "relu")
  }
}
