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
  /// The determinant of the square matrices that the last two axes make.
  case determinant
  /// A recurrent layer, whose result at a step depends on that of the step before.
  case recurrence(Recurrence)

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
  /// `x * scale + offset`, both of the length of `axis`: batch normalisation and similar layers at inference.
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

extension Operation {
  /// All else that the engine has to know of it.
  var definition: any OperationDefinition {
    switch self {
    case .input: Input()
    case .constant(let tensor): Constant(tensor: tensor)
    case .convolution(let convolution): convolution
    case .depthwiseConvolution(let convolution): convolution
    case .transposedConvolution(let convolution): convolution
    case .locallyConnected(let layer): layer
    case .dense(let dense): dense
    case .matMul(let transposeA, let transposeB): MatMul(transposeA: transposeA, transposeB: transposeB)
    case .einsum(let equation): EinsumProduct(equation: equation)
    case .determinant: Determinant()
    case .recurrence(let recurrence): recurrence
    case .pooling(let pooling): pooling
    case .reduction(let reduction, let axes, let keepDimensions):
      Reduce(reduction: reduction, axes: axes, keepDimensions: keepDimensions)
    case .argument(let extremum, let axis): Argument(extremum: extremum, axis: axis)
    case .cumulativeSum(let axis): CumulativeSum(axis: axis)
    case .cumulativeProduct(let axis): CumulativeProduct(axis: axis)
    case .sort(let axis): Sort(axis: axis)
    case .argumentSort(let axis): ArgumentSort(axis: axis)
    case .unary(let unary): unary
    case .binary(let binary): binary
    case .select: Select()
    case .affine(let scale, let offset, let axis): Affine(scale: scale, offset: offset, axis: axis)
    case .parametricReLU(let alpha): ParametricReLU(alpha: alpha)
    case .normalization(let normalization): normalization
    case .softmax(let axes): Softmax(axes: axes)
    case .logSoftmax(let axis): LogSoftmax(axis: axis)
    case .sparsemax(let axis): Sparsemax(axis: axis)
    case .padding(let before, let after, let mode): Padding(before: before, after: after, mode: mode)
    case .slice(let slices): Slicing(slices: slices)
    case .concatenation(let axis): Concatenation(axis: axis)
    case .reshape(let target): Reshape(target: target)
    case .transpose(let permutation): Transpose(permutation: permutation)
    case .broadcast(let target): BroadcastTo(target: target)
    case .repeatElements(let count, let axis): RepeatElements(count: count, axis: axis)
    case .tile(let counts): Tile(counts: counts)
    case .flip(let axes): Flip(axes: axes)
    case .resize(let resize): resize
    case .embedding(let table): Embedding(table: table)
    case .take(let indices, let axis): Take(indices: indices, axis: axis)
    case .oneHot(let count): OneHot(count: count)
    }
  }
}
