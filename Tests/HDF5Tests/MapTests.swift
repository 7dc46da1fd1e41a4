import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HDF5

/// Files inside other files, and one file in the hands of several threads.
struct MapTests {
  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"), arguments: [0, 1, 4096, 4099, 70_001])
  func `a file inside another`(_ offset: Int) throws {
    let name = "model-latest"
    let inner = try Data(contentsOf: URL(fileURLWithPath: "\(FormatTests.folder)/files/\(name).h5"))
    let scratch = try Scratch()
    let path = scratch.path("archive")
    let around = Data(repeating: 0x89, count: offset)
    try (around + inner + around).write(to: URL(fileURLWithPath: path))
    let file = try HDF5File(path: path, offset: offset, length: inner.count)
    let expected = URL(fileURLWithPath: "\(FormatTests.folder)/expected/\(name).json")
    try Description(json: Data(contentsOf: expected)).check(file)
    // Values that are not aligned in memory are not lent, but copied.
    let kernel = try #require(try file.root.dataset("model_weights/conv_1/conv_1/kernel:0"))
    if offset % 4 != 0 { #expect(kernel.mappedFloats() == nil) }
    for (offset, length) in [(offset, inner.count * 3 + 1), (-1, 10), (.max, 1), (1, .max), (0, 0)] {
      #expect(throws: HDF5Error.self) { try HDF5File(path: path, offset: offset, length: length) }
    }
  }

  @Test(
    .enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"),
    arguments: ["filtered-heaps", "sparse-new", "model"])
  func `several threads read one file`(_ name: String) throws {
    let file = try HDF5File(path: "\(FormatTests.folder)/files/\(name).h5")
    let counts = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      var reader = WholeReader()
      do throws(HDF5Error) { try reader.read(file) } catch { reader.failures += 1 }
      counts.withLock { $0.append(reader.failures == 0 ? reader.objects : -1) }
    }
    let first = try #require(counts.withLock { $0.first })
    #expect(first > 1)
    #expect(counts.withLock { $0 } == Array(repeating: first, count: 8))
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"))
  func `the map outlives the file's name and its first owner`() throws {
    func dataset() throws -> HDF5Dataset {
      try #require(
        try HDF5File(path: "\(FormatTests.folder)/files/model.h5").root.dataset(
          "model_weights/conv_1/conv_1/kernel:0"))
    }
    let kernel = try dataset()
    let mapped = try #require(kernel.mappedFloats())
    #expect(mapped.count == 3 * 3 * 8 * 16)
    #expect(withExtendedLifetime(kernel) { mapped.allSatisfy { $0.magnitude < 10 } })
  }
}
