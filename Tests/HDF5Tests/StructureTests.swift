import CZlib
import Testing

@testable import HDF5

/// Structures that no library writes any more, or whose lies no checksum uncovers, byte by byte as the
/// specification gives them.
struct StructureTests {
  private func bytes(_ parts: [UInt8]...) throws -> Bytes {
    let all = parts.flatMap { $0 }
    return try Bytes(count: all.count) { $0.copyBytes(from: all) }
  }

  private func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func space(_ bytes: Bytes) -> AddressSpace {
    AddressSpace(bytes: bytes, addressSize: 8, lengthSize: 8)
  }

  @Test func `the published values of lookup3`() {
    #expect(Lookup3.hash("") == 0xDEAD_BEEF)
    #expect(Lookup3.hash("Four score and seven years ago") == 0x1777_0551)
  }

  @Test(arguments: [1, 2]) func `data layouts of versions 1 and 2`(_ version: UInt8) throws {
    let contiguous = try bytes([version, 2, 1, 0, 0, 0, 0, 0], little(96, 8), little(3, 4), little(4, 4))
    guard case .contiguous(address: 96, size: nil) = try DataLayout(contiguous, space(contiguous)) else {
      Issue.record("not contiguous")
      return
    }
    let chunked = try bytes(
      [version, 3, 2, 0, 0, 0, 0, 0], little(96, 8), little(3, 4), little(5, 4), little(4, 4))
    guard case .chunked(let layout) = try DataLayout(chunked, space(chunked)),
      case .bTreeV1(address: 96) = layout.index
    else {
      Issue.record("not chunked")
      return
    }
    #expect(layout.chunkShape == [3, 5])
    #expect(layout.chunkSize == 60)
    let compact = try bytes([version, 1, 0, 0, 0, 0, 0, 0], little(2, 4), little(2, 4), [7, 8])
    guard case .compact(let data) = try DataLayout(compact, space(compact)) else {
      Issue.record("not compact")
      return
    }
    #expect(try data.withBuffer { Array($0) } == [7, 8])
  }

  @Test func `a dataspace cannot be larger than all memory`() throws {
    let huge = try bytes([1, 2, 0, 0, 0, 0, 0, 0], little(1 << 40, 8), little(1 << 40, 8))
    #expect(throws: FormatError.self) { try Dataspace(huge, space(huge)) }
    // Also where another axis has no element.
    let empty = try bytes([1, 3, 0, 0, 0, 0, 0, 0], little(1 << 40, 8), little(1 << 40, 8), little(0, 8))
    #expect(throws: FormatError.self) { try Dataspace(empty, space(empty)) }
  }

  @Test func `an object header that goes round in circles`() throws {
    // Version 1, one message: a continuation that leads to the same message.
    let header = try bytes(
      [1, 0], little(1, 2), little(1, 4), little(24, 4), little(0, 4), little(0x10, 2), little(16, 2),
      little(0, 4), little(16, 8), little(24, 8))
    #expect(throws: FormatError.self) { try ObjectHeader(space(header), at: 0) }
  }

