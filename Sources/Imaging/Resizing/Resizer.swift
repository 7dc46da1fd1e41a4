/// Resizes rows as they arrive, exactly as `PIL.Image.resize` or `cv2.resize` does, holding no more of them than one
/// output row is made of.
struct Resizer {
  let width: Int
  let height: Int
  let filter: ResizeFilter
  /// The part of the input to resize.
  let box: ResizeBox
  var pillow = PillowVersion.before13

  /// The weights; nil where the nearest pixel is taken: an index or a bit cannot be averaged.
  private func kernel(for mode: ImageMode) -> ResampleKernel? {
    mode == .palette || mode == .bilevel ? nil : filter.kernel
  }

  private func isHeightFirst(_ input: ImageHeader) -> Bool {
    pillow.isHeightFirst(
      width: input.width, height: input.height, resultWidth: width, resultHeight: height)
  }

  /// Bytes that ``run(_:into:)`` takes for an image.
  func memory(of input: ImageHeader) -> Int {
    guard let kernel = kernel(for: input.mode) else {
      return 2 * input.rowBytes + (width + height) * MemoryLayout<Int?>.stride
    }
    let isHeightFirst = isHeightFirst(input)
    let lower = isHeightFirst ? input.rowBytes * height : 0
    // Of the two passes over an image that is lowered first, the first is the larger.
    return lower
      + Resampler.memory(
        of: input, width: isHeightFirst ? input.width : width, height: height, box: box, kernel: kernel)
  }

  /// Resizes all of `source` into `output`: `height` rows without gaps, in the form that sources use.
  func run(_ source: any RowSource, into output: UnsafeMutablePointer<UInt8>) throws(ImagingError) {
    let input = source.header
    let needsWhole = box == ResizeBox(width: input.width, height: input.height)
    if needsWhole && input.width == width && input.height == height {
      try source.read(height, into: output, stride: input.rowBytes)
      return
    }
    if filter == .cvLinear {
      try OpenCVResizer(header: input, width: width, height: height).run(source, into: output)
      return
    }
    guard let kernel = kernel(for: input.mode) else {
      try NearestResizer(header: input, width: width, height: height, box: box).run(source, into: output)
      return
    }
    let hasAlpha = input.mode == .rgba || input.mode == .grayAlpha
    let rows =
      hasAlpha
      ? try ConvertedRows(source, RowConversion(from: input, to: input.mode, premultiplies: true)) : source
    if isHeightFirst(input) {
      try resizeHeightFirst(rows, kernel, into: output)
    } else {
      let resampler = try Resampler(header: input, width: width, height: height, box: box, kernel: kernel)
      try resampler.run(rows, into: output)
    }
    if hasAlpha { RowConversion.unpremultiply(output, count: width * height, mode: input.mode) }
  }

  private func resizeHeightFirst(
    _ source: any RowSource, _ kernel: ResampleKernel, into output: UnsafeMutablePointer<UInt8>
  ) throws(ImagingError) {
    var lower = source.header
    let full = ResizeBox(left: 0, top: box.top, right: Double(lower.width), bottom: box.bottom)
    let first = try Resampler(header: lower, width: lower.width, height: height, box: full, kernel: kernel)
    lower.height = height
    let buffer = try PixelBuffer(count: lower.rowBytes * height)
    try first.run(source, into: buffer.base)
    let rest = ResizeBox(left: box.left, top: 0, right: box.right, bottom: Double(height))
    let second = try Resampler(header: lower, width: width, height: height, box: rest, kernel: kernel)
    try second.run(BufferedRows(buffer, header: lower), into: output)
  }
}

extension ResizeBox {
  /// All of an image.
  init(width: Int, height: Int) {
    self.init(left: 0, top: 0, right: Double(width), bottom: Double(height))
  }
}
