/// What a file is, by its first bytes. Its name plays no part.
enum ImageFormat: Equatable {
  case png
  case jpeg
  case bmp
  /// PBM, PGM or PPM in binary.
  case pnm
  /// Something else, in words for a message: "a GIF image", "an HTML page", ...
  case other(String)

  /// Waits for no more than it takes: four bytes of what can be read, 1024 to name what cannot.
  init(_ file: Arrival) throws(ImagingError) {
    self.init(try file.prefix(4))
    if case .other = self { self.init(try file.prefix(1024)) }
  }

  private init(_ bytes: UnsafeRawBufferPointer) {
    if Self.starts(bytes, "\u{89}PNG") {
      self = .png
    } else if Self.starts(bytes, "\u{FF}\u{D8}\u{FF}") {
      self = .jpeg
    } else if Self.starts(bytes, "BM") || Self.isDIB(bytes) {
      self = .bmp
    } else if ["P4", "P5", "P6"].contains(where: { Self.starts(bytes, $0) }) {
      self = .pnm
    } else {
      self = .other(Self.name(bytes))
    }
  }

  /// First bytes (as Latin-1, anywhere but at 0 with an offset) and what they announce.
  private static let signatures: [(offset: Int, bytes: String, name: String)] = [
    (0, "GIF8", "a GIF image"),
    (8, "WEBP", "a WebP image"),
    (4, "ftypavif", "an AVIF image"),
    (4, "ftypavis", "an AVIF image"),
    (4, "ftyphei", "an HEIC image"),
    (4, "ftyphev", "an HEIC image"),
    (4, "ftypmif1", "an HEIF image"),
    (4, "ftypmsf1", "an HEIF image"),
    (4, "ftyp", "a video"),
    (0, "II*\0", "a TIFF image"),
    (0, "MM\0*", "a TIFF image"),
    (0, "II+\0", "a TIFF image"),
    (0, "MM\0+", "a TIFF image"),
    (4, "jP  ", "a JPEG 2000 image"),
    (0, "\u{FF}O\u{FF}Q", "a JPEG 2000 image"),
    (4, "JXL ", "a JPEG XL image"),
    (0, "\u{FF}\n", "a JPEG XL image"),
    (0, "8BPS", "a Photoshop document"),
    (0, "\0\0\u{1}\0", "an icon (ICO)"),
    (0, "%PDF", "a PDF document"),
    (0, "%!PS", "a PostScript document"),
    (0, "PK\u{3}\u{4}", "a zip archive"),
    (0, "\u{1F}\u{8B}", "a gzip file"),
  ]

  private static func name(_ bytes: UnsafeRawBufferPointer) -> String {
    if bytes.isEmpty { return "an empty file" }
    for signature in signatures where starts(bytes, signature.bytes, at: signature.offset) {
      return signature.name
    }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    if contains(text, "<svg") { return "an SVG drawing" }
    if contains(text, "<html") || contains(text, "<!doctype html") { return "an HTML page" }
    if contains(text, "<?xml") { return "an XML document" }
    return "an unknown image format"
  }

  /// Whether it begins with the length of a BMP's image header, as Pillow tells a BMP without the file's header.
  private static func isDIB(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.integer(at: 0, bytes: 4, isLittle: true).map(BMPHeader.lengths.contains) ?? false
  }

  private static func starts(_ bytes: UnsafeRawBufferPointer, _ signature: String, at offset: Int = 0) -> Bool
  {
    var index = offset
    for scalar in signature.unicodeScalars {
      guard index < bytes.count, UInt32(bytes[index]) == scalar.value else { return false }
      index += 1
    }
    return true
  }

  private static func contains(_ text: String, _ word: String) -> Bool {
    let text = Array(text.utf8)
    let word = Array(word.utf8)
    guard text.count >= word.count else { return false }
    return (0...(text.count - word.count)).contains { text[$0..<($0 + word.count)].elementsEqual(word) }
  }
}

/// Starts to read an image: its header is checked against `limits`, its rows are yet to come.
func openImage(
  _ file: Arrival, limits: ImageLimits, rules: DecodingRules = .pillow
) throws(ImagingError) -> any RowSource {
  switch try ImageFormat(file) {
  case .png: return try PNGReader(file, limits: limits, rules: rules)
  case .jpeg: return try JPEGReader(file, limits: limits, rules: rules)
  case .pnm: return try PNMReader(file, limits: limits, rules: rules)
  case .bmp: return try BMPReader.open(file, limits: limits, rules: rules)
  case .other(let name):
    throw ImagingError(.unsupportedFormat, "this is \(name); only PNG, JPEG, BMP and PNM are read")
  }
}
