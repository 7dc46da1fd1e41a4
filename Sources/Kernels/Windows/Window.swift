/// How a window slides over an image: the geometry of convolutions and pooling.
public struct Window {
  public var inputHeight: Int
  public var inputWidth: Int
  /// Values from one pixel of the input to the next.
  public var pixelStride: Int
  public var outputHeight: Int
  public var outputWidth: Int
  public var height: Int
  public var width: Int
  public var strideY: Int
  public var strideX: Int
  public var dilationY: Int
  public var dilationX: Int
  /// Rows and columns of the border before the image.
  public var top: Int
  public var left: Int

  public init(
    input: (height: Int, width: Int, pixelStride: Int), output: (height: Int, width: Int),
    size: (height: Int, width: Int), strides: (y: Int, x: Int), dilation: (y: Int, x: Int),
    border: (top: Int, left: Int)
  ) {
    inputHeight = input.height
    inputWidth = input.width
    pixelStride = input.pixelStride
    outputHeight = output.height
    outputWidth = output.width
    height = size.height
    width = size.width
    (strideY, strideX) = strides
    (dilationY, dilationX) = dilation
    (top, left) = border
  }

  @inlinable
  public var taps: Int { height * width }

  /// The places of the window, along y, that lie inside the image for an output row.
  @inlinable
  @inline(__always)
  public func tapsInside(outputRow y: Int) -> Range<Int> {
    Window.inside(first: y * strideY - top, dilation: dilationY, taps: height, size: inputHeight)
  }

  /// The same along x for an output column.
  @inlinable
  @inline(__always)
  public func tapsInside(outputColumn x: Int) -> Range<Int> {
    Window.inside(first: x * strideX - left, dilation: dilationX, taps: width, size: inputWidth)
  }

  /// The output columns whose place `tap` of the window lies inside the image.
  @inlinable
  @inline(__always)
  public func columnsInside(tap: Int) -> Range<Int> {
    let shift = tap * dilationX - left
    let begin = shift >= 0 ? 0 : (-shift + strideX - 1) / strideX
    let end = shift >= inputWidth ? 0 : (inputWidth - 1 - shift) / strideX + 1
    let last = min(end, outputWidth)
    return min(begin, last)..<last
  }

  @inlinable
  @inline(__always)
  static func inside(first: Int, dilation: Int, taps: Int, size: Int) -> Range<Int> {
    let begin = first >= 0 ? 0 : (-first + dilation - 1) / dilation
    let end = first >= size ? 0 : (size - 1 - first) / dilation + 1
    let last = min(end, taps)
    return min(begin, last)..<last
  }
}

/// Finds, for a run of output pixels, where the channels under each place of the window start.
/// - Parameters:
///   - input: the first channel of interest of the first image.
///   - pixels: output pixels, counted through all images of the batch.
///   - zeros: as many zeros as channels are read; stands for the border.
///   - sources: receives `sources[tap * sourceStride + i]` for the i-th pixel.
public func locateSources(
  _ window: Window, input: UnsafePointer<Float>, pixels: Range<Int>, zeros: UnsafePointer<Float>,
  sources: UnsafeMutablePointer<UnsafePointer<Float>>, sourceStride: Int
) {
  forEachRun(window, pixels) { image, y, columns, index in
    let first = input + image * window.inputHeight * window.inputWidth * window.pixelStride
    let rows = window.tapsInside(outputRow: y)
    for tapY in 0..<window.height {
      let inputY = y * window.strideY - window.top + tapY * window.dilationY
      let line = first + inputY * window.inputWidth * window.pixelStride
      for tapX in 0..<window.width {
        let target = sources + (tapY * window.width + tapX) * sourceStride + index - columns.lowerBound
        let inside =
          rows.contains(tapY)
          ? window.columnsInside(tap: tapX).clamped(to: columns) : columns.lowerBound..<columns.lowerBound
        for x in columns.lowerBound..<inside.lowerBound { target[x] = zeros }
        let step = window.strideX * window.pixelStride
        var source =
          line + (inside.lowerBound * window.strideX - window.left + tapX * window.dilationX)
          * window.pixelStride
        for x in inside {
          target[x] = source
          source += step
        }
        for x in inside.upperBound..<columns.upperBound { target[x] = zeros }
      }
    }
  }
}

/// As ``locateSources`` for windows whose rows lie in one piece in the input (no dilation along x, pixels
/// without gaps): one tap is a whole row of the window. Rows that cross the border are copied.
/// - Parameters:
///   - channels: values of a pixel.
///   - zeros: as many zeros as a row of the window has values.
///   - copies: room for the rows of windows that cross the border at the left or right.
public func locateSourceRows(
  _ window: Window, channels: Int, input: UnsafePointer<Float>, pixels: Range<Int>,
  zeros: UnsafePointer<Float>, copies: UnsafeMutablePointer<Float>,
  sources: UnsafeMutablePointer<UnsafePointer<Float>>, sourceStride: Int
) {
  var copy = copies
  let depth = window.width * channels
  forEachRun(window, pixels) { image, y, columns, index in
    let first = input + image * window.inputHeight * window.inputWidth * channels
    for tapY in 0..<window.height {
      let target = sources + tapY * sourceStride + index - columns.lowerBound
      let inputY = y * window.strideY - window.top + tapY * window.dilationY
      guard inputY >= 0, inputY < window.inputHeight else {
        for x in columns { target[x] = zeros }
        continue
      }
      let line = first + inputY * window.inputWidth * channels
      for x in columns {
        let inputX = x * window.strideX - window.left
        if inputX >= 0 && inputX + window.width <= window.inputWidth {
          target[x] = line + inputX * channels
          continue
        }
        copy.update(repeating: 0, count: depth)
        let taps = window.tapsInside(outputColumn: x)
        (copy + taps.lowerBound * channels).update(
          from: line + (inputX + taps.lowerBound) * channels, count: taps.count * channels)
        target[x] = UnsafePointer(copy)
        copy += depth
      }
    }
  }
}

/// Cuts a run of output pixels into pieces of one output row each.
@inline(__always)
private func forEachRun(
  _ window: Window, _ pixels: Range<Int>,
  _ body: (_ image: Int, _ y: Int, _ columns: Range<Int>, _ index: Int) -> Void
) {
  var pixel = pixels.lowerBound
  while pixel < pixels.upperBound {
    let x = pixel % window.outputWidth
    let line = pixel / window.outputWidth
    let end = min(window.outputWidth, x + pixels.upperBound - pixel)
    body(line / window.outputHeight, line % window.outputHeight, x..<end, pixel - pixels.lowerBound)
    pixel += end - x
  }
}
