/// What Python's `marshal` keeps: constants, and the code that uses them.
indirect enum MarshalValue: Equatable {
  case none, ellipsis
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  /// Bytes; the strings of Python 2.
  case bytes([UInt8])
  case tuple([MarshalValue])
  case slice([MarshalValue])
  case code(PythonCode)
  /// Something that no function here can use, by its name.
  case other(String)

  /// A string of either Python; nil: it is none.
  var text: String? {
    switch self {
    case .string(let text): text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }

  /// Strings; nil: something else is among them.
  var texts: [String]? {
    guard case .tuple(let elements) = self else { return nil }
    let texts = elements.compactMap(\.text)
    return texts.count == elements.count ? texts : nil
  }
}
