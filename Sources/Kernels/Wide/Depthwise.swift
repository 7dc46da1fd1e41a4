#if AVX512
  import Kernels
#endif

/// Computes output lines, counted through all images of the batch.
public func convolveDepthwise(_ block: DepthwiseBlock, lines: Range<Int>) {
  let isDense = block.window.dilationX == 1
  switch (block.window.width, block.window.strideX) {
  case (3, 1) where isDense: convolveNarrow(TapsAlong<3, 1>(), block, lines)
  case (3, 2) where isDense: convolveNarrow(TapsAlong<3, 2>(), block, lines)
  case (5, 1) where isDense: convolveWide(TapsAlong<5, 1>(), block, lines)
  case (5, 2) where isDense: convolveWide(TapsAlong<5, 2>(), block, lines)
  case (7, 1) where isDense: convolveWide(TapsAlong<7, 1>(), block, lines)
  case (7, 2) where isDense: convolveWide(TapsAlong<7, 2>(), block, lines)
  default:
    for line in lines {
      let line = OutputLine(block, line)
      for x in 0..<block.window.outputWidth { convolvePixel(block, line, x) }
    }
  }
}

/// Whether sums of eight pixels, seven weights and a value fit into registers.
#if AVX512
  private let hasManyRegisters = true
#else
  private let hasManyRegisters = false
#endif

/// Names the window's width and its stride for the compiler.
private struct TapsAlong<let width: Int, let stride: Int> {}

/// Names how many neighbouring pixels are computed together.
private struct Pixels<let count: Int> {}

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

/// Three taps along a line: the pixels near the border are few, and computed one by one.
@inline(__always)
private func convolveNarrow<let stride: Int>(
  _ taps: TapsAlong<3, stride>, _ block: DepthwiseBlock, _ lines: Range<Int>
) {
  let window = block.window
  let inside = window.columnsInside(tap: 0).clamped(to: window.columnsInside(tap: 2))
  for line in lines {
    let line = OutputLine(block, line)
    for x in 0..<inside.lowerBound { convolvePixel(block, line, x) }
    var x = inside.lowerBound
    while x < inside.upperBound {
      let rest = inside.upperBound - x
      if rest >= 8 {
        convolveTile(Pixels<8>(), taps, block, line, x)
        x += 8
      } else if rest >= 4 {
        convolveTile(Pixels<4>(), taps, block, line, x)
        x += 4
      } else if rest >= 2 {
        convolveTile(Pixels<2>(), taps, block, line, x)
        x += 2
      } else {
        convolveTile(Pixels<1>(), taps, block, line, x)
        x += 1
      }
    }
    for x in max(x, inside.lowerBound)..<window.outputWidth { convolvePixel(block, line, x) }
  }
}

/// More taps: the pixels near the border are computed in tiles as well.
@inline(__always)
private func convolveWide<let width: Int, let stride: Int>(
  _ taps: TapsAlong<width, stride>, _ block: DepthwiseBlock, _ lines: Range<Int>
) {
  let window = block.window
  let inside = window.columnsInside(tap: 0).clamped(to: window.columnsInside(tap: width - 1))
  let end = window.outputWidth
  for line in lines {
    let line = OutputLine(block, line)
    var x = 0
    while x < end {
      if x >= inside.lowerBound && x + 8 <= inside.upperBound && (width < 7 || hasManyRegisters) {
        convolveTile(Pixels<8>(), taps, block, line, x)
        x += 8
      } else if x >= inside.lowerBound && x + 4 <= inside.upperBound {
        convolveTile(Pixels<4>(), taps, block, line, x)
        x += 4
      } else if end >= 4 {
        // The last tile may begin in the one before it: the same results are written again.
        let first = min(x, end - 4)
        convolveBorderTile(Pixels<4>(), taps, block, line, first)
        x = first + 4
      } else {
        convolvePixel(block, line, x)
        x += 1
      }
    }
  }
}

