import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/efficientnet/mbconv.py, fusedmbconv.py, cba.py

/// The blocks of EfficientNet's variants.
struct EfficientNetBlock {
  let epsilon: Double
  let activation: JSONValue
  let projection: JSONValue
  /// Whether blocks drop out in training, which takes a layer of its own.
  let hasDropout: Bool

  /// The sizes of one block.
  private struct Sizes {
    let inputs, outputs, expanded, kernel, strides: Int
    /// Channels that weigh channels; nil: none do.
    let weighing: Int?
    let addsInput: Bool
  }

  func draft(
    _ model: inout FunctionalDraft, _ name: String, _ input: TensorReference, _ stack: EfficientNetStack,
    isFirstOfStack: Bool, isFirst: Bool
  ) -> TensorReference {
    let inputs = stack.forcedFilters ?? (isFirstOfStack ? stack.inputFilters : stack.outputFilters)
    let strides = isFirstOfStack ? stack.strides : 1
    let weighs = stack.kind != "cba" && stack.ratio > 0 && stack.ratio <= 1
    let sizes = Sizes(
      inputs: inputs, outputs: stack.outputFilters, expanded: inputs * stack.expansion, kernel: stack.kernel,
      strides: strides, weighing: weighs ? max(1, Int(Double(inputs) * stack.ratio)) : nil,
      addsInput: strides == 1 && inputs == stack.outputFilters)
    let expands = stack.expansion != 1
    switch stack.kind {
    case "v1":
      return depthwise(&model, name, input, sizes, expands, drops: hasDropout && !isFirst)
    case "unfused":
      return model.block("MBConvBlock", name, input) { block, input in
        unfused(&block, input, sizes, expands)
      }
    case "fused":
      return model.block("FusedMBConvBlock", name, input) { block, input in
        fused(&block, input, sizes, expands)
      }
    default:
      return model.block("CBABlock", name, input) { block, input in
        var x = block.zeroPadding("conv1_pad", input, sizes.kernel / 2)
        x = block.convolution(
          "conv1", x, filters: sizes.outputs, kernel: [sizes.kernel], strides: [sizes.strides])
        x = block.activation("act", block.batchNormalization("bn1", x, epsilon: epsilon), activation)
        return sizes.addsInput ? block.add(nil, [x, input]) : x
      }
    }
  }

  /// The block of the first EfficientNet, whose layers are the model's own.
  private func depthwise(
    _ model: inout FunctionalDraft, _ name: String, _ input: TensorReference, _ sizes: Sizes, _ expands: Bool,
    drops: Bool
  ) -> TensorReference {
    var x = input
    if expands {
      x = model.convolution(
        name + "expand_conv", x, filters: sizes.expanded, kernel: [1], padding: "same")
      x = model.batchNormalization(name + "expand_bn", x, epsilon: epsilon)
      x = model.activation(name + "expand_activation", x, activation)
    }
    x = model.zeroPadding(name + "dwconv_pad", x, sizes.kernel / 2)
    x = model.depthwiseConvolution(
      name + "dwconv", x, kernel: sizes.kernel, strides: sizes.strides, padding: "valid")
    x = model.batchNormalization(name + "dwconv_bn", x, epsilon: epsilon)
    x = model.activation(name + "dwconv_activation", x, activation)
    if let weighing = sizes.weighing {
      var weight = model.layer("GlobalAveragePooling2D", name + "se_squeeze", [:], x)
      weight = model.layer(
        "Reshape", name + "se_reshape", ["target_shape": .integers([1, 1, sizes.expanded])], weight)
      weight = model.convolution(
        name + "se_reduce", weight, filters: weighing, kernel: [1], padding: "same", bias: true,
        activation: activation)
      weight = model.convolution(
        name + "se_expand", weight, filters: sizes.expanded, kernel: [1], padding: "same", bias: true,
        activation: "sigmoid")
      x = model.merge("Multiply", name + "se_excite", [:], [x, weight])
    }
    x = model.convolution(name + "project", x, filters: sizes.outputs, kernel: [1], padding: "same")
    x = model.batchNormalization(name + "project_bn", x, epsilon: epsilon)
    if !projection.isNull { x = model.activation(name + "projection_activation", x, projection) }
    guard sizes.addsInput else { return x }
    // It changes how far the layers before are from the outputs, and so their order.
    if drops { x = model.layer("Dropout", name + "drop", [:], x) }
    return model.add(name + "add", [x, input])
  }

  private func unfused(
    _ block: inout FunctionalDraft, _ input: TensorReference, _ sizes: Sizes, _ expands: Bool
  ) -> TensorReference {
    var x = input
    if expands {
      x = block.convolution("conv1", x, filters: sizes.expanded, kernel: [1], padding: "same")
      x = block.activation(nil, block.batchNormalization("bn1", x, epsilon: epsilon), activation)
    }
    x = block.depthwiseConvolution(
      "depthwise", x, kernel: sizes.kernel, strides: sizes.strides, padding: "same")
    x = block.activation(nil, block.batchNormalization("bn2", x, epsilon: epsilon), activation)
    x = weigh(&block, x, sizes)
    let kernel = expands ? 1 : sizes.kernel
    x = block.zeroPadding("output_conv_pad", x, kernel / 2)
    x = block.convolution("output_conv", x, filters: sizes.outputs, kernel: [kernel])
    x = block.batchNormalization("bn3", x, epsilon: epsilon)
    return sizes.addsInput ? block.add(nil, [x, input]) : x
  }

  private func fused(
    _ block: inout FunctionalDraft, _ input: TensorReference, _ sizes: Sizes, _ expands: Bool
  ) -> TensorReference {
    var x = block.zeroPadding("conv1_pad", input, sizes.kernel / 2)
    x = block.convolution(
      "conv1", x, filters: sizes.expanded, kernel: [sizes.kernel], strides: [sizes.strides])
    x = block.activation(nil, block.batchNormalization("bn1", x, epsilon: epsilon), activation)
    x = weigh(&block, x, sizes)
    x = block.convolution("output_conv", x, filters: sizes.outputs, kernel: [1])
    x = block.batchNormalization("bn2", x, epsilon: epsilon)
    if !expands, !projection.isNull { x = block.activation("projection_act", x, projection) }
    return sizes.addsInput ? block.add(nil, [x, input]) : x
  }

  /// Weighs channels by what their means tell.
  private func weigh(_ block: inout FunctionalDraft, _ x: TensorReference, _ sizes: Sizes) -> TensorReference
  {
    guard let weighing = sizes.weighing else { return x }
    var weight = block.mean(x, axes: [1, 2], keepsAxes: true)
    weight = block.convolution(
      "se_conv1", weight, filters: weighing, kernel: [1], bias: true, activation: activation)
    weight = block.convolution(
      "se_conv2", weight, filters: sizes.expanded, kernel: [1], bias: true, activation: "sigmoid")
    return block.product(x, .tensor(weight))
  }
}
