#if AVX512
  import Kernels
#endif

import CPrefetch

private typealias TileGrid<let size: Int> = InlineArray<size, InlineArray<size, Vector>>

/// Transforms input tiles.
/// - Parameters:
///   - tiles: which, counted through all images of the batch.
///   - transformed: receives for each place of a tile a matrix with a row of channels for each tile.
///   - placeStride: values from one place's matrix to the next.
public func transformWinogradInput(
  _ block: WinogradBlock, tiles: Range<Int>, into transformed: UnsafeMutablePointer<Float>, placeStride: Int
) {
  require(
    block.window.strideX == 1 && block.window.strideY == 1 && block.window.dilationX == 1
      && block.window.dilationY == 1, "the window moves by single pixels")
  require(block.channels % Vector.scalarCount == 0, "channels fill whole vectors")
  require(placeStride >= tiles.count * block.channels, "the matrices of two places do not overlap")
  switch (block.tile.inputHeight, block.tile.inputWidth, block.tile.height) {
  case (6, 6, 4): transformInput(TileSize<6, 4>(), block, tiles, transformed, placeStride)
  case (6, 6, _): transformInput(TileSize<6, 2>(), block, tiles, transformed, placeStride)
  case (4, 4, _): transformInput(TileSize<4, 2>(), block, tiles, transformed, placeStride)
  case (6, 1, _), (1, 6, _): transformLineInput(TileSize<6, 4>(), block, tiles, transformed, placeStride)
  default: transformLineInput(TileSize<8, 2>(), block, tiles, transformed, placeStride)
  }
}

@inline(__always)
private func transformInput<let size: Int, let results: Int>(
  _ shape: TileSize<size, results>, _ block: WinogradBlock, _ tiles: Range<Int>,
  _ transformed: UnsafeMutablePointer<Float>, _ placeStride: Int
) {
  let window = block.window
  for tile in tiles {
    let (image, index) = (tile / block.tilesPerImage, tile % block.tilesPerImage)
    let top = index / block.tilesAcross * results - window.top
    let left = index % block.tilesAcross * results - window.left
    let first = block.input + image * window.inputHeight * window.inputWidth * window.pixelStride
    let sources = InlineArray<size, InlineArray<size, UnsafePointer<Float>>> { row in
      InlineArray { column in
        let (y, x) = (top + row, left + column)
        let isInside = y >= 0 && y < window.inputHeight && x >= 0 && x < window.inputWidth
        return isInside ? first + (y * window.inputWidth + x) * window.pixelStride : block.zeros
      }
    }
    var target = transformed + (tile - tiles.lowerBound) * block.channels
    for channel in stride(from: 0, to: block.channels, by: Vector.scalarCount) {
      // Columns, then rows.
      var values = TileGrid<size>(repeating: InlineArray(repeating: Vector(repeating: 0)))
      for column in 0..<size {
        let done = winogradInput(
          InlineArray<size, Vector> { Vector.load(sources[$0][column] + channel) })
        for row in 0..<size { values[row][column] = done[row] }
      }
      for row in 0..<size {
        let done = winogradInput(values[row])
        for column in 0..<size { done[column].store(target + (row * size + column) * placeStride) }
      }
      target += Vector.scalarCount
    }
  }
}

/// Transforms products back to output pixels, adds bias and residual, and applies the bounds.
/// - Parameters:
///   - tiles: which, counted through all images of the batch.
///   - products: for each place of a tile a matrix with a row of columns for each tile.
///   - placeStride: values from one place's matrix to the next.
public func transformWinogradOutput(
  _ block: WinogradBlock, tiles: Range<Int>, from products: UnsafePointer<Float>, placeStride: Int
) {
  require(
    block.window.strideX == 1 && block.window.strideY == 1 && block.window.dilationX == 1
      && block.window.dilationY == 1, "the window moves by single pixels")
  require(block.columns % Vector.scalarCount == 0, "channels fill whole vectors")
  require(placeStride >= tiles.count * block.columns, "the matrices of two places do not overlap")
  require(block.outputStride >= block.columns, "pixels of the output do not overlap")
  switch (block.tile.inputHeight, block.tile.inputWidth, block.tile.height) {
  case (6, 6, 4): transformOutput(TileSize<6, 4>(), block, tiles, products, placeStride)
  case (6, 6, _): transformOutput(TileSize<6, 2>(), block, tiles, products, placeStride)
  case (4, 4, _): transformOutput(TileSize<4, 2>(), block, tiles, products, placeStride)
  case (6, 1, _), (1, 6, _): transformLineOutput(TileSize<6, 4>(), block, tiles, products, placeStride)
  default: transformLineOutput(TileSize<8, 2>(), block, tiles, products, placeStride)
  }
}

