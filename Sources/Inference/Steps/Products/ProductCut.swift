/// How a matrix product is cut into parts: blocks of rows whose values stay in a core's own cache while
/// panels of columns pass by, and groups of panels where that shares the work out more evenly.
struct ProductCut {
  let rows: Int
  let columns: Int
  private let rowParts: Int
  private let columnParts: Int
  private let panels: Int
  private let panelWidth: Int

  /// Values of a block's rows, input and output, that the second-level cache holds next to the weights.
  static let cachedValues = 96 * 1024

  /// - Parameters:
  ///   - rowValues: values of the input that a row brings with it.
  init(rows: Int, columns: Int, rowValues: Int, threads: Int, kernels: KernelSet) {
    self.rows = rows
    self.columns = columns
    panelWidth = kernels.panelWidth
    panels = max((columns + panelWidth - 1) / panelWidth, 1)
    let most = max(ProductCut.cachedValues / max(rowValues + columns, 1), 4 * kernels.tileRows)
    let fewest = max((rows + most - 1) / most, 1)
    if threads == 1 {
      (rowParts, columnParts) = (fewest, 1)
    } else {
      (rowParts, columnParts) = ProductCut.evenParts(
        rows: rows, panels: panels, fewestRowParts: fewest, threads: threads, tileRows: kernels.tileRows)
    }
  }

  /// By columns alone, so that no panel is packed by two parts.
  /// - Returns: nil where threads could not share the panels evenly.
  init?(byPanels columns: Int, rows: Int, threads: Int, kernels: KernelSet) {
    self.rows = rows
    self.columns = columns
    panelWidth = kernels.panelWidth
    panels = (columns + panelWidth - 1) / panelWidth
    guard panels % threads == 0 || panels >= 4 * threads else { return nil }
    rowParts = 1
    columnParts = threads == 1 ? 1 : min(2 * threads, panels)
  }

  /// The cut whose busiest thread has least to do, each doing its own share of the parts; of nearly equal ones that
  /// of most parts, so that a thread that is held up can be helped.
  private static func evenParts(rows: Int, panels: Int, fewestRowParts: Int, threads: Int, tileRows: Int) -> (
    rows: Int, columns: Int
  ) {
    let wanted = 4 * threads
    let finest = max(rows / (2 * tileRows), 1)
    if fewestRowParts >= wanted { return ((fewestRowParts + threads - 1) / threads * threads, 1) }
    var best = (rows: fewestRowParts, columns: 1)
    var bestCost = Double.infinity
    for rowParts in fewestRowParts...max(fewestRowParts, min(wanted, finest)) {
      for columnParts in 1...max(min(wanted / rowParts, panels), 1) {
        let parts = rowParts * columnParts
        let busiest =
          (0..<threads).map { thread in
            piece(thread, of: threads, parts).reduce(0) { sum, part in
              let height = piece(part / columnParts, of: rowParts, rows).count
              return sum + piece(part % columnParts, of: columnParts, panels).count
                * tileCost(rows: height, tileRows: tileRows)
            }
          }.max() ?? 0
        // More parts may cost a hundredth each time they double.
        let cost = Double(busiest) * (1 - 0.005 * Double(parts))
        if cost < bestCost { (best, bestCost) = ((rowParts, columnParts), cost) }
      }
    }
    return best
  }

  /// What a panel costs in rows: a tile of few rows takes as long as one of five, and weights have to be read.
  private static func tileCost(rows: Int, tileRows: Int) -> Int {
    max(rows, (rows + tileRows - 1) / tileRows * 5) + 2
  }

  /// At most.
  var rowsPerPart: Int { (rows + rowParts - 1) / rowParts }
  var parts: Int { rowParts * columnParts }

  func rows(of part: Int) -> Range<Int> { piece(part / columnParts, of: rowParts, rows) }

  func columns(of part: Int) -> Range<Int> {
    let range = piece(part % columnParts, of: columnParts, panels)
    return range.lowerBound * panelWidth..<min(range.upperBound * panelWidth, columns)
  }
}
