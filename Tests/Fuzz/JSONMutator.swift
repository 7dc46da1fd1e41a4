import JSON
import TestSupport

/// Changes JSON documents as documents, so that what comes of them is not refused for its commas.
struct JSONMutator {
  private var random: SplitMix64
  /// What takes the place of a value.
  private static let odd: [JSONValue] = [
    .null, .bool(true), .bool(false), .integer(0), .integer(-1), .integer(1), .integer(2), .integer(3),
    .integer(7),
    .integer(64), .integer(65_536), .integer(1 << 31), .integer(1 << 40), .integer(.max), .integer(.min),
    .real(-0.5), .real(0.5), .real(1e300), .real(1e-300), "", "relu", "valid", "same", "softmax",
    "channels_first",
    "channels_last", "float16", [], [.integer(0), .integer(0)], [.integer(1), .integer(1)],
    [.integer(.max), .integer(2)], [.null, .integer(3)],
    [[.integer(1), .integer(2)], [.integer(3), .integer(4)]],
    [:],
  ]

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// The document with one to four changes.
  /// - Parameter sometimes: one time in so many the bytes are changed instead.
  /// - Returns: nil: the bytes should be changed, or are not a document.
  mutating func mutated(_ input: UnsafeRawBufferPointer, sometimes: Int) -> [UInt8]? {
    guard below(sometimes) > 0, var document = try? JSONValue(input.bindMemory(to: UInt8.self)) else {
      return nil
    }
    let whole = document
    for _ in 0...below(4) { change(&document, of: whole) }
    return Array(document.text.utf8)
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

  /// Changes the value, or one within it.
  private mutating func change(_ value: inout JSONValue, of whole: JSONValue) {
    switch value {
    case .array(var elements) where !elements.isEmpty && below(12) > 0:
      let index = below(elements.count)
      switch below(16) {
      case 0: elements.remove(at: index)
      case 1: elements.append(elements[index])
      case 2: elements.swapAt(index, below(elements.count))
      default: change(&elements[index], of: whole)
      }
      value = .array(elements)
    case .object(var object) where !object.members.isEmpty && below(12) > 0:
      let index = below(object.members.count)
      switch below(24) {
      case 0: object.members.remove(at: index)
      case 1: object.members[index].name = text(in: whole) ?? ""
      default: change(&object.members[index].value, of: whole)
      }
      value = .object(object)
    case .integer(let integer) where below(2) > 0:
      value = .integer(integer &+ [-1, 1, integer][below(3)])
    case .string where below(2) > 0:
      value = .string(text(in: whole) ?? "")
    default:
      value = below(2) > 0 ? Self.odd[below(Self.odd.count)] : part(of: whole)
    }
  }

  /// A value from anywhere in the document.
  private mutating func part(of whole: JSONValue) -> JSONValue {
    var value = whole
    while below(6) > 0 {
      switch value {
      case .array(let elements) where !elements.isEmpty: value = elements[below(elements.count)]
      case .object(let object) where !object.members.isEmpty:
        value = object.members[below(object.members.count)].value
      default: return value
      }
    }
    return value
  }

  /// A text from anywhere in the document, be it a name.
  private mutating func text(in whole: JSONValue) -> String? {
    for _ in 0..<20 {
      switch part(of: whole) {
      case .string(let string): return string
      case .object(let object) where !object.members.isEmpty:
        if below(3) == 0 { return object.members[below(object.members.count)].name }
      default: break
      }
    }
    return nil
  }
}
