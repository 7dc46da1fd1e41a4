import Digests
import System

/// A checksum of an object that S3 reports.
public struct ObjectDigest: Sendable, Equatable {
  /// What it covers.
  public enum Kind: Sendable, Equatable {
    case wholeBody
    /// Of the checksums of an upload's parts, one after the other: the parts' sizes are unknown.
    case composite
  }

  public let algorithm: Checksum.Algorithm
  public let value: [UInt8]
  public let kind: Kind
  /// Whether it is the ETag, which S3 does not promise to be a digest.
  public let isETag: Bool

  /// As people know it: `x-amz-checksum-crc32`, `ETag`.
  public var name: String { isETag ? "ETag" : algorithm.headerName ?? "" }

  /// As its header has it.
  func text(_ bytes: [UInt8]) -> String { isETag ? bytes.hex : Base64.encode(bytes) }
}

extension ObjectHead {
  /// The checksums of the object's bytes, the cheapest to check first, and the ETag behind them. What is not
  /// understood is left out.
  public var digests: [ObjectDigest] {
    Checksum.Algorithm.allCases.compactMap(checksum) + [eTagDigest].compactMap(\.self)
  }

  /// A checksum has to be asked for: `x-amz-checksum-mode: ENABLED`.
  /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
  private func checksum(_ algorithm: Checksum.Algorithm) -> ObjectDigest? {
    guard let name = algorithm.headerName, let text = headers[name] else { return nil }
    let (base64, parts) = Self.splitCount(text)
    guard let value = Base64.decode(Array(base64.utf8)), value.count == algorithm.length else { return nil }
    // Without a type the value tells: that of parts ends in their number.
    let isComposite = headers["x-amz-checksum-type"]?.uppercased() == "COMPOSITE" || parts != nil
    return ObjectDigest(
      algorithm: algorithm, value: value, kind: isComposite ? .composite : .wholeBody,
      isETag: false)
  }

  /// An MD5 of the bytes or, after an upload in parts, of the parts' MD5s; not an MD5 where the object is encrypted with
  /// KMS or a customer's key.
  /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
  private var eTagDigest: ObjectDigest? {
    let encryption = headers["x-amz-server-side-encryption"] ?? "AES256"
    guard encryption == "AES256", headers["x-amz-server-side-encryption-customer-algorithm"] == nil else {
      return nil
    }
    let (hex, parts) = Self.splitCount(eTag)
    guard let value = Hex.decode(hex), value.count == Checksum.Algorithm.md5.length else { return nil }
    return ObjectDigest(
      algorithm: .md5, value: value, kind: parts == nil ? .wholeBody : .composite, isETag: true)
  }

  /// `value-3` -> `value`, 3.
  private static func splitCount(_ text: String) -> (value: Substring, parts: Int?) {
    guard let dash = text.lastIndex(of: "-"), let parts = Int(text[text.index(after: dash)...]), parts > 0
    else {
      return (text[...], nil)
    }
    return (text[..<dash], parts)
  }
}
