#if AVX512
  import Kernels
#endif

/// Computes output lines, counted through all images of the batch.
///
/// Tiles of neighbouring pixels are computed together, all their channels before the next tile: so the lines of the
/// image are read in the order in which the processor fetches ahead.
public func convolveDepthwise(_ block: DepthwiseBlock, lines: Range<Int>) {
  require(block.window.pixelStride >= block.channels, "channels lie within their pixel")
  require(block.weightStride >= block.channels, "the weights of two places do not overlap")
  require(block.outputStride >= block.channels, "pixels of the output do not overlap")
  require(lines.lowerBound >= 0, "lines are counted from 0")
  let isDense = block.window.dilationX == 1 && block.channels >= Vector.scalarCount
  switch (block.window.width, block.window.strideX) {
  case (3, 1) where isDense: convolveNarrow(Taps<3, 1>(), block, lines)
  case (3, 2) where isDense: convolveNarrow(Taps<3, 2>(), block, lines)
  case (5, 1) where isDense: convolveWide(Taps<5, 1>(), block, lines)
  case (5, 2) where isDense: convolveWide(Taps<5, 2>(), block, lines)
  case (7, 1) where isDense: convolveWide(Taps<7, 1>(), block, lines)
  case (7, 2) where isDense: convolveWide(Taps<7, 2>(), block, lines)
  default:
    for line in lines {
      let line = OutputLine(block, line)
      for x in 0..<block.window.outputWidth { convolvePixel(block, line, x) }
    }
  }
}

/// Names the window's places along a line and its stride for the compiler.
private struct Taps<let count: Int, let stride: Int> {}

/// Names how many neighbouring pixels, or vectors, are computed together.
private struct Pixels<let count: Int> {}

/// So many that the sums of two lines fit into registers, with the weights where there are 32. The lines of most
/// models are multiples of seven.
#if AVX512
  private typealias PairPixels = Pixels<7>
#else
  private typealias PairPixels = Pixels<4>
#endif

/// One line of the output: where it goes, and the lines of the input under it.
private struct OutputLine {
  let output: UnsafeMutablePointer<Float>
  /// The input line under the window's first row, at column 0; may lie outside the image.
  let input: UnsafePointer<Float>
  /// Rows of the window that lie inside the image.
  let taps: Range<Int>
  /// Values from one row of the window to the next.
  let tapStride: Int

  @inline(__always)
  init(_ block: DepthwiseBlock, _ line: Int) {
    let window = block.window
    let lineStride = window.inputWidth * window.pixelStride
    let (image, y) = (line / window.outputHeight, line % window.outputHeight)
    output = block.output + line * window.outputWidth * block.outputStride
    input = block.input + (image * window.inputHeight + y * window.strideY - window.top) * lineStride
    taps = window.tapsInside(outputRow: y)
    tapStride = window.dilationY * lineStride
  }
}

/// Three taps along a line: two lines at a time, which have two rows of the input in common, or one.
@inline(__always)
private func convolveNarrow<let stride: Int>(
  _ taps: Taps<3, stride>, _ block: DepthwiseBlock, _ lines: Range<Int>
) {
  let window = block.window
  let isSquare = window.height == 3 && window.strideY == stride && window.dilationY == 1
  guard isSquare else { return convolveWide(taps, block, lines) }
  var line = lines.lowerBound
  while line < lines.upperBound {
    if line + 1 < lines.upperBound && line % window.outputHeight + 1 < window.outputHeight {
      convolvePair(taps, block, line)
      line += 2
    } else {
      convolveWide(taps, block, line..<line + 1)
      line += 1
    }
  }
}