  @Test func `a B-tree whose nodes contain one another`() throws {
    let node = try bytes(
      Array("TREE".utf8), [0, 1], little(1, 2), little(-1, 8), little(-1, 8), little(0, 8), little(0, 8),
      little(0, 8))
    var budget = space(node).budget
    #expect(throws: FormatError.self) {
      try BTreeV1.forEachChild(space(node), at: 0, .group, &budget) { _, _, _ in }
    }
  }

  @Test func `endlessly nested types`() throws {
    // A sequence of sequences of ...
    let type = try bytes(Array(repeating: [0x19, 0, 0, 0] + little(16, 4), count: 1000).flatMap { $0 })
    #expect(throws: FormatError.self) { try DatatypeMessage(type, space(type)) }
  }

  @Test func `a stream that inflates beyond its limit`() throws {
    let zeros = try bytes([0x78, 0x9C], deflatedZeros, [0x08, 0x11, 0, 1])
    #expect(
      try Inflater.inflate(zeros, .whole(limit: 2065)).withBuffer { Array($0) }
        == Array(repeating: 0, count: 2065))
    for limit in [0, 1000, 2064] {
      do throws(FormatError) {
        _ = try Inflater.inflate(zeros, .whole(limit: limit))
        Issue.record("accepted")
      } catch {
        #expect(error.reason.contains("longer than it may be"))
      }
    }
  }

  @Test func `parts of a stream`() throws {
    let numbers = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7 ^ $0) }
    var size = compressBound(UInt(numbers.count))
    var deflated = [UInt8](repeating: 0, count: Int(size))
    #expect(compress(&deflated, &size, numbers, UInt(numbers.count)) == Z_OK)
    let stream = try bytes(Array(deflated[..<Int(size)]))
    for (count, length, stride) in [
      (1, 1, 1), (1, 200_000, 200_000), (4, 3, 50_000), (3, 65_536, 65_537), (5, 40_000, 40_000),
    ] {
      let expected = (0..<count).flatMap { numbers[($0 * stride)..<($0 * stride + length)] }
      let part = try Inflater.inflate(stream, .runs(count: count, length: length, stride: stride))
      #expect(try part.withBuffer { Array($0) } == expected)
    }
    #expect(throws: FormatError.self) { try Inflater.inflate(stream, .start(200_001)) }
  }

  /// A deflate stream of 1 + 258 * 8 zero bytes with fixed codes: a literal, eight longest matches, the end.
  private let deflatedZeros: [UInt8] = {
    var bits: [UInt8] = [1, 1, 0]
    func code(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).reversed().map { UInt8(value >> $0 & 1) } }
    bits += code(0x30, 8)
    for _ in 0..<8 { bits += code(0xC5, 8) + code(0, 5) }
    bits += code(0, 7)
    while bits.count % 8 != 0 { bits.append(0) }
    return stride(from: 0, to: bits.count, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { $0 | bits[start + $1] << UInt8($1) }
    }
  }()

  @Test func `numbers of unusual forms`() {
    func convert(_ type: Datatype, _ bytes: [UInt8], name: String? = nil) -> Float? {
      guard let format = NumberFormat(type, name: name) else { return nil }
      var value = Float.nan
      bytes.withUnsafeBytes { bytes in
        withUnsafeMutablePointer(to: &value) {
          format.convert(bytes, into: UnsafeMutableBufferPointer(start: $0, count: 1))
        }
      }
      return value
    }
    #expect(convert(.integer(size: 3, isSigned: true, order: .little), [0xFF, 0xFF, 0xFF]) == -1)
    #expect(convert(.integer(size: 3, isSigned: false, order: .big), [1, 0, 2]) == 65538)
    #expect(
      convert(.integer(size: 8, isSigned: false, order: .little), [UInt8](repeating: 255, count: 8)) == 0x1p64
    )
    #expect(convert(.opaque(size: 2, tag: ""), [0x80, 0x3F], name: "bfloat16") == 1)
    #expect(convert(.opaque(size: 2, tag: ""), [0x80, 0x3F], name: "float8") == nil)
    #expect(convert(.opaque(size: 1, tag: ""), [0x80]) == nil)
    // A sign above an exponent and a fraction that begins at bit 0: all 64 bits are in use.
    var biased = Datatype.FloatFormat.ieee(size: 8, order: .big)
    biased.exponentBias = 1000
    #expect(convert(.float(biased), [0xBE, 0x88, 0, 0, 0, 0, 0, 0]) == -1.5)
    #expect(
      convert(.partialInteger(size: 2, isSigned: true, order: .big, bits: 3..<8), [0xFF, 0x8F]) == -15)
    #expect(
      convert(.partialInteger(size: 2, isSigned: false, order: .little, bits: 3..<8), [0x8F, 0xFF]) == 17)
    let e5m2 = Datatype.FloatFormat(
      size: 1, order: .little, signBit: 7, exponentBit: 2, exponentBits: 5, fractionBit: 0, fractionBits: 2,
      exponentBias: 15)
    #expect(convert(.float(e5m2), [0x3C]) == 1)
    #expect(convert(.float(e5m2), [0x81]) == -0x1p-16)
    #expect(convert(.float(e5m2), [0x7C]) == .infinity)
    #expect(convert(.float(e5m2), [0x7F])?.isNaN == true)
    #expect(convert(.float(.ieee(size: 2, order: .big)), [0x7C, 0x01])?.isNaN == true)
  }
}
