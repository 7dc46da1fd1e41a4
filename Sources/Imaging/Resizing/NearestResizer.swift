/// Picks the nearest pixel, with the positions that Pillow's affine transform arrives at. Rows that nobody
/// picks are skipped, which saves a JPEG's their colour conversion.
struct NearestResizer {
  let header: ImageHeader
  /// For each output pixel of a row the input pixel; nil where Pillow leaves zeros.
  private let columns: [Int?]
  private let rows: [Int?]

  init(header: ImageHeader, width: Int, height: Int, box: ResizeBox) {
    self.header = header
    // Pillow takes the box in single precision.
    columns = Self.positions(
      low: Float(box.left), high: Float(box.right), count: width, limit: header.width, mode: header.mode)
    rows = Self.positions(
      low: Float(box.top), high: Float(box.bottom), count: height, limit: header.height, mode: header.mode)
  }

  private static func positions(low: Float, high: Float, count: Int, limit: Int, mode: ImageMode) -> [Int?] {
    let step = Double(high - low) / Double(count)
    var position = Double(low) + step * 0.5
    return (0..<count).map { index in
      // Modes of one or four bytes are stepped along; for I;16 each position is computed afresh.
      let exact = mode == .gray16 ? step * (Double(index) + 0.5) + Double(low) : position
      position += step
      return exact >= 0 && Int(exact) < limit ? Int(exact) : nil
    }
  }

  func run(_ source: any RowSource, into output: UnsafeMutablePointer<UInt8>) throws(ImagingError) {
    let size = header.mode.rowBytesPerPixel
    let outputBytes = columns.count * size
    let line = try PixelBuffer(count: header.rowBytes)
    var done = 0
    for (y, row) in rows.enumerated() {
      let target = output + y * outputBytes
      guard let row else {
        target.initialize(repeating: 0, count: outputBytes)
        continue
      }
      if row < done {
        // The same row once more: only the last one read can be asked for again.
        target.update(from: target - outputBytes, count: outputBytes)
        continue
      }
      if row > done { try source.skip(row - done) }
      try source.read(1, into: line.base, stride: header.rowBytes)
      done = row + 1
      switch size {
      case 1: pick(from: line.base, to: target, as: UInt8.self)
      case 2: pick(from: line.base, to: target, as: UInt16.self)
      default: pick(from: line.base, to: target, as: UInt32.self)
      }
    }
    try source.drain(header.height - done, scratch: line.base)
  }

  private func pick<Pixel: FixedWidthInteger>(
    from line: UnsafeMutablePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, as type: Pixel.Type
  ) {
    let input = UnsafeRawPointer(line)
    let output = UnsafeMutableRawPointer(target)
    let size = MemoryLayout<Pixel>.size
    for (x, column) in columns.enumerated() {
      let pixel = column.map { input.loadUnaligned(fromByteOffset: $0 * size, as: type) } ?? 0
      output.storeBytes(of: pixel, toByteOffset: x * size, as: type)
    }
  }
}
