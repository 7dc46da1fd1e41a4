/// How the rows (pixels) of an image are cut into bands: of whole lines where there are enough of them.
struct BandCut {
  let rows: Int
  let bands: Int
  private let lineLength: Int
  /// Rows of which a band has a whole number.
  private let unit: Int

  /// Weights that stay in the cache from one band to the next.
  private static let cachedWeights = 160 * 1024

  /// - Parameters:
  ///   - lineLength: 1 where lines do not matter.
  ///   - rowValues: of a pixel.
  init(rows: Int, lineLength: Int, rowValues: Int, threads: Int) {
    self.rows = rows
    self.lineLength = lineLength
    unit = threads > 1 && rows / lineLength < 4 * threads ? 1 : lineLength
    let units = rows / unit
    let most = max(ProductCut.cachedValues / (rowValues * unit), threads == 1 ? 4 : 1)
    let fewest = max((units + most - 1) / most, threads)
    bands = min((fewest + threads - 1) / threads * threads, units)
  }

  /// Whether bands are worth it for a 1x1 convolution: each thread needs a few tiles of rows (it computes the lines
  /// they lie in, which would otherwise be more), and the weights, read for every band, should stay near.
  static func suits(_ shape: [Int], _ convolution: Convolution, threads: Int, kernels: KernelSet) -> Bool {
    let rows = shape.dropLast().reduce(1, *)
    let rowValues = convolution.kernel.shape[2] + convolution.kernel.shape[3]
    return rows >= 3 * kernels.tileRows * threads
      && (convolution.kernel.count <= cachedWeights || rows * rowValues <= ProductCut.cachedValues * threads)
  }

  func rows(of band: Int) -> Range<Int> {
    let units = piece(band, of: bands, rows / unit)
    return units.lowerBound * unit..<units.upperBound * unit
  }

  /// The lines that rows lie in.
  func lines(of rows: Range<Int>) -> Range<Int> {
    rows.lowerBound / lineLength..<(rows.upperBound + lineLength - 1) / lineLength
  }

  /// At most.
  var linesPerBand: Int { (0..<bands).map { lines(of: rows(of: $0)).count }.max() ?? 0 }
}
