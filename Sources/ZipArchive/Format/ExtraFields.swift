/// The extra fields of a header (APPNOTE.TXT, 4.5). What is garbled at their end is left out, as other
/// readers do.
struct ExtraFields {
  private var fields: [(id: Int, data: ArraySlice<UInt8>)] = []

  init(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while let header = Record(rest, length: 4) {
      let size = header.uint16(2)
      guard size <= rest.count - 4 else { return }
      fields.append((header.uint16(0), rest.dropFirst(4).prefix(size)))
      rest = rest.dropFirst(4 + size)
    }
  }

  /// Replaces the values that did not fit into 32 bits (4.5.3): those of `values`, in the order of the field,
  /// that are 0xFFFFFFFF.
  /// - Returns: nil when one is missing.
  func widened(_ values: [Int]) -> [Int]? {
    guard values.contains(0xFFFF_FFFF) else { return values }
    guard var data = fields.first(where: { $0.id == 0x0001 })?.data else { return nil }
    var result: [Int] = []
    for value in values {
      if value != 0xFFFF_FFFF {
        result.append(value)
        continue
      }
      guard let long = Record(data, length: 8)?.uint64(0) else { return nil }
      result.append(long)
      data = data.dropFirst(8)
    }
    return result
  }

  /// Info-ZIP's Unicode path (4.6.9), and the checksum of the name that it stands for.
  var unicodePath: (crc32: UInt32, utf8: ArraySlice<UInt8>)? {
    guard let data = fields.first(where: { $0.id == 0x7075 })?.data, data.first == 1,
      let checksum = Record(data.dropFirst(1), length: 4), data.count > 5
    else { return nil }
    return (UInt32(checksum.uint32(0)), data.dropFirst(5))
  }
}
