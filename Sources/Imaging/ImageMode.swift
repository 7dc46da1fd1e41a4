/// How pixels are stored. Each is one of Pillow's modes, named in the comment.
public enum ImageMode: String, Sendable, CaseIterable {
  /// "1": one byte a pixel, 0 or 255.
  case bilevel
  /// "L": one byte a pixel.
  case gray
  /// "LA": gray, alpha.
  case grayAlpha
  /// "I;16": one 16-bit word a pixel, in the machine's byte order.
  case gray16
  /// "P": one byte a pixel, an index into ``Image/palette``.
  case palette
  /// "RGB": red, green, blue.
  case rgb
  /// "RGBA": red, green, blue, alpha (not premultiplied).
  case rgba
  /// "CMYK": cyan, magenta, yellow, black; 255 is full ink.
  case cmyk

  /// Bytes that a pixel takes.
  public var bytesPerPixel: Int {
    switch self {
    case .bilevel, .gray, .palette: 1
    case .grayAlpha, .gray16: 2
    case .rgb: 3
    case .rgba, .cmyk: 4
    }
  }
}
