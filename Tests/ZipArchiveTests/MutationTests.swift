import Foundation
import TestSupport
import Testing

@testable import ZipArchive

/// Archives with random damage: each is refused or read, and nothing is ever written elsewhere.
@Suite(.enabled(if: ZipCases.exist, "\(Fixtures.hint)"))
struct MutationTests {
  private static let sources = [
    "good/modes", "good/utf8", "good/descriptor-4-3Q", "good/descriptor-0-3I", "good/zip64-central",
    "good/zip64-local", "good/zip64-prefix", "good/unicode-path", "good/cp437", "good/dots",
    "bad/link-through",
    "bad/name-up", "bad/name-nul", "bad/name-backslash", "bad/twice", "bad/link-circle", "bad/overlap-quoted",
  ]
  private static let rounds = 300

  @Test(arguments: sources) func `damage does no harm`(source: String) throws {
    let folder = try Scratch()
    let sound = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: ZipCases.directory + "/\(source).zip")))
    var random = SplitMix64(seed: digest(source.utf8))
    var opened = 0
    for round in 0..<Self.rounds {
      let path = folder.path("archive.zip")
      try Data(mutated(sound, &random)).write(to: URL(fileURLWithPath: path))
      if try read(path) { opened += 1 }
      let around = folder.path("around")
      let tree = around + "/inner/tree"
      let isUnpacked = (try? Unpacker().unpack(ZipArchive(path: path), to: tree)) != nil
      let problem: Comment = "\(source), round \(round)"
      #expect(names(at: folder.directory).allSatisfy { ["archive.zip", "around"].contains($0) }, problem)
      #expect(names(at: around).allSatisfy { $0 == "inner" }, problem)
      #expect(names(at: around + "/inner") == (isUnpacked ? ["tree"] : []), problem)
      if isUnpacked { try checkLinks(tree, problem) }
      try? FileManager.default.removeItem(atPath: around)
    }
    // Damage that nobody notices would test nothing.
    #expect(opened > 0 || source.hasPrefix("bad/"))
  }

  /// - Returns: whether the archive could be opened.
  private func read(_ path: String) throws -> Bool {
    guard let archive = try? ZipArchive(path: path) else { return false }
    let size = archive.file.size
    for entry in archive.entries {
      let contents = try? archive.contents(of: entry, limit: 1 << 20)
      #expect(contents.map { $0.count == entry.size } ?? true)
      if let range = try? archive.storedRange(of: entry) {
        #expect(range.offset >= 0 && range.length >= 0 && range.length <= size - range.offset)
      }
    }
    return true
  }

  /// Every link that leads to something leads to something in the tree.
  private func checkLinks(_ tree: String, _ problem: Comment) throws {
    let top = try #require(realpath(tree, nil))
    defer { free(top) }
    for item in try FileManager.default.subpathsOfDirectory(atPath: tree) {
      guard let real = realpath(tree + "/" + item, nil) else { continue }
      defer { free(real) }
      let path = String(cString: real)
      #expect(path == String(cString: top) || path.hasPrefix(String(cString: top) + "/"), problem)
    }
  }

  private func mutated(_ sound: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = sound
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !bytes.isEmpty else { break }
      let place = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0: bytes = Array(bytes.prefix(place))
      case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
      case 2:
        let piece = bytes[place..<min(bytes.count, place + Int.random(in: 1...60, using: &random))]
        bytes.insert(contentsOf: piece, at: Int.random(in: bytes.indices, using: &random))
      case 3:
        // Large numbers in fields of sizes and offsets.
        for index in place..<min(bytes.count, place + Int.random(in: 1...8, using: &random)) {
          bytes[index] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
        }
      case 4:
        // Within names: what leads elsewhere.
        let text = Array(["../", "/", "\\", "\0", "./", "a/"].randomElement(using: &random)?.utf8 ?? "".utf8)
        for (index, byte) in text.enumerated() where place + index < bytes.count {
          bytes[place + index] = byte
        }
      default: bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
      }
    }
    return bytes
  }
}
