/// Reads the binary forms of PBM, PGM and PPM with samples of one byte at most, as Pillow's PpmImagePlugin does.
/// https://netpbm.sourceforge.net/doc/pnm.html
final class PNMReader: RowSource {
  let header: ImageHeader
  let memory = 0
  private let file: Arrival
  /// Where the pixels begin.
  private let start: Int
  /// Bytes from one row to the next in the file.
  private let fileRowBytes: Int
  /// What each byte of a sample means in 0...255.
  private let scaled: [UInt8]
  private var next = 0

  init(_ file: Arrival, limits: ImageLimits, rules: DecodingRules) throws(ImagingError) {
    self.file = file
    var position = 2
    let magic = try file.prefix(2)
    let width = try Self.number(file, &position)
    let height = try Self.number(file, &position)
    try limits.check(width: width, height: height)
    let mode: ImageMode
    switch magic[1] {
    case UInt8(ascii: "4"): (mode, fileRowBytes) = (.bilevel, (width + 7) / 8)
    case UInt8(ascii: "5"): (mode, fileRowBytes) = (.gray, width)
    default: (mode, fileRowBytes) = (.rgb, 3 * width)
    }
    let largest = mode == .bilevel ? 255 : try Self.number(file, &position)
    guard (1...255).contains(largest) else {
      throw ImagingError(
        .unsupportedFormat, "the PNM has samples of up to \(largest); up to 255 are read: save it as PNG")
    }
    header = ImageHeader(width: width, height: height, mode: mode)
    // OpenCV's gray of colours is not Pillow's, and TensorFlow reads no such file.
    guard
      rules.mode == nil
        || rules.program == .openCV && largest == 255 && mode != .bilevel
          && (rules.mode == mode || rules.mode == .rgb)
    else { throw rules.refusal("such a PNM") }
    scaled = (0..<256).map { value in
      UInt8(min((Double(value) / Double(largest) * 255).rounded(.toNearestOrEven), 255))
    }
    start = position
    try file.checkPixels(endAt: start + fileRowBytes * height, of: "PNM")
  }

  /// The next number of the header, and the one byte after it. Comments go from # to the end of the line.
  private static func number(_ file: Arrival, _ position: inout Int) throws(ImagingError) -> Int {
    var value: Int?
    while position < min(file.bytes.count, 4096) {
      let byte = try file.prefix(position + 1)[position]
      position += 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let digit = Int(byte - UInt8(ascii: "0"))
        guard value ?? 0 < 1 << 32 else {
          throw ImagingError(.corrupt, "the PNM is damaged: a number is too long")
        }
        value = (value ?? 0) * 10 + digit
      case 0x20, 0x09...0x0D:
        if let value { return value }
      case UInt8(ascii: "#") where value == nil:
        while position < min(file.bytes.count, 4096),
          ![10, 13].contains(try file.prefix(position + 1)[position])
        {
          position += 1
        }
      default:
        throw ImagingError(
          .corrupt, "the PNM is damaged: its header has the byte \(byte) in place of a number")
      }
    }
    throw ImagingError(.truncated, "the PNM is truncated: its \(file.bytes.count) bytes end in its header")
  }

  func read(_ count: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int) throws(ImagingError) {
    for row in 0..<count {
      let place = start + fileRowBytes * next
      let bytes = UnsafeRawBufferPointer(rebasing: try file.prefix(place + fileRowBytes)[place...])
      let output = target + row * stride
      switch header.mode {
      case .bilevel:
        for x in 0..<header.width { output[x] = bytes[x / 8] >> UInt8(7 - x % 8) & 1 == 1 ? 0 : 255 }
      case .gray:
        for x in 0..<header.width { output[x] = scaled[Int(bytes[x])] }
      default:
        for x in 0..<header.width {
          for sample in 0..<3 { output[4 * x + sample] = scaled[Int(bytes[3 * x + sample])] }
          output[4 * x + 3] = 255
        }
      }
      next += 1
    }
  }

  func skip(_ count: Int) {
    next += count
  }
}
