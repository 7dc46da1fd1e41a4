import Foundation
import HDF5
import TestSupport
import Testing

/// Files of all kinds that the format knows, read as h5py reads them.
struct FormatTests {
  static let folder = Fixtures.directory("HDF5")
  static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/files")) ?? [])
    .sorted()

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"), arguments: files)
  func `everything is read as h5py reads it`(_ name: String) throws {
    let expected = "\(FormatTests.folder)/expected/\(name.dropLast(3)).json"
    try Description(json: Data(contentsOf: URL(fileURLWithPath: expected)))
      .check(HDF5File(path: "\(FormatTests.folder)/files/\(name)"))
  }
}
