import Foundation
import HDF5
import TestSupport
import Testing

/// Files of all kinds that the format knows, read as h5py reads them.
struct FormatTests {
  static let folder = Fixtures.directory("HDF5")
  static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/files")) ?? [])
    .sorted()

  /// A test without arguments would pass.
  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"))
  func `there are files`() { #expect(Self.files.count > 70) }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"), arguments: files)
  func `everything is read as h5py reads it`(_ name: String) throws {
    let expected = "\(FormatTests.folder)/expected/\(name.dropLast(3)).json"
    try Description(json: Data(contentsOf: URL(fileURLWithPath: expected)))
      .check(HDF5File(path: "\(FormatTests.folder)/files/\(name)"))
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"), arguments: files)
  func `a file that is still arriving is read as if it were whole`(_ name: String) throws {
    let expected = "\(FormatTests.folder)/expected/\(name.dropLast(3)).json"
    let description = try Description(json: Data(contentsOf: URL(fileURLWithPath: expected)))
    // Zeros mean something: the end of a name, no chunk.
    let copy = try ArrivingCopy(of: "\(FormatTests.folder)/files/\(name)", poison: nil)
    try description.check(HDF5File(path: copy.path, arrival: copy))
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"), arguments: files)
  func `what does not arrive is never read as something else`(_ name: String) throws {
    let path = "\(FormatTests.folder)/files/\(name)"
    for limit in [0, 3, 7] {
      let copy = try ArrivingCopy(of: path, poison: nil, limit: limit)
      var errors: [HDF5Error] = []
      do throws(HDF5Error) {
        Self.visit(try HDF5File(path: copy.path, arrival: copy).root, depth: 0, &errors)
      } catch {
        errors.append(error)
      }
      #expect(errors.contains { $0.reason.contains("the line is cut") } == (copy.waitCount > limit))
    }
  }

  /// Reads all that can be read.
  private static func visit(_ group: HDF5Group, depth: Int, _ errors: inout [HDF5Error]) {
    func noting<Result>(_ work: () throws(HDF5Error) -> Result) -> Result? {
      do throws(HDF5Error) { return try work() } catch {
        errors.append(error)
        return nil
      }
    }
    for name in noting({ () throws(HDF5Error) in try group.attributeNames() }) ?? [] {
      _ = noting { () throws(HDF5Error) in try group.attribute(name)?.bytes() }
    }
    for name in noting({ () throws(HDF5Error) in try group.names() }) ?? [] where depth < 4 {
      switch noting({ () throws(HDF5Error) in try group.child(name) }) ?? nil {
      case .group(let group): visit(group, depth: depth + 1, &errors)
      case .dataset(let dataset):
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: dataset.count)
        defer { floats.deallocate() }
        floats.initialize(repeating: 0)
        _ = noting { () throws(HDF5Error) in try dataset.readFloats(into: floats) }
      default: break
      }
    }
  }
}
