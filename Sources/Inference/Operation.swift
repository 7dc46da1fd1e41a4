/// What a node computes. Definitions are those of Keras (keras.io/api) and numpy unless said otherwise.
///
/// Axes may be negative, counted from the end; axis 0 is the batch.
public enum Operation: Sendable {
  /// A model input; only ``Graph/addInput(name:shape:)`` makes one.
  case input
  /// Values that never change; only ``Graph/addConstant(_:name:)`` makes one.
  case constant(Tensor)

  /// Cross-correlation over the two middle axes of `[batch, height, width, channels]`.
  case convolution(Convolution)
  /// Every channel with its own kernel(s).
  case depthwiseConvolution(DepthwiseConvolution)
  /// The gradient of a convolution with respect to its input ("deconvolution").
  case transposedConvolution(TransposedConvolution)
  /// A convolution whose kernel differs at each position.
  case locallyConnected(LocallyConnected)
  /// The last axis times a matrix of weights.
  case dense(Dense)
  /// numpy's matmul of two computed tensors: the last two axes multiply, the others broadcast.
  case matMul(transposeA: Bool, transposeB: Bool)
  /// numpy's einsum of its inputs, with explicit output, letters only (no ellipsis): `"abc,cd->abd"`.
  case einsum(String)

  /// Largest or mean value of each window; `same` padding does not count in a mean.
  case pooling(Pooling)
  /// Over the given axes; none given: over all.
  case reduction(Reduction, axes: [Int], keepDimensions: Bool)
  /// Index of the largest (smallest) value, the first on ties, along an axis that disappears.
  case argument(Extremum, axis: Int)
  case cumulativeSum(axis: Int)
  case cumulativeProduct(axis: Int)
  /// The values along an axis from the smallest to the largest, NaN last.
  case sort(axis: Int)
  /// The indices that sort the values along an axis; of equal values, the first comes first.
  case argumentSort(axis: Int)

  /// One input, element by element.
  case unary(Unary)
  /// Two inputs, element by element, numpy broadcasting.
  case binary(Binary)
  /// `where(condition != 0, a, b)` of three inputs, numpy broadcasting.
  case select
  /// `x * scale + offset`, both of the length of `axis`: batch normalisation and its kin at inference.
  case affine(scale: Tensor, offset: Tensor, axis: Int)
  /// PReLU: `x > 0 ? x : alpha * x`, alpha broadcasts against one sample (no batch axis).
  case parametricReLU(alpha: Tensor)
  /// Layer, group, RMS or unit normalisation.
  case normalization(Normalization)
  /// exp(x) / sum(exp(x)) along the axes taken together.
  case softmax(axes: [Int])
  case logSoftmax(axis: Int)
  case sparsemax(axis: Int)

  /// A constant border. `before` and `after` have an entry for every axis.
  case padding(before: [Int], after: [Int], mode: PaddingMode)
  /// Python slicing, one entry an axis (missing trailing axes are whole).
  case slice([Slice])
  case concatenation(axis: Int)
  /// Same values, new shape: -1 once for "the rest", ``keep`` (-2) for the input's size of that axis.
  case reshape([Int])
  /// numpy's transpose: axis i of the result is axis `permutation[i]` of the input.
  case transpose([Int])
  /// numpy's broadcast_to; ``keep`` (-2) keeps the input's size.
  case broadcast([Int])
  /// numpy's repeat of every element along an axis.
  case repeatElements(count: Int, axis: Int)
  /// numpy's tile, one count an axis.
  case tile([Int])
  /// Axes in reverse order along the given ones.
  case flip(axes: [Int])
  /// Height and width (axes 1 and 2) to a new size.
  case resize(Resize)
  /// Rows of a table by index: inputs of indices `[...]` give `[..., width]`.
  case embedding(table: Tensor)
  /// numpy's take with constant indices along an axis.
  case take(indices: [Int], axis: Int)
  /// 1 at the index, 0 elsewhere, on a new last axis.
  case oneHot(count: Int)

  /// In ``reshape(_:)`` and ``broadcast(_:)``: the input's own size of that axis.
  public static let keep = -2
}

