/// What a BMP file says before its pixels: the file's header, the image's header in one of its seven lengths,
/// bit masks and palette. Understood as Pillow's BmpImagePlugin does.
/// https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage
struct BMPHeader {
  /// How a row's bytes become pixels.
  enum Layout: Equatable {
    /// So many bits each: 1, 4 or 8, the first in the highest bits.
    case indices(bits: Int)
    /// 16-bit words with five bits each of red, green and blue; or with six of green.
    case words(greenBits: Int)
    /// Whole bytes; the numbers say where in a pixel each colour is.
    case bytes(size: Int, red: Int, green: Int, blue: Int, alpha: Int?)
  }

  var image: ImageHeader
  var layout: Layout
  /// Bits of an index where the file holds runs of equal ones: 8 (BI_RLE8) or 4 (BI_RLE4).
  var runBits: Int?
  /// Whether the first row in the file is the top one.
  var isTopDown: Bool
  /// Bits that the file has for each pixel.
  private var bits: Int
  /// Where the pixels begin.
  private(set) var pixels: Int

  /// Bytes of the image's header: OS/2's, then Windows' from version 3 to 5.
  static let lengths = [12, 40, 52, 56, 64, 108, 124]

  /// Bytes from one row to the next: a multiple of four.
  var stride: Int { (image.width * bits + 31) / 32 * 4 }

  /// Bytes of a row that mean something.
  var rowBytes: Int { (image.width * bits + 7) / 8 }

  init(_ file: Arrival, limits: ImageLimits) throws(ImagingError) {
    var fields = BMPFields(file)
    let isBMP = try file.prefix(2).elementsEqual("BM".utf8)
    // A DIB is a BMP without the file's header.
    let start = isBMP ? 14 : 0
    let offset = isBMP ? try fields.integer(10, bytes: 4) : 0
    let length = try fields.integer(start, bytes: 4)
    let isCore = length == 12
    let width: Int
    let height: Int
    if isCore {
      width = try fields.integer(start + 4, bytes: 2)
      height = try fields.integer(start + 6, bytes: 2)
      bits = try fields.integer(start + 10, bytes: 2)
      isTopDown = false
    } else if Self.lengths.contains(length) {
      width = try fields.integer(start + 4, bytes: 4)
      let rows = try fields.integer(start + 8, bytes: 4)
      isTopDown = rows >> 24 == 0xFF
      height = isTopDown ? 1 << 32 - rows : rows
      bits = try fields.integer(start + 14, bytes: 2)
    } else {
      throw ImagingError(.corrupt, "the BMP is damaged: no image header has \(length) bytes")
    }
    try limits.check(width: width, height: height)
    let compression = isCore ? 0 : try fields.integer(start + 16, bytes: 4)
    fields.position = start + length
    image = ImageHeader(width: width, height: height, mode: .rgb)
    switch (compression, bits) {
    case (0...2, 1), (0...2, 4), (0...2, 8):
      layout = .indices(bits: bits)
      if compression > 0 { runBits = compression == 1 ? 8 : 4 }
    case (0, 16): layout = .words(greenBits: 5)
    case (0, 24), (0, 32): layout = .bytes(size: bits / 8, red: 2, green: 1, blue: 0, alpha: nil)
    case (3, 16), (3, 24), (3, 32): layout = try fields.masks(start: start, length: length, bits: bits)
    case (4, _), (5, _):
      throw ImagingError(.unsupportedFormat, "the BMP holds a JPEG or PNG: take that out of it")
    default:
      throw ImagingError(
        .unsupportedFormat,
        "the BMP has \(bits) bits a pixel and compression \(compression), which is not read")
    }
    if case .bytes(_, _, _, _, .some) = layout { image.mode = .rgba }
    pixels = offset
    if bits <= 8 {
      var colors = isCore ? 0 : try fields.integer(start + 32, bytes: 4)
      if colors == 0 { colors = 1 << bits }
      let size = isCore ? 3 : 4
      // Some writers forget the palette when they say where the pixels begin.
      if offset == 14 + length { pixels += colors * size }
      let palette = try fields.palette(colors, size: size)
      (image.mode, image.palette) = (palette.mode, palette.mode == .palette ? palette.colors : nil)
      try checkMode(colors: colors)
    }
    if pixels == 0 { pixels = fields.position }
  }

