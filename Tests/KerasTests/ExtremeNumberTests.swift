import Foundation
import Inference
import JSON
import TestSupport
import Testing

@testable import Keras

/// Every number of every class of layer, once, in turn replaced by numbers that no model has: the model is refused or
/// runs, nothing overflows.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct ExtremeNumberTests {
  private static let integers: [JSONValue] = [0, -1, 1 << 31, Int.max, Int.min].map { .integer($0) }
  private static let reals: [JSONValue] = [.integer(0), .integer(Int.min), .real(1e308), .real(.nan), "NaN"]

  /// A number in a configuration.
  private struct Place: Hashable {
    /// The class of the layer and the keys within it, without positions in lists of layers.
    let meaning: [String]
    /// The way from the top: names of keys, and positions in lists.
    let way: [String]
    let isWhole: Bool
  }

  @Test func isRefusedOrRuns() throws {
    var seen: Set<[String]> = []
    var tried = 0
    for saved in try Self.smallModels() {
      let file = try ModelFile(path: saved.model, config: nil, workers: Workers(count: 1))
      var places: [Place] = []
      Self.list(file.configuration, [], [], &places)
      for place in places where seen.insert(place.meaning).inserted {
        for extreme in place.isWhole ? Self.integers : Self.reals {
          tried += 1
          let json = Self.replaced(file.configuration, place.way[...], by: extreme)
          saved.expectRefusedOrRun(json, file, limit: 1e5)
        }
      }
    }
    #expect(tried > 1000)
  }

  /// The cases whose file describes a model, smallest first: most classes are met in a model that is built at once.
  private static func smallModels() throws -> [KerasCase] {
    var models: [(size: Int, saved: KerasCase)] = []
    for name in KerasCase.names(refused: false) {
      let saved = try KerasCase(name)
      let size = try FileManager.default.attributesOfItem(atPath: saved.model)[.size] as? Int ?? 0
      if saved.config == nil, size < 1 << 17 { models.append((size, saved)) }
    }
    return models.sorted { $0.size < $1.size }.map(\.saved)
  }

  private static func list(_ json: JSONValue, _ meaning: [String], _ way: [String], _ places: inout [Place]) {
    switch json {
    case .integer: places.append(Place(meaning: meaning, way: way, isWhole: true))
    case .real: places.append(Place(meaning: meaning, way: way, isWhole: false))
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        let isLayer = element["class_name"] != nil
        list(element, isLayer ? meaning : meaning + ["\(index)"], way + ["\(index)"], &places)
      }
    case .object(let object):
      // What a layer is does not depend on where it is. Initialisers are not read, nor is how a layer was built.
      let className = object["class_name"]?.string
      for member in object.members
      where !["_initializer", "_regularizer", "_constraint"].contains(where: member.name.hasSuffix)
        && (member.name != "build_config" || className == "Sequential")
      {
        let base = className.map { [$0] } ?? meaning
        list(member.value, base + [member.name], way + [member.name], &places)
      }
    default: break
    }
  }

  /// The document with the value at a place replaced.
  private static func replaced(_ json: JSONValue, _ way: ArraySlice<String>, by value: JSONValue) -> JSONValue
  {
    guard let step = way.first else { return value }
    switch json {
    case .array(var elements):
      guard let index = Int(step) else { return json }
      elements[index] = replaced(elements[index], way.dropFirst(), by: value)
      return .array(elements)
    case .object(var object):
      for index in object.members.indices where object.members[index].name == step {
        object.members[index].value = replaced(object.members[index].value, way.dropFirst(), by: value)
      }
      return .object(object)
    default: return json
    }
  }
}
