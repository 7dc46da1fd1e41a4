/// How a matrix product is cut into parts: blocks of rows whose values stay in a core's own cache while
/// panels of columns pass by, and groups of panels where there are too few rows for all threads.
struct ProductCut {
  let rows: Int
  let columns: Int
  let rowsPerPart: Int
  let columnsPerPart: Int

  /// Values of a block's rows, input and output, that the second-level cache holds next to the weights.
  private static let cachedValues = 96 * 1024

  /// - Parameters:
  ///   - rowValues: values of the input that a row brings with it.
  init(rows: Int, columns: Int, rowValues: Int, threads: Int, kernels: KernelSet) {
    self.rows = rows
    self.columns = columns
    let most = max(ProductCut.cachedValues / max(rowValues + columns, 1), 4 * kernels.tileRows)
    var rowParts = max((rows + most - 1) / most, 1)
    var panels = max((columns + kernels.panelWidth - 1) / kernels.panelWidth, 1)
    if threads > 1 {
      // Enough parts to even out, but rows only down to a few tiles.
      let wanted = 4 * threads
      let finest = max(rows / (4 * kernels.tileRows), 1)
      rowParts = max(rowParts, min(wanted, finest))
      if rowParts < wanted {
        let groups = min((wanted + rowParts - 1) / rowParts, panels)
        panels = (panels + groups - 1) / groups
      }
    }
    rowsPerPart = max((rows + rowParts - 1) / rowParts, 1)
    columnsPerPart = panels * kernels.panelWidth
  }

  var columnParts: Int { (columns + columnsPerPart - 1) / columnsPerPart }
  var parts: Int { (rows + rowsPerPart - 1) / rowsPerPart * columnParts }

  func rows(of part: Int) -> Range<Int> {
    let first = part / columnParts * rowsPerPart
    return first..<min(first + rowsPerPart, rows)
  }

  func columns(of part: Int) -> Range<Int> {
    let first = part % columnParts * columnsPerPart
    return first..<min(first + columnsPerPart, columns)
  }
}
