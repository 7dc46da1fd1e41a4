import Foundation
import TestSupport
import Testing

@testable import HDF5

/// Damaged files: whatever the damage is, each is read or refused with an `HDF5Error`; nothing traps, runs
/// forever, or takes memory without limit.
struct DamageTests {
  /// A small file, and where its checksums are.
  struct Sample: CustomTestStringConvertible {
    /// The first byte that a checksum covers, the end of what it covers, and its own place.
    let checksums: [[Int]]
    let name: String
    var testDescription: String { name }

    static let all: [Sample] = {
      let folder = FormatTests.folder + "/checksums"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.sorted().compactMap { file in
        guard let json = FileManager.default.contents(atPath: "\(folder)/\(file)"),
          let checksums = try? JSONDecoder().decode([[Int]].self, from: json)
        else { return nil }
        return Sample(checksums: checksums, name: String(file.dropLast(5)))
      }
    }()

    func bytes() throws -> [UInt8] {
      try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(FormatTests.folder)/files/\(name).h5")))
    }

    /// Makes all checksums right, so that damage gets beyond them.
    func repair(_ bytes: inout [UInt8]) {
      for checksum in checksums where checksum[1] <= bytes.count && checksum[2] + 4 <= bytes.count {
        let place = checksum[2]
        if place < checksum[1] { bytes.replaceSubrange(place..<(place + 4), with: [0, 0, 0, 0]) }
        let hash = bytes[checksum[0]..<checksum[1]].withUnsafeBytes { Lookup3.hash($0) }
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: hash >> (8 * UInt32(index))) }
      }
    }
  }

  private static let rounds = 300

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"), arguments: Sample.all)
  func `damaged files are read or refused`(_ sample: Sample) throws {
    let original = try sample.bytes()
    let scratch = try Scratch()
    let path = scratch.path("damaged.h5")
    var generator = SplitMix64(seed: 42)
    var refused = 0
    // Half of the damage goes to bytes that are not zero, of which there are few.
    let meaningful = original.indices.filter { original[$0] != 0 }
    for round in 0..<DamageTests.rounds {
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place =
          Bool.random(using: &generator)
          ? meaningful.randomElement(using: &generator) ?? 0
          : bytes.indices.randomElement(using: &generator) ?? 0
        bytes[place] =
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: bytes[place] ^ 1 << UInt8.random(in: 0..<8, using: &generator)
          case 1: bytes[place] &+ 1
          case 2: .max
          default: UInt8.random(in: 0...255, using: &generator)
          }
      }
      if round % 4 != 0 { sample.repair(&bytes) }
      if round % 16 == 15 {
        // Cut off the end where nobody can tell it from the superblock.
        bytes.removeLast(Int.random(in: 0..<bytes.count / 2, using: &generator))
      }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      var reader = WholeReader()
      do throws(HDF5Error) {
        try reader.read(HDF5File(path: path))
      } catch {
        reader.failures += 1
      }
      if reader.failures > 0 { refused += 1 }
    }
    // Much damage hits what nobody reads, some only values.
    #expect(refused > DamageTests.rounds / 20 && refused <= DamageTests.rounds)
  }

  @Test(.enabled(if: Fixtures.exist("HDF5"), "\(Fixtures.hint)"), arguments: Sample.all)
  func `undamaged files are read whole`(_ sample: Sample) throws {
    var bytes = try sample.bytes()
    let original = bytes
    sample.repair(&bytes)
    #expect(bytes == original)
    var reader = WholeReader()
    try reader.read(HDF5File(path: "\(FormatTests.folder)/files/\(sample.name).h5"))
    #expect(reader.failures == 0)
    #expect(reader.objects > 1)
  }
}

/// Reads all that is in a file, and goes on after what cannot be read.
struct WholeReader {
  var failures = 0
  var objects = 0
  private var visited: Set<Int> = []

  mutating func read(_ file: HDF5File) throws(HDF5Error) { try read(file.root) }

  private mutating func read(_ group: HDF5Group) throws(HDF5Error) {
    objects += 1
    guard visited.insert(group.identity).inserted else { return }
    attempt { () throws(HDF5Error) in try WholeReader.read(group.attributeNames(), group.attribute) }
    for name in try group.names() {
      do throws(HDF5Error) {
        switch try group.child(name) {
        case .group(let group): try read(group)
        case .dataset(let dataset): try read(dataset)
        case .datatype: objects += 1
        case nil: break
        }
      } catch {
        failures += 1
      }
    }
  }

  private mutating func read(_ dataset: HDF5Dataset) throws(HDF5Error) {
    objects += 1
    attempt { () throws(HDF5Error) in try WholeReader.read(dataset.attributeNames(), dataset.attribute) }
    switch dataset.type {
    case .string, .variableString:
      _ = try dataset.readStrings()
    // Values that were never written may be many; the caller knows how many are needed.
    case _ where dataset.count > 1 << 24:
      failures += 1
    case .integer, .partialInteger, .float, .enumeration, .opaque(2, _):
      let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: dataset.count)
      defer { floats.deallocate() }
      floats.initialize(repeating: 0)
      try dataset.readFloats(into: floats)
      _ = dataset.mappedFloats()?.last
    default:
      break
    }
  }

  private static func read(
    _ names: [String], _ attribute: (String) throws(HDF5Error) -> HDF5Attribute?
  ) throws(HDF5Error) {
    for name in names {
      guard let attribute = try attribute(name) else { continue }
      switch attribute.type {
      case .string, .variableString: _ = try attribute.strings()
      case .integer, .partialInteger, .float, .enumeration: _ = try attribute.floats()
      default: _ = try attribute.bytes()
      }
    }
  }

  private mutating func attempt(_ work: () throws(HDF5Error) -> Void) {
    do throws(HDF5Error) { try work() } catch { failures += 1 }
  }
}
