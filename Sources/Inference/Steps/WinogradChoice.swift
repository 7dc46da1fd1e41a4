/// Whether Winograd's method suits a convolution, by a model of what it costs.
///
/// Costs are in multiplications and additions at the processor's peak. A step takes as long as its products
/// or as reading its weights from memory, whichever is longer; Winograd's has fewer products, more weights
/// (a small image cannot make up for them), and the transforms.
struct WinogradChoice {
  private let pixels: Int
  private let height: Int
  private let width: Int
  private let batch: Int
  private let channels: Int
  private let filters: Int
  private let kernels: KernelSet

  /// nil where the method does not apply.
  init?(_ convolution: Convolution, output: Operand, kernels: KernelSet) {
    let shape = convolution.kernel.shape
    let vector = kernels.panelWidth / 2
    guard shape[0] == 3, shape[1] == 3, convolution.groups == 1, convolution.strides == Extent(1, 1),
      convolution.dilation == Extent(1, 1), shape[2] % vector == 0, shape[3] % vector == 0
    else { return nil }
    (batch, height, width) = (output.shape[0], output.shape[1], output.shape[2])
    pixels = output.rows
    (channels, filters) = (shape[2], shape[3])
    self.kernels = kernels
  }

  /// The edge of the output tiles that are cheapest, 4 or 2; nil: the direct convolution is.
  var edge: Int? {
    let costs: [(edge: Int?, cost: Double)] = [(nil, direct), (2, winograd(2)), (4, winograd(4))]
    return costs.min { $0.cost < $1.cost }?.edge
  }

  private var direct: Double { cost(rows: pixels, places: 9) }

  private func winograd(_ edge: Int) -> Double {
    let tiles = batch * ((height + edge - 1) / edge) * ((width + edge - 1) / edge)
    // For each channel of a tile, there and back; measured.
    let transform = edge == 4 ? 900.0 : 300.0
    return cost(rows: tiles, places: (edge + 2) * (edge + 2))
      + transform * Double(tiles) * Double(channels + filters)
  }

  private func cost(rows: Int, places: Int) -> Double {
    let weights = Double(places) * Double(channels) * Double(filters)
    return weights * max(2 * Double(rows), 4 * kernels.flopsPerByte)
  }
}
