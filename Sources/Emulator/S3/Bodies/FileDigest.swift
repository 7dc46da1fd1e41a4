import Foundation

/// Digests of files that are there already.
enum FileDigest {
  /// Reads a file in pieces.
  /// - Returns: false when it cannot be read to its end.
  static func read(path: String, _ use: (UnsafeRawBufferPointer) -> Void) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 { return false }
      if count == 0 { return true }
      use(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// - Returns: hexadecimal, as ETags are; nil when the file cannot be read.
  static func md5(path: String) -> String? {
    let digest = MessageDigest(.md5)
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
