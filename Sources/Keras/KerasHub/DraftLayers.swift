import JSON

// Keras' layers with the arguments that KerasHub's classes give them. Images are channels last.

extension FunctionalDraft {
  mutating func convolution(
    _ name: String?, _ x: Tensor, filters: Int, kernel: [Int], strides: [Int] = [1],
    padding: String = "valid", bias: Bool = false, groups: Int = 1, dilation: Int = 1,
    activation: JSONValue = .null
  ) -> Tensor {
    layer(
      "Conv2D", name,
      [
        "filters": .integer(filters), "kernel_size": .integers(kernel), "strides": .integers(strides),
        "padding": .string(padding), "use_bias": .bool(bias), "groups": .integer(groups),
        "dilation_rate": .integer(dilation), "activation": activation,
      ], x)
  }

  mutating func depthwiseConvolution(
    _ name: String, _ x: Tensor, kernel: Int, strides: Int, padding: String, bias: Bool = false
  ) -> Tensor {
    layer(
      "DepthwiseConv2D", name,
      [
        "kernel_size": .integer(kernel), "strides": .integer(strides), "padding": .string(padding),
        "use_bias": .bool(bias),
      ], x)
  }

  mutating func batchNormalization(_ name: String, _ x: Tensor, epsilon: Double) -> Tensor {
    layer("BatchNormalization", name, ["epsilon": .real(epsilon), "axis": .integer(-1)], x)
  }

  mutating func layerNormalization(_ name: String?, _ x: Tensor, epsilon: Double) -> Tensor {
    layer("LayerNormalization", name, ["epsilon": .real(epsilon)], x)
  }

  mutating func activation(_ name: String?, _ x: Tensor, _ function: JSONValue) -> Tensor {
    layer("Activation", name, ["activation": function], x)
  }

  mutating func dense(
    _ name: String?, _ x: Tensor, units: Int, bias: Bool = true, activation: JSONValue = .null
  ) -> Tensor {
    layer(
      "Dense", name, ["units": .integer(units), "use_bias": .bool(bias), "activation": activation], x)
  }

  /// Zeros on all four sides.
  mutating func zeroPadding(_ name: String?, _ x: Tensor, _ width: Int) -> Tensor {
    layer("ZeroPadding2D", name, ["padding": .integer(width)], x)
  }

  mutating func pooling(
    _ className: String, _ name: String?, _ x: Tensor, size: Int, strides: Int, padding: String = "valid"
  ) -> Tensor {
    layer(
      className, name,
      ["pool_size": .integer(size), "strides": .integer(strides), "padding": .string(padding)], x)
  }

  /// The largest value of each window of 3 x 3 at every second place; what lies outside counts as -inf.
  mutating func paddedMaxPooling(_ name: String, _ x: Tensor) -> Tensor {
    let pad = operation(
      "Pad", ["pad_width": .array([0, 1, 1, 0].map { .integers([$0, $0]) })], .tensor(x),
      .constant(.real(-.infinity)))
    return pooling("MaxPooling2D", name, pad, size: 3, strides: 2)
  }

  mutating func add(_ name: String? = nil, _ x: [Tensor]) -> Tensor { merge("Add", name, [:], x) }

  mutating func concatenation(_ name: String? = nil, _ x: [Tensor], axis: Int = -1) -> Tensor {
    merge("Concatenate", name, ["axis": .integer(axis)], x)
  }

  /// A new shape: the batch first, where -1 is what remains.
  mutating func reshape(_ x: Tensor, _ sizes: [Int]) -> Tensor {
    operation("Reshape", ["newshape": .integers(sizes)], .tensor(x))
  }

  mutating func transpose(_ x: Tensor, _ axes: [Int]) -> Tensor {
    operation("Transpose", ["axes": .integers(axes)], .tensor(x))
  }

  mutating func sum(_ a: Tensor, _ b: Tensor) -> Tensor { operation("Add", [:], .tensor(a), .tensor(b)) }

  mutating func product(_ a: Tensor, _ b: Argument<Tensor>) -> Tensor {
    operation("Multiply", [:], .tensor(a), b)
  }

  mutating func matrixProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
    operation("Matmul", [:], .tensor(a), .tensor(b))
  }

  mutating func mean(_ x: Tensor, axes: [Int], keepsAxes: Bool = false) -> Tensor {
    operation("Mean", ["axis": .integers(axes), "keepdims": .bool(keepsAxes)], .tensor(x))
  }
}

extension JSONValue {
  static func integers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
}

extension LayerClass {
  /// What ``FunctionalDraft/variable(_:_:_:of:)`` adds. It is in no table, so that no file can name it.
  static let variableName = "a variable"

  static let variable = LayerClass(weights: { configuration throws(KerasError) in
    [WeightName("value", archivePath: "vars/\(try configuration.integer("index"))")]
  }) { layer, builder throws(KerasError) in
    let shape = try layer.configuration.integers("shape", default: [])
    return .tensor(builder.constant(try layer.weights.tensor("value", shape), layer))
  }
}
