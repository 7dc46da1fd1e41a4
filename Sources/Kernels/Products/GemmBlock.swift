/// One block of a matrix product `output = left x weights + bias (+ residual)`, bounded.
///
/// The inner dimension is `taps` runs of `depth` values: one run for a plain product; for a convolution
/// one for each place of the window, each row of which may lie anywhere (the sources).
public struct GemmBlock {
  /// Where the runs of the left factor start: `sources[tap * sourceStride + row]`. nil: at
  /// `left + row * leftStride`, and there is one tap.
  public var sources: UnsafePointer<UnsafePointer<Float>>?
  public var sourceStride = 0
  public var left: UnsafePointer<Float>
  public var leftStride = 0
  public var rows: Int
  public var taps = 1
  public var depth: Int
  /// Whether narrow panels sum even and odd values of a tap apart. Set by the initializer for even depths;
  /// stays when taps are joined afterwards, so that the sums do not depend on it.
  public var isPaired: Bool
  public var weights: GemmWeights
  public var columns: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  /// Added to the product: rows like the output's; may not overlap the output.
  public var residual: UnsafePointer<Float>?
  public var residualStride = 0
  /// Results are kept within these bounds.
  public var low: Float = -.infinity
  public var high: Float = .infinity

  public init(
    left: UnsafePointer<Float>, leftStride: Int, rows: Int, depth: Int, weights: GemmWeights, columns: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int
  ) {
    self.left = left
    self.leftStride = leftStride
    self.rows = rows
    self.depth = depth
    isPaired = depth % 2 == 0
    self.weights = weights
    self.columns = columns
    self.output = output
    self.outputStride = outputStride
  }

  /// The same for the last columns.
  /// - Parameter first: a multiple of a panel's width.
  public func columns(from first: Int) -> GemmBlock {
    require(first % gemmPanelWidth == 0 && first <= columns, "a block is cut between panels")
    var rest = self
    rest.weights = weights.columns(from: first, inner: taps * depth)
    rest.columns -= first
    rest.output += first
    rest.residual = residual.map { $0 + first }
    return rest
  }
}