/// Where a window may lie at the border.
public enum Border: Sendable, Equatable {
  /// Only inside.
  case valid
  /// TensorFlow's SAME: output is ceil(size / stride), the larger half of the padding after.
  case same
  /// A border of so many elements: zeros for a convolution; in pooling it does not count, as with `same`.
  case explicit(top: Int, bottom: Int, left: Int, right: Int)
}

/// Height and width of something. One-dimensional layers use height 1.
public struct Extent: Sendable, Equatable {
  public var height: Int
  public var width: Int
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }
}

/// Parameters of ``Operation/convolution(_:)``.
public struct Convolution: Sendable {
  /// `[kernel height, kernel width, input channels / groups, output channels]`, as Keras stores it.
  public var kernel: Tensor
  /// `[output channels]`
  public var bias: Tensor?
  public var strides: Extent
  public var dilation: Extent
  public var border: Border
  public var groups: Int
  public init(
    kernel: Tensor, bias: Tensor?, strides: Extent = Extent(1, 1), dilation: Extent = Extent(1, 1),
    border: Border = .valid, groups: Int = 1
  ) {
    self.kernel = kernel
    self.bias = bias
    self.strides = strides
    self.dilation = dilation
    self.border = border
    self.groups = groups
  }
}

/// Parameters of ``Operation/depthwiseConvolution(_:)``.
public struct DepthwiseConvolution: Sendable {
  /// `[kernel height, kernel width, channels, multiplier]`; result channel is `channel * multiplier + m`.
  public var kernel: Tensor
  /// `[channels * multiplier]`
  public var bias: Tensor?
  public var strides: Extent
  public var dilation: Extent
  public var border: Border
  public init(
    kernel: Tensor, bias: Tensor?, strides: Extent = Extent(1, 1), dilation: Extent = Extent(1, 1),
    border: Border = .valid
  ) {
    self.kernel = kernel
    self.bias = bias
    self.strides = strides
    self.dilation = dilation
    self.border = border
  }
}

/// Parameters of ``Operation/transposedConvolution(_:)``.
public struct TransposedConvolution: Sendable {
  /// `[kernel height, kernel width, output channels, input channels]`, as Keras stores it.
  public var kernel: Tensor
  /// `[output channels]`
  public var bias: Tensor?
  public var strides: Extent
  public var dilation: Extent
  /// `valid` or `same`, with the output size Keras derives from it.
  public var border: Border
  /// Added to one side of the result; nil: Keras' default.
  public var outputPadding: Extent?
  public init(
    kernel: Tensor, bias: Tensor?, strides: Extent, dilation: Extent = Extent(1, 1), border: Border,
    outputPadding: Extent? = nil
  ) {
    self.kernel = kernel
    self.bias = bias
    self.strides = strides
    self.dilation = dilation
    self.border = border
    self.outputPadding = outputPadding
  }
}

/// Parameters of ``Operation/locallyConnected(_:)``; the border is valid.
public struct LocallyConnected: Sendable {
  /// `[output height * output width, window height * window width * input channels, output channels]`
  public var kernel: Tensor
  /// `[output height, output width, output channels]`
  public var bias: Tensor?
  public var window: Extent
  public var strides: Extent
  public init(kernel: Tensor, bias: Tensor?, window: Extent, strides: Extent) {
    self.kernel = kernel
    self.bias = bias
    self.window = window
    self.strides = strides
  }
}

/// Parameters of ``Operation/dense(_:)``.
public struct Dense: Sendable {
  /// `[inputs, units]`
  public var kernel: Tensor
  /// `[units]`
  public var bias: Tensor?
  public init(kernel: Tensor, bias: Tensor?) {
    self.kernel = kernel
    self.bias = bias
  }
}

/// Parameters of ``Operation/pooling(_:)``.
public struct Pooling: Sendable {
  public var kind: Kind
  public var window: Extent
  public var strides: Extent
  public var border: Border
  public enum Kind: Sendable { case max, average }
  public init(_ kind: Kind, window: Extent, strides: Extent, border: Border) {
    self.kind = kind
    self.window = window
    self.strides = strides
    self.border = border
  }
}

public enum Reduction: String, Sendable {
  case sum, mean, max, min, product, variance, l2Norm, any, all, logSumExp
}

public enum Extremum: Sendable { case max, min }

public enum PaddingMode: Sendable { case constant(Float), reflect, symmetric, edge }

