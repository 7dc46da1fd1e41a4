import TestSupport
import Testing

@testable import Imaging

/// However a file arrives: what comes of it is what comes of the same file when all of it is there.
@Suite(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
struct ArrivalTests {
  private typealias Outcome = Result<[Float], ImagingError>

  private func load(_ pipeline: ImagePipeline, _ file: Arrival) -> Outcome {
    var values = [Float](repeating: .nan, count: pipeline.count)
    do throws(ImagingError) {
      try values.withUnsafeMutableBufferPointer { output throws(ImagingError) in
        try pipeline.load(file, into: output)
      }
      return .success(values)
    } catch {
      return .failure(error)
    }
  }

  private func whole(_ pipeline: ImagePipeline, _ bytes: [UInt8]) -> Outcome {
    bytes.withUnsafeBytes { load(pipeline, Arrival($0)) }
  }

  private func isInterrupted(_ outcome: Outcome) -> Bool {
    if case .failure(let error) = outcome { error.kind == .interrupted } else { false }
  }

  /// One of all combinations of filter, fit, colour and orientation.
  private func pipeline(_ index: Int) -> ImagePipeline {
    ImagePipeline(
      height: 9, width: 11, resize: ResizeFilter.allCases[index % 10], fit: Fit.allCases[index / 2 % 3],
      color: Color.allCases[index / 3 % 4], exifOrientation: index % 2 == 0,
      limits: ImageLimits(maximumPixels: 1_000_000))
  }

  private static func files() throws -> [String] {
    var names = try PillowCases("decode").cases.map(\.file)
    names += [
      "exif-6.jpg", "exif-5.png", "exif-long.jpg", "xmp-3.jpg", "two-components.jpg", "other.gif",
      "photo.jpg",
    ]
    return names
  }

  /// The file with something wrong, in one of five ways.
  private func damage(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    let at = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[at] = 0xFF
    case 2: bytes.removeSubrange(at..<min(at + Int.random(in: 1...40, using: &random), bytes.count))
    case 3: bytes.insert(contentsOf: bytes[at..<min(at + 30, bytes.count)], at: at)
    default: bytes.removeSubrange(at...)
    }
    return bytes
  }

  @Test func `byte by byte and in random pieces each file gives the same numbers`() throws {
    for (index, name) in try Self.files().enumerated() {
      let bytes = try PillowCases.file(name)
      for round in 0..<3 {
        let pipeline = pipeline(index + 7 * round)
        let expected = whole(pipeline, bytes)
        for (piece, step) in [(1, 1), (3000, 1), (9000, 4000)] {
          let file = ArrivingFile(bytes, piece: piece)
          #expect(load(pipeline, Arrival(file, step: step)) == expected, "\(name) \(pipeline)")
          #expect(file.waits > 0)
        }
      }
    }
  }

  @Test func `damaged files give the same numbers or the same error`() throws {
    var random = SplitMix64(seed: 77)
    var accepted = 0
    var refused = 0
    for name in try Self.files() {
      let original = try PillowCases.file(name)
      for round in 0..<8 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
          bytes = damage(bytes, &random)
        }
        let pipeline = pipeline(round * 11 + bytes.count)
        let expected = whole(pipeline, bytes)
        for (piece, step) in [(1, 1), (5000, 1)] {
          let outcome = load(pipeline, Arrival(ArrivingFile(bytes, piece: piece), step: step))
          #expect(outcome == expected, "\(name) \(round)")
        }
        if case .success = expected { accepted += 1 } else { refused += 1 }
      }
    }
    #expect(accepted > 100)
    #expect(refused > 200)
  }

  @Test func `where the rest never comes, that is said, unless it is not needed`() throws {
    var random = SplitMix64(seed: 3)
    for (index, name) in try Self.files().enumerated() {
      let original = try PillowCases.file(name)
      for bytes in [original, damage(original, &random), original + [1, 2, 3]] where !bytes.isEmpty {
        let pipeline = pipeline(index)
        let expected = whole(pipeline, bytes)
        let all = ArrivingFile(bytes)
        #expect(load(pipeline, Arrival(all, step: 1)) == expected, "\(name)")
        let needed = all.there
        // The first bytes, those around the last that is needed, and some between.
        let places =
          Array(0..<min(needed, 40)) + (0..<20).map { _ in Int.random(in: 0..<needed, using: &random) }
          + [needed - 1, needed, bytes.count]
        for limit in places {
          for step in [1, 700] {
            let outcome = load(pipeline, Arrival(ArrivingFile(bytes, limit: limit, piece: 99), step: step))
            if limit < needed {
              #expect(isInterrupted(outcome), "\(name) of \(needed) needed bytes at \(limit): \(outcome)")
            } else {
              #expect(outcome == expected, "\(name) of \(needed) needed bytes at \(limit)")
            }
          }
        }
      }
    }
  }

  @Test func `another thread may write the file meanwhile`() throws {
    for (index, name) in try Self.files().enumerated() {
      let bytes = try PillowCases.file(name)
      let pipeline = pipeline(index + 5)
      let expected = whole(pipeline, bytes)
      let file = ReceivedFile(bytes, seed: UInt64(index))
      #expect(load(pipeline, Arrival(file, step: 1 + index % 3 * 1000)) == expected, "\(name)")
      let torn = ReceivedFile(bytes, limit: bytes.count / 2, seed: UInt64(index))
      let outcome = load(pipeline, Arrival(torn))
      #expect(isInterrupted(outcome) || outcome == expected, "\(name)")
    }
  }

  @Test func `no more is waited for than it takes`() throws {
    let pipeline = ImagePipeline(height: 8, width: 8, limits: ImageLimits(maximumPixels: 100))
    for (name, most) in [
      ("photo.jpg", 2000), ("png-2-8.png", 100), ("other.gif", 1024), ("exif-6.jpg", 2000),
    ] {
      let file = ArrivingFile(try PillowCases.file(name))
      let outcome = load(pipeline, Arrival(file, step: 1))
      guard case .failure(let error) = outcome else {
        Issue.record("\(name) is accepted")
        continue
      }
      #expect(error.kind == .tooLarge || error.kind == .unsupportedFormat)
      #expect(file.there <= most, "\(name)")
    }
    // An orientation stands before a JPEG's first scan, but maybe after a PNG's pixels.
    for (name, isLast) in [("exif-6.jpg", false), ("exif-6.png", true)] {
      let bytes = try PillowCases.file(name) + Array(repeating: 0, count: 50)
      let file = ArrivingFile(bytes)
      let pipeline = ImagePipeline(height: 8, width: 8, exifOrientation: true)
      #expect(load(pipeline, Arrival(file, step: 1)) == whole(pipeline, bytes))
      #expect((file.there == bytes.count) == isLast, "\(name)")
    }
  }

  @Test func `an empty file has nothing to wait for`() throws {
    let file = ArrivingFile([])
    #expect(load(pipeline(0), Arrival(file)) == whole(pipeline(0), []))
    #expect(file.waits == 0)
  }
}
