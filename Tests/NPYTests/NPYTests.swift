import Inference
import TestSupport
import Testing

import class Foundation.FileManager
import func Foundation.NSTemporaryDirectory
import class Foundation.ProcessInfo

@testable import NPY

/// Arrays that numpy wrote, and what is said about broken ones.
struct NPYTests {
  private static let folder = Fixtures.directory("Inference") + "/npy"

  @Test(
    "every number type, byte order and layout is read",
    .enabled(if: Fixtures.exist("Inference"), "\(Fixtures.hint)"),
    arguments: [
      "le_f2", "le_f4", "le_f8", "be_f4", "be_f8", "i1", "le_i2", "be_i4", "le_i8", "fortran", "version2",
    ])
  func types(_ name: String) throws {
    let expected = try NPY.read(path: NPYTests.folder + "/expected.npy")
    let actual = try NPY.read(path: "\(NPYTests.folder)/\(name).npy")
    #expect(actual.shape == [3, 4, 5])
    // Whole numbers have no -0.
    #expect(
      difference((actual.shape, actual.values), (expected.shape, expected.values), within: .absolute(0))
        == nil)
  }

  @Test("a scalar", .enabled(if: Fixtures.exist("Inference"), "\(Fixtures.hint)"))
  func scalar() throws {
    let scalar = try NPY.read(path: NPYTests.folder + "/scalar.npy")
    #expect(scalar.shape.isEmpty)
    #expect(Array(scalar.values) == [3.5])
  }

  @Test("what is written is read again")
  func roundTrip() throws {
    let path = NSTemporaryDirectory() + "thimble-\(ProcessInfo.processInfo.processIdentifier).npy"
    defer { try? FileManager.default.removeItem(atPath: path) }
    for shape in [[], [3], [2, 3], [1, 1, 7]] {
      let tensor = Tensor(shape: shape, (0..<shape.reduce(1, *)).map { Float($0) * 0.1 })
      try NPY.write(tensor, path: path)
      let actual = try NPY.read(path: path)
      #expect(difference((actual.shape, actual.values), (tensor.shape, tensor.values), within: .exact) == nil)
    }
    #expect(!FileManager.default.fileExists(atPath: path + ".part"))
  }

  @Test("what is written is what numpy writes", .enabled(if: Fixtures.exist("Inference"), "\(Fixtures.hint)"))
  func sameBytes() throws {
    let path = NSTemporaryDirectory() + "thimble-same-\(ProcessInfo.processInfo.processIdentifier).npy"
    defer { try? FileManager.default.removeItem(atPath: path) }
    for name in ["expected", "scalar"] {
      let original = "\(NPYTests.folder)/\(name).npy"
      try NPY.write(try NPY.read(path: original), path: path)
      #expect(FileManager.default.contentsEqual(atPath: path, andPath: original))
    }
  }

  @Test("broken files are refused, whatever is broken")
  func broken() throws {
    func header(_ text: String, data: Int = 0) -> [UInt8] {
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count & 255), UInt8(text.utf8.count >> 8)]
        + Array(text.utf8) + Array(repeating: 0, count: data)
    }
    let cases: [([UInt8], String)] = [
      ([], "not an .npy"), (Array("PK".utf8), "not an .npy"),
      ([0x93] + Array("NUMPY".utf8) + [1, 0, 255, 255, 0, 0], "cut off"),
      (header("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", data: 8), "not a number"),
      (header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", data: 8), "simple"),
      (header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", data: 4), "too short"),
      (header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", data: 4), "size -2"),
      (
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 99999999), }", data: 4),
        "too short"
      ),
      (header("{'descr': '<f4', 'shape': (1,), }", data: 4), "fortran_order"),
      (header("{'descr': '<f4', 'fortran_order': False}", data: 4), "no shape"),
      (header("", data: 4), "type"),
    ]
    for (bytes, expected) in cases {
      do throws(NPYFormatError) {
        _ = try NPY.decode(NPYContents(bytes))
        Issue.record("accepted, not: \(expected)")
      } catch {
        #expect(error.reason.contains(expected), "\(error.reason)")
      }
    }
    #expect(throws: NPYError.self) { try NPY.read(path: "/nowhere/at/all.npy") }
    #expect(throws: NPYError.self) { try NPY.read(path: "/") }
  }
}
