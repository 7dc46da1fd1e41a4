/// How a camera was held, as EXIF numbers it: what must be done to see the picture upright.
enum Orientation: Int {
  case upright = 1
  case flippedLeftRight, rotated180, flippedTopBottom
  /// Mirrored on the diagonal from the upper left.
  case transposed
  /// To be turned a quarter clockwise.
  case rotatedClockwise
  /// Mirrored on the other diagonal.
  case transversed
  /// To be turned a quarter counterclockwise.
  case rotatedCounterclockwise

  /// Whether width and height change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// The image put upright, as `PIL.ImageOps.exif_transpose` does.
  func apply(_ source: BufferedRows) throws(ImagingError) -> BufferedRows {
    if self == .upright { return source }
    var header = source.header
    let (width, height) = (header.width, header.height)
    if swapsSides { (header.width, header.height) = (height, width) }
    let buffer = try PixelBuffer(count: header.rowBytes * header.height)
    // Where the first output pixel comes from, and how far a step to the right and a step down lead.
    let last = (x: width - 1, y: (height - 1) * width)
    let (origin, right, down) =
      switch self {
      case .upright: (0, 1, width)
      case .flippedLeftRight: (last.x, -1, width)
      case .rotated180: (last.x + last.y, -1, -width)
      case .flippedTopBottom: (last.y, 1, -width)
      case .transposed: (0, width, 1)
      case .rotatedClockwise: (last.y, -width, 1)
      case .transversed: (last.x + last.y, -width, -1)
      case .rotatedCounterclockwise: (last.x, width, -1)
      }
    source.withPixels { pixels in
      func move<Pixel>(_ type: Pixel.Type) {
        let input = UnsafeMutableRawPointer(pixels).assumingMemoryBound(to: type)
        let output = buffer.pointer(to: type)
        for y in 0..<header.height {
          var from = origin + y * down
          for x in 0..<header.width {
            output[y * header.width + x] = input[from]
            from += right
          }
        }
      }
      switch header.mode.rowBytesPerPixel {
      case 1: move(UInt8.self)
      case 2: move(UInt16.self)
      default: move(UInt32.self)
      }
    }
    return BufferedRows(buffer, header: header)
  }
}
