/// A 3x3 convolution with stride 1 by Winograd's minimal filtering: the image is cut into square output
/// tiles, which are computed from transformed input tiles (two pixels wider) and transformed weights by
/// fewer multiplications. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks".
///
/// A tile of 4x4 pixels takes 36 multiplications for 144 (points 0, 1, -1, 1/2, -2), one of 2x2 pixels 16
/// for 36 (points 0, 1, -1). Transformed values lie as one matrix of `tiles x channels` for each place of the
/// input tile, so that the sums over channels are plain matrix products.
public struct WinogradBlock {
  /// Pixels along an edge of an output tile: 4 or 2.
  public var edge: Int
  /// 3x3, stride 1, no dilation.
  public var window: Window
  public var input: UnsafePointer<Float>
  /// Of the input; a multiple of the vector size.
  public var channels: Int
  /// At least as many zeros as there are channels.
  public var zeros: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  /// Channels of the output; a multiple of the vector size.
  public var columns: Int
  public var bias: UnsafePointer<Float>?
  /// Added to the result: rows like the output's; may not overlap the output.
  public var residual: UnsafePointer<Float>?
  public var residualStride = 0
  /// Results are kept within these bounds.
  public var low: Float = -.infinity
  public var high: Float = .infinity

  public init(
    edge: Int, window: Window, input: UnsafePointer<Float>, channels: Int, zeros: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputStride: Int, columns: Int
  ) {
    self.edge = edge
    self.window = window
    self.input = input
    self.channels = channels
    self.zeros = zeros
    self.output = output
    self.outputStride = outputStride
    self.columns = columns
  }

  /// Tiles along the width of the image.
  @inlinable
  public var tilesAcross: Int { (window.outputWidth + edge - 1) / edge }

  /// Tiles of one image.
  @inlinable
  public var tilesPerImage: Int { (window.outputHeight + edge - 1) / edge * tilesAcross }

  /// Places of a transformed tile.
  @inlinable
  public var places: Int { (edge + 2) * (edge + 2) }
}
