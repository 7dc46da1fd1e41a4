/// Resizes as `cv2.resize` does by default (INTER_LINEAR of 8-bit samples): two pixels a direction, whatever the scale,
/// with weights in 11 bits. An image of exactly twice the size is averaged. The arithmetic is that of OpenCV's
/// imgproc/src/resize.cpp.
struct OpenCVResizer {
  /// The mode is gray or RGB.
  let header: ImageHeader
  let width: Int
  let height: Int

  /// Between which pixels a result lies, and what they weigh; the sum is 2048.
  private struct Tap {
    var low, high: Int
    var lowWeight, highWeight: Int32
  }

  /// Along one axis. Sideways OpenCV takes the outermost pixel alone; downwards it takes it twice, which rounds in
  /// another way.
  private static func taps(inputSize: Int, outputSize: Int, isAcross: Bool) -> [Tap] {
    let scale = 1 / (Double(outputSize) / Double(inputSize))
    return (0..<outputSize).map { index in
      let position = Float((Double(index) + 0.5) * scale - 0.5)
      let floor = position.rounded(.down)
      var share = position - floor
      let low = Int(floor)
      if isAcross, low < 0 || low >= inputSize - 1 { share = 0 }
      let last = inputSize - 1
      return Tap(
        low: min(max(low, 0), last), high: min(max(low + 1, 0), last),
        lowWeight: Int32(((1 - share) * 2048).rounded(.toNearestOrEven)),
        highWeight: Int32((share * 2048).rounded(.toNearestOrEven)))
    }
  }

  /// Resizes all of `source` into `output`, rows without gaps.
  func run(_ source: any RowSource, into output: UnsafeMutablePointer<UInt8>) throws(ImagingError) {
    let samples = header.mode.rowBytesPerPixel
    let rowBytes = width * samples
    let line = try PixelBuffer(count: header.rowBytes)
    if header.width == 2 * width, header.height == 2 * height {
      let next = try PixelBuffer(count: header.rowBytes)
      for y in 0..<height {
        try source.read(1, into: line.base, stride: header.rowBytes)
        try source.read(1, into: next.base, stride: header.rowBytes)
        average(line.base, next.base, samples, output + y * rowBytes)
      }
      return
    }
    let across = Self.taps(inputSize: header.width, outputSize: width, isAcross: true)
    let down = Self.taps(inputSize: header.height, outputSize: height, isAcross: false)
    // The two rows that were last resized sideways; the one of a row's number is at its parity.
    let memory = try PixelBuffer(count: 2 * rowBytes * MemoryLayout<Int32>.stride)
    let rows = memory.pointer(to: Int32.self)
    var held = [-1, -1]
    var position = 0
    for (y, tap) in down.enumerated() {
      for row in [tap.low, tap.high] where held[row % 2] != row {
        if row > position { try source.skip(row - position) }
        try source.read(1, into: line.base, stride: header.rowBytes)
        position = row + 1
        held[row % 2] = row
        resize(line.base, across, samples, rows + row % 2 * rowBytes)
      }
      let (low, high) = (rows + tap.low % 2 * rowBytes, rows + tap.high % 2 * rowBytes)
      let target = output + y * rowBytes
      for index in 0..<rowBytes {
        let sum = (tap.lowWeight * (low[index] >> 4)) >> 16 + (tap.highWeight * (high[index] >> 4)) >> 16
        target[index] = UInt8(clamping: (sum + 2) >> 2)
      }
    }
    try source.drain(header.height - position, scratch: line.base)
  }

  /// One row sideways.
  private func resize(
    _ input: UnsafePointer<UInt8>, _ across: [Tap], _ samples: Int, _ output: UnsafeMutablePointer<Int32>
  ) {
    for (x, tap) in across.enumerated() {
      for sample in 0..<samples {
        output[x * samples + sample] =
          Int32(input[tap.low * samples + sample]) * tap.lowWeight
          + Int32(input[tap.high * samples + sample]) * tap.highWeight
      }
    }
  }

  /// The means of two by two pixels.
  private func average(
    _ upper: UnsafePointer<UInt8>, _ lower: UnsafePointer<UInt8>, _ samples: Int,
    _ output: UnsafeMutablePointer<UInt8>
  ) {
    for x in 0..<width {
      for sample in 0..<samples {
        let (left, right) = (2 * x * samples + sample, (2 * x + 1) * samples + sample)
        let sum = UInt32(upper[left]) + UInt32(upper[right]) + UInt32(lower[left]) + UInt32(lower[right])
        output[x * samples + sample] = UInt8((sum + 2) >> 2)
      }
    }
  }
}
