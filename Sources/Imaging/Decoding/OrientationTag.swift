/// Finds the orientation that a file's EXIF or, failing that, XMP data states. Broken or missing data
/// means upright: the picture is not refused for it.
extension Orientation {
  /// Waits for a JPEG up to its first scan, for all of a PNG.
  init(_ file: Arrival) throws(ImagingError) {
    var metadata = Metadata()
    switch try ImageFormat(file) {
    case .jpeg: try metadata.readJPEG(file)
    case .png: metadata.readPNG(try file.prefix(file.bytes.count))
    case .bmp, .pnm, .other: break
    }
    let value = metadata.exif.withUnsafeBytes { Self.exifValue($0) } ?? Self.xmpValue(metadata.xmp)
    self = value.flatMap(Orientation.init(rawValue:)) ?? .upright
  }

  /// Tag 0x0112 of the first directory of a TIFF structure (TIFF 6.0, section 2).
  private static func exifValue(_ tiff: UnsafeRawBufferPointer) -> Int? {
    let isLittle: Bool
    switch (
      tiff.integer(at: 0, bytes: 2), tiff.integer(at: 2, bytes: 2),
      tiff.integer(at: 2, bytes: 2, isLittle: true)
    ) {
    case (0x4D4D, 42, _): isLittle = false
    case (0x4949, _, 42): isLittle = true
    default: return nil
    }
    guard let directory = tiff.integer(at: 4, bytes: 4, isLittle: isLittle),
      let count = tiff.integer(at: directory, bytes: 2, isLittle: isLittle)
    else { return nil }
    for index in 0..<count {
      let entry = directory + 2 + 12 * index
      guard let tag = tiff.integer(at: entry, bytes: 2, isLittle: isLittle) else { return nil }
      guard tag == 0x0112, tiff.integer(at: entry + 4, bytes: 4, isLittle: isLittle) == 1 else { continue }
      switch tiff.integer(at: entry + 2, bytes: 2, isLittle: isLittle) {
      case 3: return tiff.integer(at: entry + 8, bytes: 2, isLittle: isLittle)
      case 4: return tiff.integer(at: entry + 8, bytes: 4, isLittle: isLittle)
      default: return nil
      }
    }
    return nil
  }

  /// The digit after `tiff:Orientation="` or `tiff:Orientation>`.
  private static func xmpValue(_ xmp: [UInt8]) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    guard xmp.count > name.count + 2 else { return nil }
    for start in 0..<(xmp.count - name.count - 2) where xmp[start..<(start + name.count)].elementsEqual(name)
    {
      var next = start + name.count
      if xmp[next] == UInt8(ascii: ">") {
        next += 1
      } else if xmp[next] == UInt8(ascii: "="), xmp[next + 1] == UInt8(ascii: "\"") {
        next += 2
      } else {
        continue
      }
      if next < xmp.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(xmp[next]) {
        return Int(xmp[next] - UInt8(ascii: "0"))
      }
    }
    return nil
  }
}

/// The two kinds of metadata that may hold an orientation.
private struct Metadata {
  var exif: [UInt8] = []
  var xmp: [UInt8] = []

  /// Walks the marker segments up to the first scan (ITU T.81, annex B).
  mutating func readJPEG(_ file: Arrival) throws(ImagingError) {
    var position = 2
    while true {
      var bytes = try file.prefix(position + 4)
      guard let first = bytes.integer(at: position, bytes: 1),
        let marker = bytes.integer(at: position + 1, bytes: 1)
      else { return }
      guard first == 0xFF else { return }
      if marker == 0xFF {
        position += 1
        continue
      }
      // Standalone markers have no length.
      if marker == 0x01 || (0xD0...0xD7).contains(marker) {
        position += 2
        continue
      }
      guard marker != 0xDA, let length = bytes.integer(at: position + 2, bytes: 2), length >= 2,
        position + 2 + length <= file.bytes.count
      else { return }
      bytes = try file.prefix(position + 2 + length)
      let segment = UnsafeRawBufferPointer(rebasing: bytes[(position + 4)..<(position + 2 + length)])
      if marker == 0xE1 {
        if let rest = segment.after("Exif\0\0") {
          exif += rest
        } else if xmp.isEmpty, let rest = segment.after("http://ns.adobe.com/xap/1.0/\0") {
          xmp += rest
        }
      }
      position += 2 + length
    }
  }

  /// Walks the chunks (PNG specification, section 5.3). Compressed text is passed over.
  mutating func readPNG(_ bytes: UnsafeRawBufferPointer) {
    var position = 8
    while let length = bytes.integer(at: position, bytes: 4),
      let type = bytes.integer(at: position + 4, bytes: 4)
    {
      guard position + 12 + length <= bytes.count else { return }
      let chunk = UnsafeRawBufferPointer(rebasing: bytes[(position + 8)..<(position + 8 + length)])
      if type == 0x6558_4966 {  // eXIf
        exif = Array(chunk.after("Exif\0\0") ?? chunk)
      } else if type == 0x6954_5874, let rest = chunk.after("XML:com.adobe.xmp\0\0\0") {  // iTXt
        xmp = Array(rest)
      }
      position += 12 + length
    }
  }
}

extension UnsafeRawBufferPointer {
  /// What follows `prefix`; nil when the bytes do not begin with it.
  fileprivate func after(_ prefix: String) -> UnsafeRawBufferPointer? {
    starts(with: prefix.utf8) ? UnsafeRawBufferPointer(rebasing: dropFirst(prefix.utf8.count)) : nil
  }
}