@inline(never)
private func convolveWide<let width: Int, let stride: Int>(
  _ taps: Taps<width, stride>, _ block: DepthwiseBlock, _ lines: Range<Int>
) {
  for line in lines {
    let line = OutputLine(block, line)
    forEachTile(Pixels<7>(), block.window) { pixels, x, columns in
      forEachVector(block) { convolveTile(pixels, taps, block, line, x, columns, $0) }
    } _: { pixels, x, columns in
      forEachVector(block) { convolveTile(pixels, taps, block, line, x, columns, $0) }
    } _: { pixels, x, columns in
      forEachVector(block) { convolveTile(pixels, taps, block, line, x, columns, $0) }
    }
  }
}

@inline(never)
private func convolvePair<let stride: Int>(
  _ taps: Taps<3, stride>, _ block: DepthwiseBlock, _ line: Int
) {
  let first = OutputLine(block, line)
  let top = line % block.window.outputHeight * stride - block.window.top
  let begin = min(max(-top, 0), stride + 3)
  let rows = begin..<max(min(block.window.inputHeight - top, stride + 3), begin)
  forEachTile(PairPixels(), block.window) { pixels, x, columns in
    forEachVector(block) { convolvePairTile(pixels, taps, block, first, rows, x, columns, $0) }
  } _: { pixels, x, columns in
    forEachVector(block) { convolvePairTile(pixels, taps, block, first, rows, x, columns, $0) }
  } _: { pixels, x, columns in
    forEachVector(block) { convolvePairTile(pixels, taps, block, first, rows, x, columns, $0) }
  }
}

/// The last vector may begin in the one before it: the same results are written again.
@inline(__always)
private func forEachVector(_ block: DepthwiseBlock, _ body: (_ channel: Int) -> Void) {
  var start = 0
  while start < block.channels {
    body(min(start, block.channels - Vector.scalarCount))
    start += Vector.scalarCount
  }
}

/// Cuts a line into tiles of `most` pixels, or four, or one. The last tile, too, may begin in the one before it.
/// - Parameters: what is done with each kind of tile: its first pixel, and the columns of the image counted from the
///   first that the tile sees; nil when it sees only those.
@inline(__always)
private func forEachTile<let most: Int>(
  _ size: Pixels<most>, _ window: Window, _ many: (Pixels<most>, _ x: Int, _ columns: Range<Int>?) -> Void,
  _ four: (Pixels<4>, _ x: Int, _ columns: Range<Int>?) -> Void,
  _ one: (Pixels<1>, _ x: Int, _ columns: Range<Int>?) -> Void
) {
  let end = window.outputWidth
  let inside = window.columnsInside(tap: 0).clamped(to: window.columnsInside(tap: window.width - 1))
  @inline(__always) func columns(_ x: Int, _ count: Int) -> Range<Int>? {
    if x >= inside.lowerBound && x + count <= inside.upperBound { return nil }
    let first = window.left - x * window.strideX
    return first..<first + window.inputWidth
  }
  var x = 0
  while x < end {
    if end - x > 4 && end >= most {
      let first = min(x, end - most)
      many(size, first, columns(first, most))
      x = first + most
    } else if end >= 4 {
      let first = min(x, end - 4)
      four(Pixels<4>(), first, columns(first, 4))
      x = first + 4
    } else {
      one(Pixels<1>(), x, columns(x, 1))
      x += 1
    }
  }
}

/// Neighbouring pixels of one line: a value of the input is read once for all of them.
@inline(__always)
private func convolveTile<let pixels: Int, let width: Int, let stride: Int>(
  _ shape: Pixels<pixels>, _ taps: Taps<width, stride>, _ block: DepthwiseBlock, _ line: OutputLine, _ x: Int,
  _ columns: Range<Int>?, _ channel: Int
) {
  let pixelStride = block.window.pixelStride
  var sums = InlineArray<pixels, Vector>(repeating: Vector.load(block.bias + channel))
  let first = line.input + (x * stride - block.window.left) * pixelStride + channel
  @inline(__always) func addRow(_ tapY: Int, _ isInside: (Int) -> Bool) {
    let row = first + tapY * line.tapStride
    let factors = block.weights + tapY * width * block.weightStride + channel
    let weights = InlineArray<width, Vector> { Vector.load(factors + $0 * block.weightStride) }
    for column in 0..<(pixels - 1) * stride + width where isInside(column) {
      addProducts(taps, Vector.load(row + column * pixelStride), column, weights, 0, to: &sums)
    }
  }
  // Apart, because the question whether a column is inside costs the many tiles that need not ask it.
  if let columns {
    for tapY in line.taps { addRow(tapY) { columns.contains($0) } }
  } else {
    for tapY in line.taps { addRow(tapY) { _ in true } }
  }
  store(sums, block, line.output + x * block.outputStride + channel)
}

