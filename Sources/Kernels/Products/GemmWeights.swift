/// The right factor of a ``GemmBlock``.
public enum GemmWeights {
  /// Panels that ``packPanelBias`` and ``packPanelRows`` have packed: the first one of the block's columns.
  case packed(UnsafePointer<Float>)
  /// The model's own, for a product that is computed once: each part of a panel is packed just before it is read,
  /// and is still in the cache then.
  case unpacked(UnpackedWeights)

  /// The same from a column on, a multiple of a panel's width.
  func columns(from first: Int, inner: Int) -> GemmWeights {
    switch self {
    case .packed(let panels): .packed(panels + first * (inner + 1))
    case .unpacked(let weights): .unpacked(weights.columns(from: first))
    }
  }
}

/// Weights as a model has them: a row for each value of the inner dimension.
public struct UnpackedWeights {
  /// The first row's value for the block's first column.
  public var values: UnsafePointer<Float>
  /// Values from one row to the next.
  public var rowStride: Int
  /// Factors of the block's columns; nil: 1.
  public var scale: UnsafePointer<Float>?
  /// Of the block's columns; nil: zeros.
  public var bias: UnsafePointer<Float>?
  /// Where parts of panels are packed: ``partCount`` values of the calling thread's own.
  public var memory: UnsafeMutablePointer<Float>

  /// At most so many values of a panel are worked through at a time, but for what a window's place brings with it.
  public static let depthCount = 24_576
  /// Values that the largest part of a panel takes, bias included.
  public static let partCount = 2 * depthCount + 64

  public init(
    values: UnsafePointer<Float>, rowStride: Int, scale: UnsafePointer<Float>?, bias: UnsafePointer<Float>?,
    memory: UnsafeMutablePointer<Float>
  ) {
    self.values = values
    self.rowStride = rowStride
    self.scale = scale
    self.bias = bias
    self.memory = memory
  }

  /// The same from a column on.
  public func columns(from first: Int) -> UnpackedWeights {
    var rest = self
    rest.values += first
    rest.scale = scale.map { $0 + first }
    rest.bias = bias.map { $0 + first }
    return rest
  }
}