  /// TensorFlow's decode_image_op.cc takes indices for shades of gray and ignores masks; OpenCV's grfmt_bmp.cpp reads
  /// 16 bits, masks and runs in its own way. What they would misread is refused.
  mutating func read(by rules: DecodingRules) throws(ImagingError) {
    guard let mode = rules.mode else { return }
    switch (rules.program, layout) {
    case (.tensorFlow, .bytes(let size, 2, 1, 0, nil)) where mode != .gray:
      layout = .bytes(size: size, red: 2, green: 1, blue: 0, alpha: size == 4 && mode == .rgba ? 3 : nil)
      image.mode = mode
    case (.openCV, .bytes(_, 2, 1, 0, nil)) where mode == .rgb: break
    case (.openCV, .indices) where runBits == nil && (mode == .rgb || mode == image.mode): break
    default: throw rules.refusal("such a BMP")
    }
  }

  /// Pillow takes gray palettes for gray pixels of one byte, and black and white ones for bits, whatever the pixels
  /// are: such a file is misread there, or fails.
  private func checkMode(colors: Int) throws(ImagingError) {
    switch (image.mode, bits, runBits) {
    case (.palette, _, _), (.gray, 8, _), (.gray, _, .some), (.bilevel, 1, nil): return
    default:
      throw ImagingError(
        .unsupportedFormat,
        "the BMP has \(bits) bits a pixel and \(colors) shades of gray, which Pillow does not read: save it again"
      )
    }
  }
}

/// The numbers of a BMP's headers, all little-endian.
private struct BMPFields {
  let file: Arrival
  /// Where the next field is that follows the header: masks, palette, pixels.
  var position = 0

  init(_ file: Arrival) {
    self.file = file
  }

  func integer(_ offset: Int, bytes count: Int) throws(ImagingError) -> Int {
    guard let value = try file.prefix(offset + count).integer(at: offset, bytes: count, isLittle: true) else {
      throw ImagingError(.truncated, "the BMP is truncated: its \(file.bytes.count) bytes end in its header")
    }
    return value
  }

  /// Masks of red, green, blue and alpha: in the header, or behind one of 40 bytes.
  mutating func masks(start: Int, length: Int, bits: Int) throws(ImagingError) -> BMPHeader.Layout {
    var masks: [Int] = []
    for index in 0..<(length >= 56 ? 4 : 3) {
      masks.append(try integer(start + 40 + 4 * index, bytes: 4))
    }
    if length == 40 { position += 12 }
    let alpha = masks.count == 4 ? masks[3] : 0
    if bits == 16, masks[1...2] == [0x3E0, 0x1F], masks[0] == 0x7C00 { return .words(greenBits: 5) }
    if bits == 16, masks[1...2] == [0x7E0, 0x1F], masks[0] == 0xF800 { return .words(greenBits: 6) }
    if bits == 32, masks[0] | masks[1] | masks[2] | alpha == 0 {
      return .bytes(size: 4, red: 2, green: 1, blue: 0, alpha: 3)
    }
    let places = masks.prefix(3).map(Self.byte)
    if bits > 16, let red = places[0], let green = places[1], let blue = places[2], alpha == 0 || bits == 32,
      Set([red, green, blue]).count == 3, max(red, green, blue) < bits / 8
    {
      let place = Self.byte(alpha)
      if alpha == 0 || place.map({ ![red, green, blue].contains($0) }) == true {
        return .bytes(size: bits / 8, red: red, green: green, blue: blue, alpha: place)
      }
    }
    let text = masks.map { String($0, radix: 16) }.joined(separator: ", ")
    throw ImagingError(
      .unsupportedFormat, "the BMP has \(bits) bits a pixel with the masks \(text), which are not read")
  }

  /// The byte that a mask covers, and nothing else.
  private static func byte(_ mask: Int) -> Int? {
    (0..<4).first { mask == 0xFF << (8 * $0) }
  }

  /// Reads `count` colours: blue, green, red, and a fourth byte where `size` is 4.
  mutating func palette(_ count: Int, size: Int) throws(ImagingError) -> (mode: ImageMode, colors: [UInt8]) {
    guard count <= 256 else {
      throw ImagingError(
        .corrupt, "the BMP is damaged: its palette has \(count) colours, 256 at most are possible")
    }
    let end = position + count * size
    let bytes = try file.prefix(end)
    guard bytes.count == end else {
      throw ImagingError(.truncated, "the BMP is truncated: its \(bytes.count) bytes end in its palette")
    }
    var colors = [UInt8](repeating: 0, count: 1024)
    for index in 0..<256 { colors[4 * index + 3] = 255 }
    var isGray = true
    for index in 0..<count {
      for sample in 0..<3 {
        let value = bytes[position + size * index + 2 - sample]
        colors[4 * index + sample] = value
        isGray = isGray && value == (count == 2 ? 255 * index : index)
      }
    }
    position = end
    return (isGray ? (count == 2 ? .bilevel : .gray) : .palette, colors)
  }
}
