/// Reads a BMP, or a DIB (one without the file's header), in the modes that Pillow opens it in. Rows of most files
/// begin at the bottom, so the first one read is the last to arrive.
final class BMPReader: RowSource {
  let header: ImageHeader
  private let file: Arrival
  private let bitmap: BMPHeader
  private var next = 0
  let memory = 0

  private init(_ file: Arrival, _ bitmap: BMPHeader) {
    self.file = file
    self.bitmap = bitmap
    header = bitmap.image
  }

  static func open(
    _ file: Arrival, limits: ImageLimits, rules: DecodingRules
  ) throws(ImagingError) -> any RowSource {
    var bitmap = try BMPHeader(file, limits: limits)
    try bitmap.read(by: rules)
    if let bits = bitmap.runBits {
      try limits.check(memory: bitmap.image.width * bitmap.image.height, of: bitmap.image)
      let bytes = try file.prefix(file.bytes.count)
      var runs = BMPRuns(bits: bits, bytes: bytes, start: bitmap.pixels)
      return try runs.read(bitmap)
    }
    let end = bitmap.pixels + bitmap.stride * (bitmap.image.height - 1) + bitmap.rowBytes
    try file.checkPixels(endAt: end, of: "BMP")
    return BMPReader(file, bitmap)
  }

  func read(_ count: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int) throws(ImagingError) {
    for row in 0..<count {
      let place = bitmap.isTopDown ? next : header.height - 1 - next
      let start = bitmap.pixels + bitmap.stride * place
      let bytes = try file.prefix(start + bitmap.rowBytes)
      write(UnsafeRawBufferPointer(rebasing: bytes[start...]), target + row * stride)
      next += 1
    }
  }

  func skip(_ count: Int) {
    next += count
  }

  /// Writes one row.
  private func write(_ bytes: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<UInt8>) {
    switch bitmap.layout {
    case .indices(let bits):
      let perByte = 8 / bits
      let mask = UInt8(truncatingIfNeeded: (1 << bits) - 1)
      for x in 0..<header.width {
        let index = bytes[x / perByte] >> UInt8(8 - bits * (x % perByte + 1)) & mask
        output[x] = header.mode == .bilevel ? index * 255 : index
      }
    case .words(let greenBits):
      for x in 0..<header.width {
        let word = Int(bytes[2 * x]) | Int(bytes[2 * x + 1]) << 8
        let blue = word & 31
        let green = word >> 5 & ((1 << greenBits) - 1)
        let red = word >> (5 + greenBits) & 31
        output[4 * x] = UInt8(red * 255 / 31)
        output[4 * x + 1] = UInt8(green * 255 / ((1 << greenBits) - 1))
        output[4 * x + 2] = UInt8(blue * 255 / 31)
        output[4 * x + 3] = 255
      }
    case .bytes(let size, let red, let green, let blue, let alpha):
      for x in 0..<header.width {
        output[4 * x] = bytes[size * x + red]
        output[4 * x + 1] = bytes[size * x + green]
        output[4 * x + 2] = bytes[size * x + blue]
        output[4 * x + 3] = alpha.map { bytes[size * x + $0] } ?? 255
      }
    }
  }
}
