import COpenSSL

/// OpenSSL's digests of bytes that are all there; see ``Checksum`` for those that come in pieces.
public enum Digest {
  public static func sha256(_ bytes: some Collection<UInt8>) -> [UInt8] { hash(bytes, EVP_sha256()) }

  public static func md5(_ bytes: some Collection<UInt8>) -> [UInt8] { hash(bytes, EVP_md5()) }

  /// HMAC with SHA-256, RFC 2104.
  public static func hmac(key: [UInt8], _ text: String) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var size: UInt32 = 0
    let bytes = Array(text.utf8)
    _ = HMAC(EVP_sha256(), key, Int32(clamping: key.count), bytes, bytes.count, &result, &size)
    return Array(result.prefix(Int(size)))
  }

  private static func hash(_ bytes: some Collection<UInt8>, _ algorithm: OpaquePointer?) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var size: UInt32 = 0
    let bytes = Array(bytes)
    _ = EVP_Digest(bytes, bytes.count, &result, &size, algorithm, nil)
    return Array(result.prefix(Int(size)))
  }
}
