import Kernels

/// Whether Winograd's method suits a convolution, by a model of what it costs.
///
/// Costs are in multiplications and additions at the processor's peak. A step takes as long as its products
/// or as reading its weights from memory, whichever is longer; Winograd's has fewer products, more weights
/// (a small image cannot make up for them), and the transforms. Weights also cost memory, which is paid for.
struct WinogradChoice {
  private let output: Operand
  private let channels: Int
  private let filters: Int
  private let window: Extent
  private let kernels: KernelSet

  /// What it is worth to have one weight less in memory: else InceptionV3's windows of three places in a line would
  /// take 14 MB more to save 1.7 ms of 70.
  private static let priceOfWeight = 24.0

  /// What a weight costs more for each million of weights beyond five in one step: else VGG16 would take 42 MB more
  /// to save 13 ms of 124.
  private static let priceOfMillions = 40.0

  /// nil where the method does not apply.
  init?(_ convolution: Convolution, output: Operand, kernels: KernelSet) {
    let shape = convolution.kernel.shape
    let vector = kernels.panelWidth / 2
    guard convolution.groups == 1, convolution.strides == Extent(1, 1), convolution.dilation == Extent(1, 1),
      shape[2] % vector == 0, shape[3] % vector == 0
    else { return nil }
    self.output = output
    window = Extent(shape[0], shape[1])
    (channels, filters) = (shape[2], shape[3])
    self.kernels = kernels
  }

  /// The tile that is cheapest; nil: the direct convolution is.
  var tile: WinogradTile? {
    var best = (
      tile: nil as WinogradTile?, cost: cost(rows: output.rows, places: window.height * window.width)
    )
    for tile in WinogradTile.choices(windowHeight: window.height, windowWidth: window.width) {
      let cost = self.cost(tile)
      if cost < best.cost { best = (tile, cost) }
    }
    return best.tile
  }

  private func cost(_ tile: WinogradTile) -> Double {
    let tiles =
      output.shape[0] * ((output.shape[1] + tile.height - 1) / tile.height)
      * ((output.shape[2] + tile.width - 1) / tile.width)
    // There and back, for each place and channel; measured.
    let transforms = 25 * Double(tile.places * tiles * (channels + filters))
    return cost(rows: tiles, places: tile.places) + transforms
  }

  private func cost(rows: Int, places: Int) -> Double {
    let weights = Double(places) * Double(channels) * Double(filters)
    let price =
      WinogradChoice.priceOfWeight + WinogradChoice.priceOfMillions * max(weights / 1e6 - 5, 0)
    return weights * (max(2 * Double(rows), 4 * kernels.flopsPerByte) + price)
  }
}
