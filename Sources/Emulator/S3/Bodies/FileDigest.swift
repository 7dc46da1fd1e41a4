import Digests
import Foundation
import System

/// Digests of files that are there already.
enum FileDigest {
  /// Reads a file in pieces.
  /// - Returns: false when it cannot be read to its end.
  static func read(path: String, _ use: (UnsafeRawBufferPointer) -> Void) -> Bool {
    guard let file = try? ReadableFile(path: path) else { return false }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var position = 0
    while true {
      guard let count = try? file.read(into: buffer, at: position) else { return false }
      if count == 0 { return true }
      use(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      position += count
    }
  }

  /// - Returns: hexadecimal, as ETags are; nil when the file cannot be read.
  static func md5(path: String) -> String? {
    let digest = Checksum(.md5)
    return read(path: path, digest.update) ? digest.finish().hex : nil
  }
}

/// Content types of files that came without one.
enum MediaType {
  private static let types = [
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "bmp": "image/bmp", "txt": "text/plain", "html": "text/html", "json": "application/json",
    "zip": "application/zip",
  ]

  static func of(fileName: String) -> String {
    let suffix = fileName.split(separator: ".").last.map { $0.lowercased() } ?? ""
    return types[suffix] ?? ObjectRecord.defaultContentType
  }
}
