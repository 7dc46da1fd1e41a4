/// Converts stored numbers to float32, each to the nearest.
enum NumberFormat: Sendable {
  case float32
  /// In some bits of `size` bytes, counted from the least significant one.
  case integer(size: Int, isSigned: Bool, isBigEndian: Bool, bits: Range<Int>)
  /// The upper half of a float32.
  case bfloat16(isBigEndian: Bool)
  case ieee(size: Int, isBigEndian: Bool)
  case float(Datatype.FloatFormat)

  /// nil: the type is not a number.
  /// - Parameter name: the name of the numpy type that the values had; says what opaque bytes are.
  init?(_ type: Datatype, name: String?) {
    switch type {
    case .integer(let size, let isSigned, let order):
      self = .integer(size: size, isSigned: isSigned, isBigEndian: order == .big, bits: 0..<(8 * size))
    case .partialInteger(let size, let isSigned, let order, let bits):
      self = .integer(size: size, isSigned: isSigned, isBigEndian: order == .big, bits: bits)
    case .enumeration(let base, _):
      self.init(base, name: nil)
    case .float(let format):
      let isBigEndian = format.order == .big
      switch format {
      case .ieee(size: 4, order: .little): self = .float32
      case .ieee(size: format.size, order: format.order):
        self = .ieee(size: format.size, isBigEndian: isBigEndian)
      case .bfloat16(order: format.order): self = .bfloat16(isBigEndian: isBigEndian)
      default: self = .float(format)
      }
    case .opaque(size: 2, _) where name == nil || name == "bfloat16":
      self = .bfloat16(isBigEndian: false)
    default:
      return nil
    }
  }

  /// - Parameters:
  ///   - bytes: elements of this format, one after the other.
  ///   - output: as many values as there are elements.
  func convert(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .float32:
      UnsafeMutableRawBufferPointer(output).copyMemory(from: bytes)
    case .bfloat16(let isBigEndian):
      for index in output.indices {
        let bits = load(bytes, index, as: UInt16.self, isBigEndian)
        output[index] = Float(bitPattern: UInt32(bits) << 16)
      }
    case .ieee(size: 2, let isBigEndian):
      for index in output.indices {
        output[index] = Float(half: load(bytes, index, as: UInt16.self, isBigEndian))
      }
    case .ieee(size: 4, let isBigEndian):
      for index in output.indices {
        output[index] = Float(bitPattern: load(bytes, index, as: UInt32.self, isBigEndian))
      }
    case .ieee(_, let isBigEndian):
      for index in output.indices {
        output[index] = Float(Double(bitPattern: load(bytes, index, as: UInt64.self, isBigEndian)))
      }
    case .integer(let size, let isSigned, let isBigEndian, let bits):
      for index in output.indices {
        // The highest bit, which may be the sign, comes first.
        let value = number(bytes, index, size: size, isBigEndian) << (64 - bits.upperBound)
        let unused = 64 - bits.count
        output[index] = isSigned ? Float(Int64(bitPattern: value) >> unused) : Float(value >> unused)
      }
    case .float(let format):
      for index in output.indices {
        let bits = number(bytes, index, size: format.size, format.order == .big)
        output[index] = Float(format.value(bits))
      }
    }
  }

  /// How many bytes an element takes.
  var size: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .ieee(let size, _), .integer(let size, _, _, _): size
    case .float(let format): format.size
    }
  }

  @inline(__always)
  private func load<Bits: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ index: Int, as type: Bits.Type, _ isBigEndian: Bool
  ) -> Bits {
    let bits = bytes.loadUnaligned(fromByteOffset: index * (Bits.bitWidth / 8), as: type)
    return isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
  }

  /// A number of up to 8 bytes.
  private func number(_ bytes: UnsafeRawBufferPointer, _ index: Int, size: Int, _ isBigEndian: Bool) -> UInt64
  {
    var bits: UInt64 = 0
    for byte in 0..<size {
      bits = bits << 8 | UInt64(bytes[index * size + (isBigEndian ? byte : size - 1 - byte)])
    }
    return bits
  }
}

extension Float {
  /// IEEE 754 binary16; spelled out because not every platform has a Float16.
  fileprivate init(half bits: UInt16) {
    let magnitude = UInt32(bits & 0x7FFF) << 13
    let isFinite = bits & 0x7C00 != 0x7C00
    // The exponent's bias is 112 less; infinity and NaN have all its bits set in both.
    let value = isFinite ? Float(bitPattern: magnitude) * 0x1p112 : Float(bitPattern: magnitude | 0x7F80_0000)
    self = bits & 0x8000 == 0 ? value : -value
  }
}

extension Datatype.FloatFormat {
  /// IEEE 754 binary16, binary32 or binary64.
  static func ieee(size: Int, order: Datatype.ByteOrder) -> Self {
    let exponentBits = [2: 5, 4: 8, 8: 11][size] ?? 0
    let fractionBits = 8 * size - 1 - exponentBits
    return Self(
      size: size, order: order, signBit: 8 * size - 1, exponentBit: fractionBits, exponentBits: exponentBits,
      fractionBit: 0, fractionBits: fractionBits, exponentBias: 1 << max(0, exponentBits - 1) - 1)
  }

  static func bfloat16(order: Datatype.ByteOrder) -> Self {
    Self(
      size: 2, order: order, signBit: 15, exponentBit: 7, exponentBits: 8, fractionBit: 0, fractionBits: 7,
      exponentBias: 127)
  }

  /// The value of a number's bits. An exponent of only ones means infinity or not a number.
  func value(_ bits: UInt64) -> Double {
    let exponentLimit = 1 << exponentBits - 1
    // Above a part lie others, up to bit 63: what is left after the mask fits into an Int.
    func part(_ start: Int, _ count: Int) -> Int { Int(bits >> UInt64(start) & (1 << UInt64(count) - 1)) }
    let exponent = part(exponentBit, exponentBits)
    let fraction = part(fractionBit, fractionBits)
    let sign: FloatingPointSign = part(signBit, 1) == 0 ? .plus : .minus
    let magnitude: Double
    if exponent == exponentLimit {
      magnitude = fraction == 0 ? .infinity : .nan
    } else {
      let significand = Double(exponent == 0 ? fraction : fraction | 1 << fractionBits)
      magnitude = Double(
        sign: .plus, exponent: max(exponent, 1) - exponentBias - fractionBits, significand: significand)
    }
    return sign == .plus ? magnitude : -magnitude
  }
}

/// Allows `case .ieee(size: 4, order: .little):` in a switch over formats.
private func ~= (pattern: Datatype.FloatFormat, value: Datatype.FloatFormat) -> Bool { pattern == value }
