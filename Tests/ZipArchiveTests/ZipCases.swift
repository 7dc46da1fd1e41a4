import Foundation
import TestSupport
import Testing

@testable import ZipArchive

/// The archives that scripts/fixtures/ZipArchive.py makes.
enum ZipCases {
  static let exist = Fixtures.exist("ZipArchive")
  static let directory = Fixtures.directory("ZipArchive")

  struct Good: Decodable {
    var entries: [Expected]
    /// Whether there is a tree to compare with.
    var isUnpacked: Bool
  }

  struct Expected: Decodable {
    var name: String
    var size: Int
    var compressedSize: Int
    var crc32: UInt32
    var method: Int
    var mode: UInt32?
    var isDirectory: Bool
    /// Nil for what is too large.
    var sha256: String?
  }

  static func good() throws -> [String: Good] { try decode("good.json") }

  /// A part of the reason, or several with `|` between.
  static func bad() throws -> [String: String] { try decode("bad.json") }

  private static func decode<Value: Decodable>(_ file: String) throws -> Value {
    let data = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + file))
    return try JSONDecoder().decode(Value.self, from: data)
  }
}

/// The names in a folder, sorted by bytes; empty when there is no such folder.
func names(at path: String) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Everything below a folder: a line each for what would differ in a copy that is not exact.
func listing(_ path: String) throws -> [String] {
  var lines: [String] = []
  func walk(_ folder: String, _ prefix: String) throws {
    for name in names(at: folder) where prefix + name != Destination.stampName {
      let item = folder + "/" + name
      var status = stat()
      try #require(lstat(item, &status) == 0, "\(item)")
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        lines.append("\(prefix)\(name)/")
        try walk(item, prefix + name + "/")
      case S_IFLNK:
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: item)
        lines.append("\(prefix)\(name) -> \(target)")
      default:
        let data = try Data(contentsOf: URL(fileURLWithPath: item))
        let mode = String(status.st_mode, radix: 8)
        lines.append("\(prefix)\(name) \(mode) \(data.count) \(digest(data))")
      }
    }
  }
  try walk(path, "")
  return lines
}

/// FNV-1a.
func digest(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
