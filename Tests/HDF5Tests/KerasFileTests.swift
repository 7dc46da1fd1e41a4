import Foundation
import HDF5
import TestSupport
import Testing

/// Files that Keras itself wrote, read as h5py reads them.
struct KerasFileTests {
  static let folder = Fixtures.root + "/.build-data/models"
  static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  @Test(
    .enabled(if: !files.isEmpty, "the demo data is not there: run scripts/fetch-data"), arguments: files)
  func `everything is read as h5py reads it`(_ name: String) throws {
    let path = "\(KerasFileTests.folder)/\(name)"
    try Description(of: path).check(HDF5File(path: path))
  }

  @Test(
    .enabled(if: !files.isEmpty, "the demo data is not there: run scripts/fetch-data"), arguments: files)
  func `all weights are used from the map`(_ name: String) throws {
    func visit(_ group: HDF5Group) throws {
      for name in try group.names() {
        switch try group.child(name) {
        case .group(let group): try visit(group)
        case .dataset(let dataset):
          if case .float = dataset.type { #expect(dataset.mappedFloats()?.count == dataset.count) }
        default: Issue.record("\(group.path)/\(name)")
        }
      }
    }
    try visit(HDF5File(path: "\(KerasFileTests.folder)/\(name)").root)
  }
}
