/// A convolution with stride 1 by Winograd's minimal filtering: the image is cut into output tiles, which are computed
/// from transformed input tiles and transformed weights by fewer multiplications. Lavin and Gray, "Fast Algorithms for
/// Convolutional Neural Networks".
///
/// Transformed values lie as one matrix of `tiles x channels` for each place of the input tile, so that the sums over
/// channels are plain matrix products.
public struct WinogradBlock {
  public var tile: WinogradTile
  /// The tile's, stride 1, no dilation.
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
    tile: WinogradTile, window: Window, input: UnsafePointer<Float>, channels: Int,
    zeros: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputStride: Int, columns: Int
  ) {
    self.tile = tile
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
  public var tilesAcross: Int { (window.outputWidth + tile.width - 1) / tile.width }

  /// Tiles of one image.
  @inlinable
  public var tilesPerImage: Int { (window.outputHeight + tile.height - 1) / tile.height * tilesAcross }
}
