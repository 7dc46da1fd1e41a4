import Digests
import Foundation

/// The checksums that S3 verifies and keeps: `x-amz-checksum-*`.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
enum ChecksumAlgorithm: String, CaseIterable, Codable, Sendable {
  case crc32 = "CRC32"
  case crc32c = "CRC32C"
  case crc64nvme = "CRC64NVME"
  case sha1 = "SHA1"
  case sha256 = "SHA256"

  var headerName: String { "x-amz-checksum-" + rawValue.lowercased() }

  /// The element of XML documents.
  var elementName: String { "Checksum" + rawValue }

  init?(headerName: String) {
    guard let algorithm = Self.allCases.first(where: { $0.headerName == headerName.lowercased() }) else {
      return nil
    }
    self = algorithm
  }

  /// The one that `x-amz-checksum-algorithm` names; nil when it is not there.
  init?(_ request: Request) throws(S3Fault) {
    guard let name = request.headers["x-amz-checksum-algorithm"] else { return nil }
    guard let algorithm = Self(rawValue: name.uppercased()) else {
      throw .invalidRequest(
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
          + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
    }
    self = algorithm
  }

  /// Whether uploads in parts can have a checksum of that kind. CRCs of parts make up that of the whole;
  /// others do not.
  func allows(_ kind: ObjectChecksum.Kind) -> Bool {
    switch self {
    case .crc32, .crc32c: true
    case .crc64nvme: kind == .fullObject
    case .sha1, .sha256: kind == .composite
    }
  }

  /// What computes it.
  func makeDigest() -> Checksum {
    switch self {
    case .crc32: Checksum(.crc32)
    case .crc32c: Checksum(.crc32c)
    case .crc64nvme: Checksum(.crc64nvme)
    case .sha1: Checksum(.sha1)
    case .sha256: Checksum(.sha256)
    }
  }
}

/// A checksum as kept with an object.
struct ObjectChecksum: Codable, Sendable, Equatable {
  /// Of all bytes, or of the parts' checksums.
  enum Kind: String, Codable, Sendable {
    case fullObject = "FULL_OBJECT"
    case composite = "COMPOSITE"
  }

  var algorithm: ChecksumAlgorithm
  /// Base64; of a composite one followed by `-` and the number of parts.
  var value: String
  var kind = Kind.fullObject
}
