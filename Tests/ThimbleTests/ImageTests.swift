import Foundation
import TestSupport
import Testing

/// `thimble image` against Pillow: scripts/fixtures/Imaging.py had Keras and Pillow load the same files.
@Suite(.enabled(if: Fixtures.exist("Imaging"), "\(Fixtures.hint)"))
struct ImageTests {
  private struct Case: Decodable {
    var kind, file: String
    /// Where the expected bytes are.
    var at, count: Int
    /// Height, width.
    var size: [Int]?
    var filter, color, fit, preprocess: String?
    var scale, offset: [Float]?
  }

  private let folder = Fixtures.directory("Imaging")

  private func cases(_ kind: String) throws -> [Case] {
    let list = try Data(contentsOf: URL(fileURLWithPath: folder + "/cases.json"))
    return try JSONDecoder().decode([Case].self, from: list).filter { $0.kind == kind }
  }

  private func expected(_ item: Case) throws -> [Float] {
    let file = try #require(FileHandle(forReadingAtPath: folder + "/expected.bin"))
    try file.seek(toOffset: UInt64(item.at))
    let data = try #require(try file.read(upToCount: item.count))
    return [Float](unsafeUninitializedCapacity: item.count / 4) { buffer, count in
      count = data.copyBytes(to: buffer) / 4
    }
  }

  private func load(_ item: Case, _ arguments: String...) throws -> ArrayData {
    let scratch = try Scratch()
    let outcome = try Tool.run(
      ["image", folder + "/files/" + item.file, "--output", scratch.path("x.npy")] + arguments)
    #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.error.isEmpty, "\(outcome)")
    return try ArrayData(path: scratch.path("x.npy"))
  }

  @Test func `no pixel differs from Pillow's in any file, size, filter, fit and colour`() throws {
    // Two of three: a process each takes its time.
    let sample = try cases("load").enumerated().filter { $0.offset % 3 != 1 }.map(\.element)
    #expect(sample.count >= 300)
    for item in sample {
      let (size, filter) = (try #require(item.size), try #require(item.filter))
      let (color, fit) = (try #require(item.color), try #require(item.fit))
      let array = try load(
        item, "--size", "\(size[0])x\(size[1])", "--resize", filter, "--fit", fit, "--color", color)
      let channels = ["grayscale": 1, "rgb": 3, "rgba": 4][color] ?? 0
      let truth = (shape: [1, size[0], size[1], channels], values: try expected(item))
      #expect(difference((array.shape, array.values), truth, within: .exact) == nil, "\(item)")
    }
  }

  @Test func `the arithmetic is keras.applications', or the numbers given`() throws {
    let all = try cases("preprocess")
    #expect(all.count == 18)
    for item in all {
      var preprocess = item.preprocess ?? ""
      if let scale = item.scale, let offset = item.offset {
        preprocess = "{\"scale\": \(scale), \"offset\": \(offset)}"
      }
      let array = try load(
        item, "--size", "32x32", "--resize", "bilinear", "--preprocess", preprocess, "--color",
        item.color ?? "rgb")
      #expect(difference(array.values, try expected(item), within: .exact) == nil, "\(item)")
    }
  }

  @Test(arguments: [
    (["/nonexistent.png", "--size", "8x8"], Int32(1), "/nonexistent.png: there is no such file; "),
    (["/", "--size", "8x8"], 1, "/: this is a folder; "),
    (["PHOTO", "--size", "8"], 64, "--size <HxW>"),
    (["PHOTO", "--size", "0x8"], 64, "--size <HxW>"),
    (["PHOTO"], 64, "--size <HxW>"),
    (["PHOTO", "--size", "99999x99999"], 64, "too large"),
    (["PHOTO", "--size", "8x8", "--resize", "cubic"], 64, "bicubic"),
    (["PHOTO", "--size", "8x8", "--preprocess", "{\"scal\": 1}"], 64, "--preprocess"),
    (["PHOTO", "--size", "8x8", "--preprocess", "{\"scale\": [1, 2]}"], 64, "scale has 2 numbers"),
    (["PHOTO", "--size", "8x8", "--preprocess", "torch", "--color", "bgr"], 64, "needs color rgb"),
  ])
  func mistakes(arguments: [String], status: Int32, message: String) throws {
    let scratch = try Scratch()
    let arguments = arguments.map { $0 == "PHOTO" ? folder + "/files/photo.jpg" : $0 }
    let outcome = try Tool.run(["image", "--output", scratch.path("x.npy")] + arguments)
    #expect(outcome.status == status)
    #expect(outcome.error.contains(message), "\(outcome.error)")
    #expect(outcome.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: scratch.path("x.npy")))
  }

  @Test func `a file that is not an image is named`() throws {
    let scratch = try Scratch()
    let path = scratch.path("note.png")
    try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
    let outcome = try Tool.run("image", path, "--size", "8x8", "--output", scratch.path("x.npy"))
    #expect(outcome.status == 1)
    #expect(outcome.error.hasPrefix("thimble: \(path): ") && outcome.error.filter { $0 == "\n" }.count == 1)
  }
}
