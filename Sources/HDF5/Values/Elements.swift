/// Elements of one type as the file stores them, and what they mean.
struct Elements {
  /// `count` elements, one after the other.
  let bytes: Bytes
  let type: DatatypeMessage
  let count: Int
  let file: Superblock

  /// How to convert elements of a type to float32.
  static func numberFormat(_ type: DatatypeMessage, name: String?) throws(FormatError) -> NumberFormat {
    guard let format = NumberFormat(type.type, name: name), format.size == type.size else {
      throw FormatError("its elements are not numbers of a supported type: \(type.type)")
    }
    return format
  }

  /// The elements as strings, without what pads them.
  func strings() throws(FormatError) -> [String] {
    var strings: [String] = []
    var heap = GlobalHeap(file)
    strings.reserveCapacity(min(count, bytes.count))
    for index in 0..<count {
      let element = try bytes.part(index * type.size, type.size)
      switch type.type {
      case .variableString:
        strings.append(try heap.value(element).terminatedString)
      case .string(_, let padding):
        strings.append(try element.withBuffer { Elements.string($0, padding) })
      default:
        throw FormatError("its elements are not strings: \(type.type)")
      }
    }
    return strings
  }

  private static func string(_ bytes: UnsafeRawBufferPointer, _ padding: Datatype.Padding) -> String {
    let end =
      switch padding {
      case .nullTerminated: bytes.firstIndex(of: 0)
      case .null: bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
      case .space: bytes.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
      }
    return String(decoding: bytes.prefix(end ?? bytes.count), as: UTF8.self)
  }
}