/// One axis of Python's `x[begin:end:step]`, or with ``index(_:)`` of `x[i]` (the axis disappears).
public enum Slice: Sendable {
  case whole
  case range(begin: Int?, end: Int?, step: Int)
  case index(Int)
  /// A new axis of size 1; takes no axis of the input.
  case newAxis
}

/// Functions of one value. Names are Keras' (keras.activations, keras.ops).
public enum Unary: Sendable, Equatable {
  /// `x >= ceiling -> ceiling; threshold <= x < ceiling -> x; else negativeSlope * (x - threshold)`
  case relu(negativeSlope: Float = 0, ceiling: Float? = nil, threshold: Float = 0)
  case sigmoid, tanh, softplus, softsign, exponential, swish, mish, selu
  case elu(alpha: Float), celu(alpha: Float)
  case gelu(approximate: Bool)
  /// `clip(slope * x + offset, 0, 1)`: 0.2, 0.5 in Keras 1 and 2; 1/6, 0.5 in Keras 3.
  case hardSigmoid(slope: Float, offset: Float)
  /// `x * hardSigmoid(x)` with Keras 3's slope.
  case hardSwish
  /// `x > theta ? x : 0`
  case thresholdedReLU(theta: Float)
  case logSigmoid, squareplus(b: Float), sparsePlus, sparseSigmoid
  case softShrink(threshold: Float), hardShrink(threshold: Float), tanhShrink
  case hardTanh
  case clip(low: Float, high: Float)
  /// `x * scale + offset`
  case linear(scale: Float, offset: Float)
  case abs, negative, sign, square, sqrt, rsqrt, reciprocal, exp, expm1, log, log1p, log2, log10
  case sin, cos, tan, arcsin, arccos, arctan, sinh, cosh, arcsinh, arccosh, arctanh
  case erf, erfInverse, besselI0, floor, ceil, round, truncate, logicalNot, isNaN, isFinite, isInfinite
}

/// Functions of two values. Comparisons give 1 or 0.
public enum Binary: Sendable {
  case add, subtract, multiply, divide, maximum, minimum, power, floorDivide, modulo, arctan2
  case squaredDifference, nextAfter
  /// Of whole numbers; what is none is cut to one.
  case bitwiseAnd, greatestCommonDivisor
  case equal, notEqual, less, lessEqual, greater, greaterEqual, logicalAnd, logicalOr, logicalXor
}

/// Parameters of ``Operation/normalization(_:)``: statistics over `axes` of each sample, then gamma, beta.
public struct Normalization: Sendable {
  public var kind: Kind
  /// The axes the statistics run over, taken together.
  public var axes: [Int]
  public var epsilon: Float
  /// Shaped to broadcast against the input.
  public var gamma: Tensor?
  public var beta: Tensor?
  public enum Kind: Sendable {
    /// `(x - mean) / sqrt(variance + epsilon)`
    case layer
    /// As `layer`, the last axis cut into groups first; `axes` are ignored: all but the batch.
    case group(count: Int)
    /// `x / sqrt(mean(x^2) + epsilon)`
    case rms
    /// `x / max(sqrt(sum(x^2)), sqrt(epsilon))`: UnitNormalization with epsilon 1e-12 in Keras 2, 1e-24 in 3.
    case unit
  }
  public init(_ kind: Kind, axes: [Int], epsilon: Float, gamma: Tensor?, beta: Tensor?) {
    self.kind = kind
    self.axes = axes
    self.epsilon = epsilon
    self.gamma = gamma
    self.beta = beta
  }
}

/// Parameters of ``Operation/resize(_:)``.
public struct Resize: Sendable {
  public var size: Size
  public var interpolation: Interpolation
  /// Whether a smaller result averages over all pixels that it replaces; nothing to `nearest` and `area`.
  public var antialias: Bool
  public enum Size: Sendable {
    case exactly(Extent)
    case scaled(Extent)
  }
  /// tf.image's methods with half-pixel centres.
  public enum Interpolation: Sendable {
    case nearest, bilinear, bicubic, lanczos3, lanczos5, area, gaussian, mitchellcubic
  }
  public init(size: Size, interpolation: Interpolation, antialias: Bool = false) {
    self.size = size
    self.interpolation = interpolation
    self.antialias = antialias
  }
}
