/// Looks for the parts that an object was uploaded in, when only a checksum of their checksums is known: an ETag
/// `...-N`, or a checksum of type `COMPOSITE`.
public enum CompositeDigest {
  /// MiB: what clients take for parts. boto3 and the AWS command line 8, the SDKs 5, 8 and 16, s3cmd 15, rclone 5,
  /// `mc` 16, 64 and 128, the console 16.
  private static let usualSizes = [8, 5, 16, 10, 15, 20, 25, 32, 50, 64, 100, 128, 256, 512]

  /// - Parameter bytes: the whole body. Each part size that fits costs one pass over it.
  /// - Returns: the size of the parts with which the checksum comes out, which proves the bytes; nil where none of
  ///   the usual ones does, which proves nothing.
  public static func partSize(_ digest: ObjectDigest, _ bytes: UnsafeRawBufferPointer) -> Int? {
    guard case .composite(let parts?) = digest.kind, !bytes.isEmpty else { return nil }
    return sizes(length: bytes.count, parts: parts).first { size in
      let whole = Checksum(digest.algorithm)
      for start in stride(from: 0, to: bytes.count, by: size) {
        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + size, bytes.count)])
        Checksum.of(part, digest.algorithm).withUnsafeBytes(whole.update)
      }
      return whole.finish() == digest.value
    }
  }

  /// Those with which a body has that many parts.
  static func sizes(length: Int, parts: Int) -> [Int] {
    guard parts > 1 else { return [length] }
    let mebi = 1 << 20
    let least = length / parts + (length.isMultiple(of: parts) ? 0 : 1)
    // A client that grows the parts of a large file, or cuts a file evenly.
    let all = usualSizes.map { $0 * mebi } + [(least + mebi - 1) / mebi * mebi, least]
    return all.enumerated().filter { index, size in
      size < length && (length - 1) / size + 1 == parts && all.firstIndex(of: size) == index
    }.map(\.element)
  }
}
