import Inference

/// The header of an .npy file: a Python dictionary with the keys `descr`, `fortran_order` and `shape`.
struct NPYHeader {
  let shape: [Int]
  /// Bytes of one element.
  let size: Int
  private let kind: Character
  private let isBigEndian: Bool
  /// For column-major files: how far apart, in row-major order, the neighbours along each axis are.
  private let rowMajorStrides: [Int]?

  init(_ text: String) throws(NPYFormatError) {
    guard let type = NPYHeader.value("descr", text), type.count >= 4, let quote = type.first,
      quote == "'" || quote == "\""
    else { throw NPYFormatError(reason: "its element type is not a simple one") }
    let name = type.dropFirst().prefix { $0 != quote }
    guard let order = name.first, let kind = name.dropFirst().first, let size = Int(name.dropFirst(2)),
      "<>|=".contains(order)
    else { throw NPYFormatError(reason: "its element type \(name) is unknown") }
    switch (kind, size) {
    case ("f", 2), ("f", 4), ("f", 8), ("i", 1), ("i", 2), ("i", 4), ("i", 8), ("u", 1), ("u", 2), ("u", 4),
      ("u", 8), ("b", 1):
      break
    default: throw NPYFormatError(reason: "its element type \(name) is not a number")
    }
    self.kind = kind
    self.size = size
    isBigEndian = order == ">"
    guard let tuple = NPYHeader.value("shape", text), tuple.first == "(",
      let end = tuple.firstIndex(of: ")")
    else { throw NPYFormatError(reason: "its header has no shape") }
    var shape: [Int] = []
    for part in tuple[tuple.index(after: tuple.startIndex)..<end].split(separator: ",") {
      let digits = part.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let size = Int(digits), size >= 0, size <= SizeLimit.axis else {
        throw NPYFormatError(reason: "its shape has the size \(digits)")
      }
      shape.append(size)
    }
    self.shape = shape
    guard let order = NPYHeader.value("fortran_order", text) else {
      throw NPYFormatError(reason: "its header has no fortran_order")
    }
    guard order.hasPrefix("True") && shape.count > 1 else {
      rowMajorStrides = nil
      return
    }
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] &* shape[axis + 1] }
    rowMajorStrides = strides
  }

  /// Whether the file's bytes are float32 values in the order and form of memory.
  var isPlain: Bool { kind == "f" && size == 4 && !isBigEndian && rowMajorStrides == nil }

  /// The text that follows a key's colon.
  private static func value(_ key: String, _ text: String) -> Substring? {
    for quote in ["'", "\""] {
      let pattern = Array((quote + key + quote).utf8)
      let bytes = Array(text.utf8)
      guard bytes.count > pattern.count else { return nil }
      for start in 0...(bytes.count - pattern.count)
      where bytes[start..<(start + pattern.count)].elementsEqual(pattern) {
        let rest = String(decoding: bytes[(start + pattern.count)...], as: UTF8.self)
        guard let colon = rest.firstIndex(of: ":") else { return nil }
        return rest[rest.index(after: colon)...].drop { $0 == " " }
      }
    }
    return nil
  }

  /// Where the file's element goes in row-major order.
  func position(_ index: Int) -> Int {
    guard let rowMajorStrides else { return index }
    var remaining = index
    var position = 0
    // The first axis runs fastest in the file.
    for (size, stride) in zip(shape, rowMajorStrides) {
      position += remaining % size * stride
      remaining /= size
    }
    return position
  }

  /// One element as a float.
  func value(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Float {
    var bits: UInt64 = 0
    for index in 0..<size {
      let byte = bytes[offset + (isBigEndian ? index : size - 1 - index)]
      bits = bits << 8 | UInt64(byte)
    }
    switch (kind, size) {
    case ("f", 2): return halfPrecision(UInt16(truncatingIfNeeded: bits))
    case ("f", 4): return Float(bitPattern: UInt32(truncatingIfNeeded: bits))
    case ("f", _): return Float(Double(bitPattern: bits))
    case ("i", 1): return Float(Int8(truncatingIfNeeded: bits))
    case ("i", 2): return Float(Int16(truncatingIfNeeded: bits))
    case ("i", 4): return Float(Int32(truncatingIfNeeded: bits))
    case ("i", _): return Float(Int64(bitPattern: bits))
    default: return Float(bits)
    }
  }

  /// IEEE 754 binary16; spelled out because not every platform has a Float16.
  private func halfPrecision(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}
