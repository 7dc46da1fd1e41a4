import Foundation
import HDF5
import TestSupport
import Testing

/// What is not read is refused with a reason, and does no harm to what lies beside it.
struct RefusalTests {
  private func file(_ name: String) throws -> HDF5File {
    try HDF5File(path: "\(FormatTests.folder)/refused/\(name).h5")
  }

  private func failure(_ work: () throws -> Void) -> String {
    do {
      try work()
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  private func read(_ dataset: HDF5Dataset?) throws {
    let dataset = try #require(dataset)
    let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: dataset.count)
    defer { floats.deallocate() }
    floats.initialize(repeating: 0)
    try dataset.readFloats(into: floats)
  }

  @Test(
    .enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"),
    arguments: [
      ("filters", "szip", "the filter szip, which is not supported: convert it with h5repack -f NONE"),
      ("filters", "blosc", "the filter blosc, which is not supported: load the model in Python after"),
      ("filters", "nobody's", "the unknown filter 31999"),
      ("far-larger-chunks", "columns", "its chunks are far larger than its 48 bytes"),
      ("elsewhere", "external", "its values lie in other files"),
      ("elsewhere", "virtual", "it is a virtual dataset"),
    ])
  func `values that cannot be read`(_ name: String, _ dataset: String, _ reason: String) throws {
    let root = try file(name).root
    let message = failure { try read(root.dataset(dataset)) }
    #expect(message.contains(reason) && message.contains("/\(dataset)"), "\(message)")
    try read(root.dataset("readable"))
  }

  @Test(
    .enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"),
    arguments: [
      ("17/16", "more than 16 soft links"), ("a", "more than 16 soft links"),
      ("external", "a link to /target in another file, other.h5"),
    ])
  func `links that are not followed`(_ link: String, _ reason: String) throws {
    let root = try file("soft-links").root
    let message = failure { _ = try root.child(link) }
    #expect(message.contains(reason), "\(message)")
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"), arguments: ["chunks-old", "chunks-new"])
  func `a value that its checksum does not fit`(_ name: String) throws {
    let scratch = try Scratch()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(FormatTests.folder)/files/\(name).h5"))
    let path = "kernel/fletcher32/fixed"
    func floats() throws -> [Float] {
      let dataset = try #require(
        try HDF5File(path: scratch.path("damaged.h5")).root.dataset(path))
      return try [Float](unsafeUninitializedCapacity: dataset.count) { buffer, count in
        buffer.initialize(repeating: .nan)
        try dataset.readFloats(into: UnsafeMutableBufferPointer(rebasing: buffer[..<dataset.count]))
        count = dataset.count
      }
    }
    try bytes.write(to: URL(fileURLWithPath: scratch.path("damaged.h5")))
    // The beginning of a chunk, as it is stored.
    let start = try floats().prefix(8).withUnsafeBytes { Data($0) }
    // Other datasets hold the same.
    var place = bytes.startIndex
    while let found = bytes.range(of: start, in: place..<bytes.endIndex) {
      bytes[found.lowerBound + 5] ^= 1
      place = found.upperBound
    }
    try #require(place > bytes.startIndex)
    try bytes.write(to: URL(fileURLWithPath: scratch.path("damaged.h5")))
    let message = failure { _ = try floats() }
    #expect(message.contains("/\(path)") && message.contains("checksum"), "\(message)")
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"))
  func `soft links with many names`() throws {
    let root = try file("long-soft-links").root
    #expect(try root.dataset("1000 names")?.count == 3)
    for name in ["1030 names", "50000 names"] {
      let message = failure { _ = try root.child(name) }
      #expect(message.contains("has more than 1024 names"), "\(message)")
    }
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"))
  func `a file whose groups are in an image of the writer's cache`() {
    let message = failure { _ = try file("cache-image") }
    #expect(message.contains("a metadata cache image"), "\(message)")
  }

  /// The bytes behind what the dataset needs are not there: decompressing the whole chunk would fail.
  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"))
  func `no more of a chunk is decompressed than is needed`() throws {
    let dataset = try #require(try file("far-larger-chunks").root.dataset("cut"))
    var values: [Float] = [0, 0]
    try values.withUnsafeMutableBufferPointer { buffer in try dataset.readFloats(into: buffer) }
    #expect(values == [1.5, -2.5])
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"))
  func `a file that its writer did not close`() {
    let message = failure { _ = try file("unclosed") }
    #expect(message.contains("did not close it"), "\(message)")
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"))
  func `a truncated file`() throws {
    let scratch = try Scratch()
    for name in ["small-old", "small-new"] {
      let whole = try Data(contentsOf: URL(fileURLWithPath: "\(FormatTests.folder)/files/\(name).h5"))
      for length in [whole.count - 1, whole.count / 2, 600, 100, 20, 0] {
        try whole.prefix(length).write(to: URL(fileURLWithPath: scratch.path("cut.h5")))
        let message = failure { _ = try HDF5File(path: scratch.path("cut.h5")) }
        let reason = length == 0 ? "it is empty" : length < 60 ? "the end" : "truncated"
        #expect(length < 100 || message.contains(reason), "\(length): \(message)")
        #expect(message.contains("cut.h5: "), "\(length): \(message)")
      }
    }
  }

  @Test func `a file that is not HDF5`() throws {
    let scratch = try Scratch()
    try Data("PK".utf8).write(to: URL(fileURLWithPath: scratch.path("a.h5")))
    for (path, reason) in [
      (scratch.path("a.h5"), "not an HDF5 file"), (scratch.path("none.h5"), "No such file"),
      (scratch.directory, "not a file"),
    ] {
      let message = failure { _ = try HDF5File(path: path) }
      #expect(message.contains(reason), "\(message)")
    }
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"))
  func `a wrong question`() throws {
    let root = try HDF5File(path: "\(FormatTests.folder)/files/small-old.h5").root
    let data = try #require(try root.dataset("group/data"))
    let few = UnsafeMutableBufferPointer<Float>.allocate(capacity: 5)
    defer { few.deallocate() }
    #expect(failure { try data.readFloats(into: few) }.contains("5 values are asked for, it has 6"))
    #expect(failure { _ = try data.readStrings() }.contains("not strings"))
    let names = try #require(try root.dataset("group/names"))
    #expect(failure { try read(names) }.contains("not numbers"))
    let text = try #require(try root.attribute("text"))
    #expect(failure { _ = try text.floats() }.contains("/@text: its elements are not numbers"))
    #expect(try root.group("group/data").map(\.path) == nil)
    #expect(try root.dataset("group").map(\.path) == nil)
    #expect(try root.child("group/data/further").map { _ in true } == nil)
  }
}
