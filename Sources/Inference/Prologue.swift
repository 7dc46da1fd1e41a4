/// What a 1x1 convolution does to its first input before all else, a band of rows at a time: so what lies between
/// stays in a core's own cache.
enum Prologue {
  case depthwise(DepthwisePrologue)
  /// A scale and an offset for each channel, as in batch normalisation before the convolution.
  case affine(scale: Tensor, offset: Tensor, activation: Unary?)
  /// Times the second input, which has one value for each channel: squeeze-and-excitation.
  case multiplication
}

/// A depthwise convolution that makes one channel of each.
struct DepthwisePrologue {
  let convolution: DepthwiseConvolution
  /// Factors that the kernel is still to be multiplied with, one a channel.
  let scale: Tensor?
  let activation: Unary?
  /// Of its result.
  let shape: [Int]
}

extension Graph.Node {
  /// Values of weights and constants.
  var weightCount: Int {
    let own = operation.definition.weights
    let tensors =
      switch prologue {
      case .depthwise(let depthwise): own + depthwise.convolution.weights
      case .affine(let scale, let offset, _): own + [scale, offset]
      case .multiplication, nil: own
      }
    return tensors.reduce(0) { $0 + ($1?.count ?? 0) }
  }
}
