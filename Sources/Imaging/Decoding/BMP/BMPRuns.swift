/// Indices as runs (BI_RLE8 and BI_RLE4), read exactly as Pillow's BmpRleDecoder does, odd files included: an odd
/// number of single BI_RLE4 pixels loses its last one there.
/// https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-compression
struct BMPRuns {
  /// 8, or 4: two indices a byte, the first in the upper half.
  let bits: Int
  let bytes: UnsafeRawBufferPointer
  private var position: Int
  /// Pixels written so far, in the order of the file's rows.
  private var count = 0

  init(bits: Int, bytes: UnsafeRawBufferPointer, start: Int) {
    self.bits = bits
    self.bytes = bytes
    position = start
  }

  /// Reads all rows. Throws when the runs end before the image does, as Pillow does.
  mutating func read(_ bitmap: BMPHeader) throws(ImagingError) -> BufferedRows {
    let width = bitmap.image.width
    let pixels = try PixelBuffer(count: width * bitmap.image.height)
    decode(width: width, pixels)
    guard count >= pixels.count else {
      throw ImagingError(
        .truncated, "the BMP is truncated: its runs end after \(count) of \(pixels.count) pixels")
    }
    if !bitmap.isTopDown { flip(pixels, width: width) }
    return BufferedRows(pixels, header: bitmap.image)
  }

  private mutating func decode(width: Int, _ pixels: PixelBuffer) {
    /// Where in its row the next pixel is, as far as runs are cut at a row's end: single pixels are not.
    var x = 0
    while count < pixels.count {
      guard let length = byte(), let value = byte() else { return }
      if length > 0 {
        let run = min(Int(length), max(0, width - x))
        for index in 0..<run {
          put(bits == 8 ? value : index % 2 == 0 ? value >> 4 : value & 15, pixels)
        }
        x += run
        continue
      }
      switch value {
      case 0:
        // The end of a row.
        fill((width - count % width) % width, pixels)
        x = 0
      case 1:
        // The end of the image.
        return
      case 2:
        // A move to the right and up.
        guard let right = byte(), let up = byte() else { return }
        fill(Int(right) + Int(up) * width, pixels)
        x = count % width
      default:
        for _ in 0..<(Int(value) * bits / 8) {
          guard let next = byte() else { return }
          if bits == 8 {
            put(next, pixels)
          } else {
            put(next >> 4, pixels)
            put(next & 15, pixels)
          }
        }
        x += Int(value)
        // Single pixels are filled up to 16 bits, counted from the start of the file.
        position += position % 2
      }
    }
  }

  private mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// What goes beyond the image is counted, not kept.
  private mutating func put(_ value: UInt8, _ pixels: PixelBuffer) {
    if count < pixels.count { pixels.base[count] = value }
    count += 1
  }

  private mutating func fill(_ length: Int, _ pixels: PixelBuffer) {
    for _ in 0..<length { put(0, pixels) }
  }

  private func flip(_ pixels: PixelBuffer, width: Int) {
    let rows = pixels.count / width
    for row in 0..<(rows / 2) {
      for x in 0..<width {
        let (upper, lower) = (pixels.base + row * width + x, pixels.base + (rows - 1 - row) * width + x)
        (upper.pointee, lower.pointee) = (lower.pointee, upper.pointee)
      }
    }
  }
}