@inline(__always)
private func transformOutput<let size: Int, let results: Int>(
  _ shape: TileSize<size, results>, _ block: WinogradBlock, _ tiles: Range<Int>,
  _ products: UnsafePointer<Float>,
  _ placeStride: Int
) {
  let window = block.window
  let low = Vector(repeating: block.low)
  let high = Vector(repeating: block.high)
  for tile in tiles {
    let (image, index) = (tile / block.tilesPerImage, tile % block.tilesPerImage)
    let top = index / block.tilesAcross * results
    let left = index % block.tilesAcross * results
    let rows = min(window.outputHeight - top, results)
    let columns = min(window.outputWidth - left, results)
    let pixel = (image * window.outputHeight + top) * window.outputWidth + left
    var source = products + (tile - tiles.lowerBound) * block.columns
    for channel in stride(from: 0, to: block.columns, by: Vector.scalarCount) {
      let bias = block.bias.map { Vector.load($0 + channel) } ?? Vector(repeating: 0)
      var values = TileGrid<size>(repeating: InlineArray(repeating: Vector(repeating: 0)))
      for column in 0..<size {
        let done = winogradOutput(
          shape, InlineArray<size, Vector> { Vector.load(source + ($0 * size + column) * placeStride) })
        for row in 0..<results { values[row][column] = done[row] }
      }
      for row in 0..<results where row < rows {
        let done = winogradOutput(shape, values[row])
        for column in 0..<results where column < columns {
          let place = pixel + row * window.outputWidth + column
          var value = done[column] + bias
          if let residual = block.residual {
            value += Vector.load(residual + place * block.residualStride + channel)
          }
          bounded(value, low, high).store(block.output + place * block.outputStride + channel)
        }
      }
      source += Vector.scalarCount
    }
  }
}

/// Transforms and packs the weights of one panel of columns.
/// - Parameters:
///   - weights: `[window height][window width][channels][filters]`, from the panel's first filter on.
///   - columns: of the panel; a multiple of the vector size.
///   - scale: factors of the columns; nil: 1.
///   - panel: receives the panel of the first place of a tile, without bias.
///   - placeStride: values from one place's panel to the next.
public func packWinogradPanel(
  _ tile: WinogradTile, _ weights: UnsafePointer<Float>, channels: Int, filters: Int, columns: Int,
  scale: UnsafePointer<Float>?, into panel: UnsafeMutablePointer<Float>, placeStride: Int
) {
  require((1...gemmPanelWidth).contains(columns), "a panel has columns, and no more than its width")
  switch (tile.inputHeight, tile.inputWidth, tile.height) {
  case (6, 6, 4): packPanel(TileSize<6, 4>(), weights, channels, filters, columns, scale, panel, placeStride)
  case (6, 6, _): packPanel(TileSize<6, 2>(), weights, channels, filters, columns, scale, panel, placeStride)
  case (4, 4, _): packPanel(TileSize<4, 2>(), weights, channels, filters, columns, scale, panel, placeStride)
  case (6, 1, _), (1, 6, _):
    packLinePanel(TileSize<6, 4>(), weights, channels, filters, columns, scale, panel, placeStride)
  default: packLinePanel(TileSize<8, 2>(), weights, channels, filters, columns, scale, panel, placeStride)
  }
}

@inline(__always)
private func packPanel<let size: Int, let results: Int>(
  _ shape: TileSize<size, results>, _ weights: UnsafePointer<Float>, _ channels: Int, _ filters: Int,
  _ columns: Int,
  _ scale: UnsafePointer<Float>?, _ panel: UnsafeMutablePointer<Float>, _ placeStride: Int
) {
  let taps = size - results + 1
  for place in 0..<size * size {
    (panel + place * placeStride).update(repeating: 0, count: columns)
  }
  for channel in 0..<channels {
    for column in stride(from: 0, to: columns, by: Vector.scalarCount) {
      let factor = scale.map { Vector.load($0 + column) } ?? Vector(repeating: 1)
      let source = weights + channel * filters + column
      var values = TileGrid<size>(repeating: InlineArray(repeating: Vector(repeating: 0)))
      for tapX in 0..<taps {
        var line = InlineArray<size, Vector>(repeating: Vector(repeating: 0))
        for tapY in 0..<taps {
          let weight = source + (tapY * taps + tapX) * channels * filters
          line[tapY] = Vector.load(weight) * factor
          // Too far apart for the processor to see that they come one after another.
          thimble_prefetch(weight + 6 * filters)
        }
        let done = winogradWeights(shape, line)
        for row in 0..<size { values[row][tapX] = done[row] }
      }
      let target = panel + (1 + channel) * columns + column
      for row in 0..<size {
        let done = winogradWeights(shape, values[row])
        for place in 0..<size { done[place].store(target + (row * size + place) * placeStride) }
      }
    }
  }
}
