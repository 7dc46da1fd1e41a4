import COpenSSL

/// Digests, as hexadecimal text.
enum Digest {
  static func sha256(_ bytes: [UInt8]) -> String { text(bytes, EVP_sha256()) }

  /// What S3 uses as an ETag for an object that was uploaded in one piece without a key of its own.
  static func md5(_ bytes: [UInt8]) -> String { text(bytes, EVP_md5()) }

  private static func text(_ bytes: [UInt8], _ algorithm: OpaquePointer?) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    // Fails only where the algorithm is not built in; then nothing matches the empty text.
    guard EVP_Digest(bytes, bytes.count, &digest, &count, algorithm, nil) == 1 else { return "" }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.prefix(Int(count)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self)
  }
}