/// Neighbouring pixels whose windows do not cross the left or right border: a value of the input is read
/// once for all of them.
@inline(__always)
private func convolveTile<let pixels: Int, let width: Int, let stride: Int>(
  _ shape: Pixels<pixels>, _ taps: TapsAlong<width, stride>, _ block: DepthwiseBlock, _ line: OutputLine,
  _ x: Int
) {
  let pixelStride = block.window.pixelStride
  let first = line.input + (x * stride - block.window.left) * pixelStride
  let output = line.output + x * block.outputStride
  let low = Vector(repeating: block.low)
  let high = Vector(repeating: block.high)
  guard block.channels >= Vector.scalarCount else {
    for pixel in 0..<pixels { convolveChannels(block, line, x + pixel, tapsX: 0..<width) }
    return
  }
  var start = 0
  while start < block.channels {
    // The last vector may begin in the one before it: the same results are written again.
    let channel = min(start, block.channels - Vector.scalarCount)
    var sums = InlineArray<pixels, Vector>(repeating: Vector.load(block.bias + channel))
    for tapY in line.taps {
      let row = first + tapY * line.tapStride + channel
      let factors = block.weights + tapY * width * block.weightStride + channel
      let weights = InlineArray<width, Vector> { Vector.load(factors + $0 * block.weightStride) }
      for column in 0..<(pixels - 1) * stride + width {
        let value = Vector.load(row + column * pixelStride)
        addProducts(taps, value, column, weights, to: &sums)
      }
    }
    for pixel in 0..<pixels {
      bounded(sums[pixel], low, high).store(output + pixel * block.outputStride + channel)
    }
    start += Vector.scalarCount
  }
}

/// The same for windows that may cross the left or right border. Apart from the above, because the question whether
/// a column is inside costs the many tiles that need not ask it a fifth of their speed.
@inline(__always)
private func convolveBorderTile<let pixels: Int, let width: Int, let stride: Int>(
  _ shape: Pixels<pixels>, _ taps: TapsAlong<width, stride>, _ block: DepthwiseBlock, _ line: OutputLine,
  _ x: Int
) {
  guard block.channels >= Vector.scalarCount else {
    for x in x..<x + pixels { convolvePixel(block, line, x) }
    return
  }
  let window = block.window
  let left = window.left - x * stride
  let columns = left..<left + window.inputWidth
  let first = line.input - left * window.pixelStride
  let output = line.output + x * block.outputStride
  var start = 0
  while start < block.channels {
    let channel = min(start, block.channels - Vector.scalarCount)
    var sums = InlineArray<pixels, Vector>(repeating: Vector.load(block.bias + channel))
    for tapY in line.taps {
      let row = first + tapY * line.tapStride + channel
      let factors = block.weights + tapY * width * block.weightStride + channel
      let weights = InlineArray<width, Vector> { Vector.load(factors + $0 * block.weightStride) }
      for column in 0..<(pixels - 1) * stride + width where columns.contains(column) {
        let value = Vector.load(row + column * window.pixelStride)
        addProducts(taps, value, column, weights, to: &sums)
      }
    }
    for pixel in 0..<pixels {
      bounded(sums[pixel], Vector(repeating: block.low), Vector(repeating: block.high))
        .store(output + pixel * block.outputStride + channel)
    }
    start += Vector.scalarCount
  }
}

/// Adds what one column of the input gives to all pixels whose windows it is in.
@inline(__always)
private func addProducts<let pixels: Int, let width: Int, let stride: Int>(
  _ taps: TapsAlong<width, stride>, _ value: Vector, _ column: Int, _ weights: InlineArray<width, Vector>,
  to sums: inout InlineArray<pixels, Vector>
) {
  for tap in 0..<width where (column - tap) % stride == 0 {
    let pixel = (column - tap) / stride
    if column >= tap && pixel < pixels {
      sums[pixel] = sums[pixel].addingProduct(value, weights[tap])
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
