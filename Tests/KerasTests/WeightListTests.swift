import Foundation
import TestSupport
import Testing

@testable import Keras

/// A file of weights is listed as h5py finds it.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct WeightListTests {
  @Test func isWhatTheFileHolds() throws {
    let saved = try KerasCase("refused_archive_weights_only")
    let list = try #require(try WeightList(path: saved.model))
    let found = try String(contentsOfFile: saved.folder + "/found.txt", encoding: .utf8)
    let lines = list.layers.map { ([$0.name] + $0.shapes.map(\.text)).joined(separator: " ") }
    #expect(lines == found.split(separator: "\n").map { String($0) })
  }

  /// A model's file is not a file of weights only, and neither is an archive or a folder.
  @Test(arguments: ["double_attribute", "keras215_windows", "unpacked"])
  func isOfWeightsOnly(_ name: String) throws {
    #expect(try WeightList(path: KerasCase(name).model).map(\.layers.count) == nil)
  }
}
