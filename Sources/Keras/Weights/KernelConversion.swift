import Inference

/// Kernels of convolutions as old versions and other backends keep them, turned into those of Keras 2 and 3.
///
/// Keras 2 does the same when it loads such files (`preprocess_weights_for_loading`).
struct KernelConversion {
  /// The Keras that wrote the weights.
  let version: KerasVersion
  /// What it ran on, e.g. `theano`; nil: the file does not say.
  let backend: String?

  func convert(_ tensor: Tensor, _ slot: WeightSlot) throws(KerasError) -> Tensor {
    var tensor = tensor
    let className = slot.layer.className
    guard slot.name.hasSuffix("kernel") else { return tensor }
    if version.major == 1 {
      let isChannelsFirst = try slot.layer.configuration.isChannelsFirst()
      if let axes = axes(className, tensor.shape, isChannelsFirst) { tensor = tensor.transposed(axes) }
      if className == "Conv1D", tensor.shape.count == 4 {
        tensor = tensor.reshaped([tensor.shape[0]] + tensor.shape[2...])
      }
    }
    // Theano convolves, all others correlate.
    if backend == "theano", ["Conv1D", "Conv2D", "Conv2DTranspose"].contains(className) {
      tensor = tensor.flipped(leading: tensor.shape.count - 2)
    }
    return tensor
  }

  /// The order of axes that makes a kernel of Keras 1 one of Keras 2; nil: it is.
  private func axes(_ className: String, _ shape: [Int], _ isChannelsFirst: Bool) -> [Int]? {
    guard shape.count == 4 else { return nil }
    switch className {
    case "Conv2D", "SeparableConv2D", "DepthwiseConv2D": return isChannelsFirst ? [2, 3, 1, 0] : nil
    case "Conv2DTranspose": return isChannelsFirst ? [2, 3, 0, 1] : [0, 1, 3, 2]
    // (length, 1, inputs, filters), and before Keras 1.2 (filters, inputs, length, 1).
    case "Conv1D": return shape[1] == 1 ? nil : [2, 3, 1, 0]
    default: return nil
    }
  }
}

extension Tensor {
  /// numpy's transpose.
  func transposed(_ axes: [Int]) -> Tensor {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return gathered(axes.map { shape[$0] }, strides: axes.map { strides[$0] }, start: 0)
  }

  /// With the order of the entries of the first axes reversed.
  func flipped(leading count: Int) -> Tensor {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    var start = 0
    for axis in 0..<count where shape[axis] > 0 {
      start += (shape[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    return gathered(shape, strides: strides, start: start)
  }

  /// A copy of the values at `start + sum(index * stride)`.
  private func gathered(_ shape: [Int], strides: [Int], start: Int) -> Tensor {
    let values = self.values
    var index = Array(repeating: 0, count: shape.count)
    var place = start
    return Tensor(
      shape: shape,
      storage: TensorStorage(count: count) { memory in
        for target in memory.indices {
          memory[target] = values[place]
          for axis in shape.indices.reversed() {
            index[axis] += 1
            place += strides[axis]
            if index[axis] < shape[axis] { break }
            place -= shape[axis] * strides[axis]
            index[axis] = 0
          }
        }
      })
  }
}
