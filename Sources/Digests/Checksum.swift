import COpenSSL
import CZlib

/// A checksum of bytes that come in pieces.
public final class Checksum {
  /// In the order of what they cost, the cheapest first.
  public enum Algorithm: String, CaseIterable, Sendable {
    case crc32 = "CRC32"
    case crc64nvme = "CRC64NVME"
    case crc32c = "CRC32C"
    case sha1 = "SHA1"
    case sha256 = "SHA256"
    /// An ETag's, where it is one.
    case md5 = "MD5"

    /// The header that carries it, in lower case; nil where there is none.
    /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    public var headerName: String? { self == .md5 ? nil : "x-amz-checksum-" + rawValue.lowercased() }

    /// Bytes.
    public var length: Int {
      switch self {
      case .crc32, .crc32c: 4
      case .crc64nvme: 8
      case .md5: 16
      case .sha1: 20
      case .sha256: 32
      }
    }

    /// nil: a digest, whose pieces cannot be put together.
    public var crc: CRC? {
      switch self {
      case .crc32: .ieee
      case .crc32c: .castagnoli
      case .crc64nvme: .nvme
      case .md5, .sha1, .sha256: nil
      }
    }
  }

  public let algorithm: Algorithm
  private let crc: CRC?
  private var value: UInt64 = 0
  private let context: OpaquePointer?

  public init(_ algorithm: Algorithm) {
    self.algorithm = algorithm
    crc = algorithm == .crc32 ? nil : algorithm.crc
    let digest: OpaquePointer? =
      switch algorithm {
      case .md5: EVP_md5()
      case .sha1: EVP_sha1()
      case .sha256: EVP_sha256()
      case .crc32, .crc32c, .crc64nvme: nil
      }
    context = digest == nil ? nil : EVP_MD_CTX_new()
    // Should OpenSSL refuse, the result is empty, which equals no checksum.
    if context != nil { EVP_DigestInit_ex(context, digest, nil) }
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    // zlib takes a missing address as a request to start again.
    guard !bytes.isEmpty else { return }
    if let crc {
      value = crc.value(after: value, bytes)
    } else if algorithm == .crc32 {
      value = UInt64(crc32_z(UInt(value), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    } else {
      EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }
  }

  /// The checksum of all the bytes, of a CRC the highest byte first, as S3 writes them. To be asked for once.
  public func finish() -> [UInt8] {
    if let crc = algorithm.crc { return Self.bytes(value, crc) }
    var count: UInt32 = 0
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    guard EVP_DigestFinal_ex(context, &bytes, &count) == 1 else { return [] }
    return Array(bytes.prefix(Int(count)))
  }

  public static func bytes(_ value: UInt64, _ crc: CRC) -> [UInt8] {
    stride(from: crc.width - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
  }

  /// The value of a CRC so far.
  public var crcValue: UInt64 { value }

  public func update(_ bytes: some Sequence<UInt8>) { Array(bytes).withUnsafeBytes { update($0) } }

  public static func of(_ bytes: UnsafeRawBufferPointer, _ algorithm: Algorithm) -> [UInt8] {
    let checksum = Checksum(algorithm)
    checksum.update(bytes)
    return checksum.finish()
  }
}
