import COpenSSL
import Foundation
import TestSupport
import Testing

@testable import ZipArchive

/// What Python's zipfile reads.
@Suite(.enabled(if: ZipCases.exist, "\(Fixtures.hint)"))
struct ReadingTests {
  @Test func `entries and their data are those that zipfile reads`() throws {
    let cases = try ZipCases.good()
    #expect(cases.count > 20)
    for (name, good) in cases {
      let archive = try ZipArchive(path: ZipCases.directory + "/good/\(name).zip")
      #expect(archive.entries.count == good.entries.count, "\(name)")
      for (entry, expected) in zip(archive.entries, good.entries) {
        // Not by `==`, for which two spellings of a letter are one.
        #expect(entry.name.utf8.elementsEqual(expected.name.utf8), "\(name): \(entry.name) \(expected.name)")
        #expect(entry.size == expected.size, "\(name): \(entry.name)")
        #expect(entry.compressedSize == expected.compressedSize, "\(name): \(entry.name)")
        #expect(entry.crc32 == expected.crc32, "\(name): \(entry.name)")
        #expect(entry.mode == expected.mode, "\(name): \(entry.name)")
        #expect(entry.isDirectory == expected.isDirectory, "\(name): \(entry.name)")
        #expect(entry.method == (expected.method == 0 ? .stored : .deflated), "\(name): \(entry.name)")
        guard let sha256 = expected.sha256, good.entries.count < 1000 else { continue }
        let contents = try archive.contents(of: entry, limit: entry.size)
        #expect(hexadecimalSHA256(contents) == sha256, "\(name): \(entry.name)")
        try checkStoredRange(archive, entry, contents)
      }
    }
  }

  private func checkStoredRange(_ archive: ZipArchive, _ entry: ZipArchive.Entry, _ contents: [UInt8]) throws
  {
    guard let range = try archive.storedRange(of: entry) else {
      #expect(entry.method != .stored)
      return
    }
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: archive.path))
    try file.seek(toOffset: UInt64(range.offset))
    #expect(range.length == contents.count)
    #expect([UInt8](try file.read(upToCount: range.length) ?? Data()) == contents, "\(entry.name)")
  }

  @Test func `entries are found by name, and too large ones are not read`() throws {
    let archive = try ZipArchive(path: ZipCases.directory + "/good/various.zip")
    let entry = try #require(archive.entry(named: "folder/inner/deep.txt"))
    #expect(try archive.contents(of: entry, limit: 4) == Array("deep".utf8))
    #expect(throws: ZipError.self) { try archive.contents(of: entry, limit: 3) }
    #expect(archive.entry(named: "folder/inner") == nil)
  }

  /// Two spellings of one letter are two entries: the fixture's data are their names.
  @Test(arguments: ["e\u{301}", "\u{E9}"]) func `entries with names that look the same`(name: String) throws {
    let archive = try ZipArchive(path: ZipCases.directory + "/good/utf8.zip")
    let entry = try #require(archive.entry(named: name))
    #expect(try archive.contents(of: entry, limit: 100) == Array(name.utf8))
  }

  @Test func `an archive stays readable when its file is replaced`() throws {
    let folder = try Scratch()
    let path = folder.path("a.zip")
    try FileManager.default.copyItem(atPath: ZipCases.directory + "/good/various.zip", toPath: path)
    let archive = try ZipArchive(path: path)
    try FileManager.default.removeItem(atPath: path)
    let entry = try #require(archive.entry(named: "folder/inner/deep.txt"))
    #expect(try archive.contents(of: entry, limit: 100) == Array("deep".utf8))
  }

  @Test func `digests distinguish archives`() throws {
    let digests = try ZipCases.good().keys.map { name in
      try ZipArchive(path: ZipCases.directory + "/good/\(name).zip").digest
    }
    #expect(Set(digests).count == digests.count)
    #expect(digests.allSatisfy { $0.count == 16 })
  }

  @Test func `a missing file is refused`() throws {
    #expect(throws: ZipError(path: "/nowhere.zip", reason: "No such file or directory")) {
      try ZipArchive(path: "/nowhere.zip")
    }
    #expect(throws: ZipError(path: "/tmp", reason: "it is not a file")) { try ZipArchive(path: "/tmp") }
  }
}

private func hexadecimalSHA256(_ bytes: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: 32)
  SHA256(bytes, bytes.count, &digest)
  return digest.map { String(format: "%02x", $0) }.joined()
}