/// The same pixels of two lines, 3x3: weights stay in registers, and the rows that both lines see are read once.
/// - Parameter rows: that lie inside the image, counted from the first that the first line sees.
@inline(__always)
private func convolvePairTile<let pixels: Int, let stride: Int>(
  _ shape: Pixels<pixels>, _ taps: Taps<3, stride>, _ block: DepthwiseBlock, _ line: OutputLine,
  _ rows: Range<Int>, _ x: Int, _ columns: Range<Int>?, _ channel: Int
) {
  let pixelStride = block.window.pixelStride
  let weights = InlineArray<9, Vector> { Vector.load(block.weights + $0 * block.weightStride + channel) }
  let bias = Vector.load(block.bias + channel)
  var sums = InlineArray<2, _>(repeating: InlineArray<pixels, Vector>(repeating: bias))
  let first = line.input + (x * stride - block.window.left) * pixelStride + channel
  @inline(__always) func addRow(_ row: Int, _ isInside: (Int) -> Bool) {
    let source = first + row * line.tapStride
    for column in 0..<(pixels - 1) * stride + 3 where isInside(column) {
      let value = Vector.load(source + column * pixelStride)
      for index in 0..<2 where row >= index * stride && row < index * stride + 3 {
        addProducts(taps, value, column, weights, 3 * (row - index * stride), to: &sums[index])
      }
    }
  }
  if let columns {
    for row in 0..<stride + 3 where rows.contains(row) { addRow(row) { columns.contains($0) } }
  } else {
    for row in 0..<stride + 3 where rows.contains(row) { addRow(row) { _ in true } }
  }
  let output = line.output + x * block.outputStride + channel
  store(sums[0], block, output)
  store(sums[1], block, output + block.window.outputWidth * block.outputStride)
}

@inline(__always)
private func store<let pixels: Int>(
  _ sums: InlineArray<pixels, Vector>, _ block: DepthwiseBlock, _ output: UnsafeMutablePointer<Float>
) {
  let low = Vector(repeating: block.low)
  let high = Vector(repeating: block.high)
  for pixel in 0..<pixels { bounded(sums[pixel], low, high).store(output + pixel * block.outputStride) }
}

/// Adds what one column of a row gives to all pixels whose windows it is in.
/// - Parameter start: of the row's weights.
@inline(__always)
private func addProducts<let pixels: Int, let width: Int, let stride: Int, let weightCount: Int>(
  _ taps: Taps<width, stride>, _ value: Vector, _ column: Int, _ weights: InlineArray<weightCount, Vector>,
  _ start: Int, to sums: inout InlineArray<pixels, Vector>
) {
  for tap in 0..<width where (column - tap) % stride == 0 {
    let pixel = (column - tap) / stride
    if column >= tap && pixel < pixels {
      sums[pixel] = sums[pixel].addingProduct(value, weights[start + tap])
    }
  }
}

