#if AVX512
  import Kernels
#endif

// Winograd's method for windows that are lines, along either axis: one transform instead of two.

/// As ``transformWinogradInput``.
@inline(__always)
func transformLineInput<let size: Int, let results: Int>(
  _ shape: TileSize<size, results>, _ block: WinogradBlock, _ tiles: Range<Int>,
  _ transformed: UnsafeMutablePointer<Float>, _ placeStride: Int
) {
  let window = block.window
  let (down, across) = block.tile.inputHeight > 1 ? (1, 0) : (0, 1)
  for tile in tiles {
    let (image, index) = (tile / block.tilesPerImage, tile % block.tilesPerImage)
    let top = index / block.tilesAcross * block.tile.height - window.top
    let left = index % block.tilesAcross * block.tile.width - window.left
    let first = block.input + image * window.inputHeight * window.inputWidth * window.pixelStride
    let sources = InlineArray<size, UnsafePointer<Float>> { place in
      let (y, x) = (top + place * down, left + place * across)
      let isInside = y >= 0 && y < window.inputHeight && x >= 0 && x < window.inputWidth
      return isInside ? first + (y * window.inputWidth + x) * window.pixelStride : block.zeros
    }
    var target = transformed + (tile - tiles.lowerBound) * block.channels
    for channel in stride(from: 0, to: block.channels, by: Vector.scalarCount) {
      let done = winogradInput(InlineArray<size, Vector> { Vector.load(sources[$0] + channel) })
      for place in 0..<size { done[place].store(target + place * placeStride) }
      target += Vector.scalarCount
    }
  }
}

/// As ``transformWinogradOutput``.
@inline(__always)
func transformLineOutput<let size: Int, let results: Int>(
  _ shape: TileSize<size, results>, _ block: WinogradBlock, _ tiles: Range<Int>,
  _ products: UnsafePointer<Float>,
  _ placeStride: Int
) {
  let window = block.window
  let low = Vector(repeating: block.low)
  let high = Vector(repeating: block.high)
  let isDown = block.tile.inputHeight > 1
  for tile in tiles {
    let (image, index) = (tile / block.tilesPerImage, tile % block.tilesPerImage)
    let top = index / block.tilesAcross * block.tile.height
    let left = index % block.tilesAcross * block.tile.width
    let count =
      isDown
      ? min(window.outputHeight - top, block.tile.height) : min(window.outputWidth - left, block.tile.width)
    let pixel = (image * window.outputHeight + top) * window.outputWidth + left
    var source = products + (tile - tiles.lowerBound) * block.columns
    for channel in stride(from: 0, to: block.columns, by: Vector.scalarCount) {
      let bias = block.bias.map { Vector.load($0 + channel) } ?? Vector(repeating: 0)
      let done = winogradOutput(shape, InlineArray<size, Vector> { Vector.load(source + $0 * placeStride) })
      for result in 0..<results where result < count {
        let place = pixel + result * (isDown ? window.outputWidth : 1)
        var value = done[result] + bias
        if let residual = block.residual {
          value += Vector.load(residual + place * block.residualStride + channel)
        }
        bounded(value, low, high).store(block.output + place * block.outputStride + channel)
      }
      source += Vector.scalarCount
    }
  }
}

/// As ``packWinogradPanel``.
@inline(__always)
func packLinePanel<let size: Int, let results: Int>(
  _ shape: TileSize<size, results>, _ weights: UnsafePointer<Float>, _ channels: Int, _ filters: Int,
  _ columns: Int,
  _ scale: UnsafePointer<Float>?, _ panel: UnsafeMutablePointer<Float>, _ placeStride: Int
) {
  for place in 0..<size { (panel + place * placeStride).update(repeating: 0, count: columns) }
  for channel in 0..<channels {
    for column in stride(from: 0, to: columns, by: Vector.scalarCount) {
      let factor = scale.map { Vector.load($0 + column) } ?? Vector(repeating: 1)
      let source = weights + channel * filters + column
      var taps = InlineArray<size, Vector>(repeating: Vector(repeating: 0))
      for tap in 0..<size - results + 1 {
        taps[tap] = Vector.load(source + tap * channels * filters) * factor
      }
      let done = winogradWeights(shape, taps)
      for place in 0..<size {
        done[place].store(panel + (1 + channel) * columns + column + place * placeStride)
      }
    }
  }
}
