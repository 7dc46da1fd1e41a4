/// What one row or column of a resized image is made of: `taps` weighted rows or columns of the source,
/// the first of which is `first`.
public struct ResizeTaps {
  public var first: Int
  public var taps: Int
  /// Where the weights start in the table of weights.
  public var weights: Int

  public init(first: Int, taps: Int, weights: Int) {
    self.first = first
    self.taps = taps
    self.weights = weights
  }
}

/// One row of a resized channels-last image: first the weighted sum of source rows into `line`, then
/// the weighted sums of its pixels.
/// - Parameters:
///   - input: the image's first pixel.
///   - pixelStride: values from one source pixel to the next.
///   - line: scratch of `inputWidth * channels` values.
///   - output: the row's first pixel.
public func resizeRow(
  input: UnsafePointer<Float>, inputWidth: Int, channels: Int, pixelStride: Int, vertical: ResizeTaps,
  verticalWeights: UnsafePointer<Float>, horizontal: UnsafePointer<ResizeTaps>,
  horizontalWeights: UnsafePointer<Float>, line: UnsafeMutablePointer<Float>,
  output: UnsafeMutablePointer<Float>, outputWidth: Int, outputStride: Int
) {
  requireRows(outputWidth, columns: channels, outputStride: outputStride)
  require(inputWidth >= 0 && pixelStride >= channels, "channels lie within their pixel")
  require(vertical.first >= 0 && vertical.taps >= 0, "source rows lie within the image")
  require(
    (0..<outputWidth).allSatisfy {
      horizontal[$0].first >= 0 && horizontal[$0].taps >= 0
        && horizontal[$0].first + horizontal[$0].taps <= inputWidth
    }, "source pixels lie within their line")
  let rowStride = inputWidth * pixelStride
  for column in 0..<inputWidth {
    let source = input + vertical.first * rowStride + column * pixelStride
    weightedSum(
      source, stride: rowStride, verticalWeights + vertical.weights, vertical.taps,
      line + column * channels, channels)
  }
  for column in 0..<outputWidth {
    let taps = horizontal[column]
    weightedSum(
      line + taps.first * channels, stride: channels, horizontalWeights + taps.weights,
      taps.taps, output + column * outputStride, channels)
  }
}

@inline(__always)
private func weightedSum(
  _ input: UnsafePointer<Float>, stride: Int, _ weights: UnsafePointer<Float>, _ taps: Int,
  _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  var index = 0
  while index + 8 <= count {
    var sum = Vector(repeating: 0)
    for tap in 0..<taps {
      sum.addProduct(Vector.load(input + index + tap * stride), Vector(repeating: weights[tap]))
    }
    sum.store(output + index)
    index += 8
  }
  while index < count {
    var sum: Float = 0
    for tap in 0..<taps { sum.addProduct(input[index + tap * stride], weights[tap]) }
    output[index] = sum
    index += 1
  }
}
