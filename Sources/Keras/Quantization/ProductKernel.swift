import Inference

/// A kernel as a product takes it, however the file keeps it.
struct ProductKernel: Sendable {
  /// What multiplies: floats, or the whole numbers of a quantized kernel.
  let tensor: Tensor
  /// What the product is divided by, to whose axes it broadcasts; nil: nothing.
  var scale: Tensor?
  /// What converts the input to whole numbers; nil: it stays as it is.
  var activations: AbsMaxQuantizer?
}

extension LayerCall {
  /// The kernel of a quantized layer.
  /// - Parameters:
  ///   - prefix: what the names of its variables begin with: nothing, or `query/`.
  ///   - shape: what the kernel's shape would be if it were not quantized.
  ///   - equation: which of its axes are summed over, and where the others are in the product.
  ///   - scaleShape: of a scale for each channel; nil: the product's axes, of size 1 where the kernel lacks them.
  func quantizedKernel(
    _ prefix: String, _ shape: [Int], _ equation: ProjectionEquation, scaleShape: [Int]? = nil,
    _ quantization: Quantization
  ) throws(KerasError) -> ProductKernel {
    try checkSize(shape)
    let summed = shape.indices.filter { !equation.output.contains(equation.kernel[$0]) }
    if quantization.mode == .int4, version.packsColumns {
      let rows = summed.reduce(1) { $0 * shape[$1] }
      let columns = shape.reduce(1, *) / rows
      let numbers = try weights.tensor(prefix + "kernel", [rows, columns - columns / 2])
        .unpackedHalves(axis: 1, size: columns)
      let names = QuantizedNames(kernel: prefix + "kernel", groups: prefix + "g_idx")
      let floats = try dequantized(numbers, names, isGrouped: quantization.isGrouped, scaledAxis: 1)
      return ProductKernel(tensor: floats.reshaped(shape), activations: quantization.activations)
    }
    var kernel: Tensor
    switch quantization.mode {
    case .int8: kernel = try weights.tensor(prefix + "kernel", shape)
    case .int4:
      let axis = summed.first ?? 0
      var packed = shape
      packed[axis] -= shape[axis] / 2
      kernel = try weights.tensor(prefix + "kernel", packed).unpackedHalves(axis: axis, size: shape[axis])
    }
    let sizes = equation.output.map { letter in
      equation.kernel.firstIndex(of: letter).map { shape[$0] } ?? 1
    }
    let scale = try weights.tensor(prefix + "kernel_scale", scaleShape ?? sizes)
    return ProductKernel(tensor: kernel, scale: scale, activations: quantization.activations)
  }

  /// The floats of a quantized table of embeddings.
  /// - Parameter shape: rows and columns.
  func quantizedTable(_ shape: [Int], _ quantization: Quantization) throws(KerasError) -> Tensor {
    try checkSize(shape)
    let columns = shape[1]
    let numbers =
      switch quantization.mode {
      case .int8: try weights.tensor("embeddings", shape)
      case .int4:
        try weights.tensor("embeddings", [shape[0], columns - columns / 2])
          .unpackedHalves(axis: 1, size: columns)
      }
    let names = QuantizedNames(kernel: "embeddings", groups: "g_idx")
    return try dequantized(numbers, names, isGrouped: quantization.isGrouped, scaledAxis: 0)
  }

  /// The floats that a matrix of whole numbers stands for.
  /// - Parameter scaledAxis: each entry of it has its scale, or one for each group of the other axis.
  private func dequantized(_ numbers: Tensor, _ names: QuantizedNames, isGrouped: Bool, scaledAxis: Int)
    throws(KerasError) -> Tensor
  {
    let size = numbers.shape[scaledAxis]
    guard isGrouped else {
      let scales = try weights.tensor(names.scale, [size]).values
      return numbers.mapMatrix { $2 / scales[scaledAxis == 0 ? $0 : $1] }
    }
    let scale = try weights.tensor(names.scale, scaledAxis == 0 ? [size, nil] : [nil, size])
    let zeros = try weights.tensor(names.zero, scale.shape).values
    let groups = try weights.tensor(names.groups, [numbers.shape[1 - scaledAxis]]).values.map {
      Int(exactly: $0) ?? -1
    }
    guard groups.allSatisfy({ (0..<scale.shape[1 - scaledAxis]).contains($0) }) else {
      throw error("its weight \"\(names.groups)\" names a group that has no scale")
    }
    let scales = scale.values
    let width = scale.shape[1]
    return numbers.mapMatrix { row, column, number in
      let place = scaledAxis == 0 ? row * width + groups[column] : groups[row] * width + column
      return (number - zeros[place]) * scales[place]
    }
  }

  private func checkSize(_ shape: [Int]) throws(KerasError) {
    guard shape.allSatisfy({ $0 > 0 }), shape.reduce(1, { $0 * Double($1) }) < 0x1p48 else {
      throw error("a kernel of shape \(shape.text) is not possible")
    }
  }
}

/// What Keras calls the variables beside those of whole numbers.
private struct QuantizedNames {
  let kernel: String
  let groups: String
  var scale: String { kernel + "_scale" }
  var zero: String { kernel + "_zero" }
}

extension Tensor {
  /// The whole numbers of -8 to 7 that lie two in a byte, the first in its lower half (`keras.quantizers.unpack_int4`).
  /// - Parameters:
  ///   - axis: that along which neighbours share a byte.
  ///   - size: the size of the axis unpacked; of an odd one the last half is unused.
  fileprivate func unpackedHalves(axis: Int, size: Int) -> Tensor {
    let packed = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let bytes = values
    let storage = TensorStorage(count: outer * size * inner) { numbers in
      for row in 0..<outer * size {
        let (block, place) = row.quotientAndRemainder(dividingBy: size)
        let source = (block * packed + place / 2) * inner
        for column in 0..<inner {
          let byte = UInt8(truncatingIfNeeded: Int(exactly: bytes[source + column]) ?? 0)
          // Both halves are signed.
          let number = Int8(bitPattern: place % 2 == 0 ? byte << 4 : byte) >> 4
          numbers[row * inner + column] = Float(number)
        }
      }
    }
    return Tensor(shape: shape[..<axis] + [size] + shape[(axis + 1)...], storage: storage)
  }

  /// A matrix of the same shape with every value changed.
  fileprivate func mapMatrix(_ transform: (_ row: Int, _ column: Int, _ value: Float) -> Float) -> Tensor {
    let columns = shape[1]
    let values = self.values
    let storage = TensorStorage(count: count) { memory in
      for row in 0..<shape[0] {
        for column in 0..<columns {
          let index = row * columns + column
          memory[index] = transform(row, column, values[index])
        }
      }
    }
    return Tensor(shape: shape, storage: storage)
  }
}
