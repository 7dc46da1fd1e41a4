import Foundation
import Inference
import JSON
import TestSupport
import Testing

@testable import Keras

/// Models with seeded random damage are either refused or run: nothing crashes, and nothing runs forever.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct DamageTests {
  /// Models of many kinds of layers, in both formats of calls.
  static let models = [
    "nested-h5", "shared-h5", "merging-h5", "reshaping-h5", "pooling-h5", "activations-h5", "scaling-h5",
    "channels_first_model-h5", "depthwise-h5", "conv2d_transpose-h5", "keras224_nested",
    "keras205_sequential",
  ].filter { FileManager.default.fileExists(atPath: Fixtures.directory("Keras") + "/" + $0) }

  /// What takes the place of a value.
  static let odd = try? JSONValue(
    text: """
      [null, true, 0, -1, 1, 2, 7, 1048576, 2147483648, 1099511627776, 9223372036854775807,
       -9223372036854775808, NaN, Infinity, -0.5, 1e300, "", "relu", "valid", "softmax", "channels_first", [],
       [0, 0, 0], [-9223372036854775808, 9223372036854775807], [null, 3], [[1, 2], [3, 4]], {},
       {"class_name": "Conv2D"}, {"class_name": "__tuple__", "items": [1, 2]}]
      """
  ).array

  @Test(arguments: models) func survivesConfiguration(_ name: String) throws {
    let saved = try KerasCase(name)
    let file = try ModelFile(path: saved.model, config: nil, workers: Workers(count: 1))
    var random = Random(seed: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
    for _ in 0..<150 {
      var json = file.configuration
      for _ in 0...random.below(3) { json = Self.damaged(json, &random) }
      saved.expectRefusedOrRun(json, file, limit: 1e6)
    }
  }

  @Test(arguments: ["nested-h5", "keras205_sequential", "sequential-keras"])
  func survivesBytes(_ name: String) throws {
    let saved = try KerasCase(name)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: saved.model))
    let copy = NSTemporaryDirectory() + "damaged-\(ProcessInfo.processInfo.processIdentifier)-" + name
    defer { try? FileManager.default.removeItem(atPath: copy) }
    var random = Random(seed: 11)
    let workers = Workers(count: 2)
    for round in 0..<150 {
      var damaged = bytes
      if round % 3 == 0 {
        damaged = damaged.prefix(random.below(bytes.count))
      } else {
        // Most of what can be hurt lies in the first part; the rest is weights.
        for _ in 0...random.below(8) {
          let place = random.below(round % 3 == 1 ? min(bytes.count, 4096) : bytes.count)
          damaged[place] = [0, 0xFF, 0x7F, 0x80, UInt8(truncatingIfNeeded: random.next())][random.below(5)]
        }
      }
      try damaged.write(to: URL(fileURLWithPath: copy))
      do throws(KerasError) {
        try KerasModel(path: copy, workers: workers).graph.runIfSmall(limit: 1e6)
      } catch {
        #expect(error.description.hasPrefix(copy))
      }
    }
  }

  /// The document with one value, anywhere in it, replaced.
  private static func damaged(_ json: JSONValue, _ random: inout Random) -> JSONValue {
    switch json {
    case .array(let elements) where !elements.isEmpty && random.below(20) > 0:
      var elements = elements
      let index = random.below(elements.count)
      elements[index] = damaged(elements[index], &random)
      return .array(elements)
    case .object(let object) where !object.members.isEmpty && random.below(20) > 0:
      var object = object
      let index = random.below(object.members.count)
      if random.below(30) == 0 {
        object.members.remove(at: index)
      } else {
        object.members[index].value = damaged(object.members[index].value, &random)
      }
      return .object(object)
    default: return odd?[random.below(odd?.count ?? 0)] ?? .null
    }
  }
}

/// xorshift64: seeded, so that a failure can be repeated.
struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ limit: Int) -> Int { limit < 1 ? 0 : Int(next() % UInt64(limit)) }
}
