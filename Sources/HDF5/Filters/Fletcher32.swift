import System

/// The fletcher32 filter: a checksum after the data.
enum Fletcher32 {
  /// The data without its checksum.
  static func verified(_ bytes: Bytes) throws(FormatError) -> Bytes {
    let data = try bytes.part(0, max(0, bytes.count - 4))
    let stored = try bytes.number(at: data.count, size: 4)
    let sum = try data.withBuffer { checksum($0) }
    // Libraries before 1.6.3 swapped the bytes of both halves.
    let swapped = (sum & 0x00FF_00FF) << 8 | sum >> 8 & 0x00FF_00FF
    guard stored == sum || stored == swapped || Checksums.areIgnored else {
      throw FormatError("the checksum of a part is wrong: the file is damaged")
    }
    return data
  }

  /// The checksum of big-endian 16-bit words, an odd byte at the end being an upper half.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var first: UInt32 = 0
    var second: UInt32 = 0
    var offset = 0
    while offset < bytes.count {
      // Sums of 360 words do not overflow.
      let end = min(offset + 720, bytes.count)
      while offset < end {
        let low = offset + 1 < bytes.count ? UInt32(bytes[offset + 1]) : 0
        first &+= UInt32(bytes[offset]) << 8 | low
        second &+= first
        offset += 2
      }
      first = first & 0xFFFF + first >> 16
      second = second & 0xFFFF + second >> 16
    }
    first = first & 0xFFFF + first >> 16
    second = second & 0xFFFF + second >> 16
    return second << 16 | first
  }
}