/// One pixel with any window, anywhere.
@inline(never)
private func convolvePixel(_ block: DepthwiseBlock, _ line: OutputLine, _ x: Int) {
  let tapsX = block.window.tapsInside(outputColumn: x)
  guard block.channels >= Vector.scalarCount else {
    return convolveChannels(block, line, x, tapsX: tapsX)
  }
  let vectors = block.channels / (4 * Vector.scalarCount)
  for group in 0..<vectors {
    convolveVectors(Pixels<4>(), block, line, x, tapsX, channel: group * 4 * Vector.scalarCount)
  }
  for start in stride(
    from: vectors * 4 * Vector.scalarCount, to: block.channels, by: Vector.scalarCount)
  {
    let channel = min(start, block.channels - Vector.scalarCount)
    convolveVectors(Pixels<1>(), block, line, x, tapsX, channel: channel)
  }
}

/// Neighbouring vectors of channels of one pixel.
@inline(__always)
private func convolveVectors<let vectors: Int>(
  _ shape: Pixels<vectors>, _ block: DepthwiseBlock, _ line: OutputLine, _ x: Int, _ tapsX: Range<Int>,
  channel: Int
) {
  let window = block.window
  let first = line.input + (x * window.strideX - window.left) * window.pixelStride + channel
  var sums = InlineArray<vectors, Vector> { Vector.load(block.bias + channel + $0 * Vector.scalarCount) }
  for tapY in line.taps {
    for tapX in tapsX {
      let source = first + tapY * line.tapStride + tapX * window.dilationX * window.pixelStride
      let weights = block.weights + (tapY * window.width + tapX) * block.weightStride + channel
      for vector in 0..<vectors {
        sums[vector] = sums[vector].addingProduct(
          Vector.load(source + vector * Vector.scalarCount),
          Vector.load(weights + vector * Vector.scalarCount))
      }
    }
  }
  let target = line.output + x * block.outputStride + channel
  for vector in 0..<vectors {
    bounded(sums[vector], Vector(repeating: block.low), Vector(repeating: block.high))
      .store(target + vector * Vector.scalarCount)
  }
}

/// One pixel whose channels do not fill a vector.
@inline(never)
private func convolveChannels(
  _ block: DepthwiseBlock, _ line: OutputLine, _ x: Int, tapsX: Range<Int>
) {
  let window = block.window
  let first = line.input + (x * window.strideX - window.left) * window.pixelStride
  let target = line.output + x * block.outputStride
  for channel in 0..<block.channels {
    var sum = block.bias[channel]
    for tapY in line.taps {
      for tapX in tapsX {
        sum = sum.addingProduct(
          first[tapY * line.tapStride + tapX * window.dilationX * window.pixelStride + channel],
          block.weights[(tapY * window.width + tapX) * block.weightStride + channel])
      }
    }
    let raised = sum < block.low ? block.low : sum
    target[channel] = raised > block.high ? block.high : raised
  }
}

/// A depthwise convolution that makes several channels of each: output channel `channel * multiplier + m`.
/// - Parameter block: weights and bias have an entry for each output channel.
public func convolveDepthwise(_ block: DepthwiseBlock, multiplier: Int, lines: Range<Int>) {
  require(block.window.pixelStride >= block.channels, "channels lie within their pixel")
  require(block.outputStride >= block.channels * multiplier, "pixels of the output do not overlap")
  require(multiplier > 0 && lines.lowerBound >= 0, "lines are counted from 0")
  let window = block.window
  for line in lines {
    let line = OutputLine(block, line)
    for x in 0..<window.outputWidth {
      let tapsX = window.tapsInside(outputColumn: x)
      let first = line.input + (x * window.strideX - window.left) * window.pixelStride
      let target = line.output + x * block.outputStride
      for channel in 0..<block.channels * multiplier {
        var sum = block.bias[channel]
        for tapY in line.taps {
          for tapX in tapsX {
            sum = sum.addingProduct(
              first[
                tapY * line.tapStride + tapX * window.dilationX * window.pixelStride + channel / multiplier],
              block.weights[(tapY * window.width + tapX) * block.weightStride + channel])
          }
        }
        let raised = sum < block.low ? block.low : sum
        target[channel] = raised > block.high ? block.high : raised
      }
    }
  }
}
