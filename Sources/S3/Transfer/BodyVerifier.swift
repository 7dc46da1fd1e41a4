import Digests

/// Says whether the bytes of a whole object are those that S3 keeps, while they arrive.
///
/// The cheapest checksum of the whole body that the answer has decides. Without one the ETag does, where it looks
/// like an MD5 and S3's rules say that it is one; but S3 does not promise it, and some servers give any 32 digits
/// (MinIO with `--no-compat`, gateways to other stores). So it decides only where nothing else guards the bytes:
/// over plain HTTP, where a mismatch is refused, and at AWS, whose rules are known. Over TLS to any other server
/// nobody could have changed the bytes on the way, and a mismatch says that the ETag is not an MD5.
///
/// A body that breaks off and is continued by a range request for the same version is one body.
public final class BodyVerifier {
  /// What proves that the bytes are right.
  public enum Evidence: Sendable, Equatable {
    case checksum(Checksum.Algorithm)
    case eTag
    /// Nothing that could be compared; their number was right.
    case none
  }

  public struct Outcome: Sendable, Equatable {
    public var evidence: Evidence
    /// nil where it was not wanted, and not needed either.
    public var md5: [UInt8]?
    /// Whether an ETag that looks like an MD5 is one; nil where it does not look so, or there is no `md5`. false,
    /// proved right by a checksum or TLS, holds for other objects of the server, too.
    public var eTagIsMD5: Bool?
  }

  private let length: Int
  private let expected: ObjectDigest?
  private let eTag: ObjectDigest?
  private let checksum: Checksum?
  private let md5: Checksum?
  /// Bytes so far.
  public private(set) var count = 0

  /// - Parameters:
  ///   - head: of the answer to GetObject, asked with `x-amz-checksum-mode: ENABLED`; of several by ranges, the
  ///     first.
  ///   - wantsMD5: whether the caller needs the body's MD5 anyhow.
  ///   - checksETag: whether an ETag that looks like an MD5 must be one: ``S3Client/checksETags``.
  public init(_ head: ObjectHead, wantsMD5: Bool, checksETag: Bool) {
    length = head.length
    let whole = head.digests.filter { $0.kind == .wholeBody }
    eTag = whole.first(where: \.isETag)
    expected = whole.first { !$0.isETag || checksETag }
    let isMD5 = expected?.algorithm == .md5
    md5 = wantsMD5 || isMD5 ? Checksum(.md5) : nil
    checksum = isMD5 ? md5 : expected.map { Checksum($0.algorithm) }
  }

  /// Whether there is anything that the bytes are compared with, or computed of them.
  public var needsBytes: Bool { checksum != nil || md5 != nil }

  /// Takes the next bytes of the body.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    count += bytes.count
    checksum?.update(bytes)
    if let md5, md5 !== checksum { md5.update(bytes) }
  }

  /// To be asked for once, after the last byte.
  /// - Parameter location: for the error's text.
  /// - Throws: codes `Incomplete` and `ChecksumMismatch`. Both may be the network's fault: to be tried again.
  public func finish(_ location: S3Location) throws(S3Error) -> Outcome {
    guard count == length else {
      throw S3Call(.getObject, method: "GET", location)
        .error("Incomplete", "\(count) of \(length) bytes came.")
    }
    let digest = md5?.finish()
    let eTagIsMD5 = if let digest, let eTag { digest == eTag.value } else { Bool?.none }
    guard let expected, let checksum else {
      return Outcome(evidence: .none, md5: digest, eTagIsMD5: eTagIsMD5)
    }
    let value = expected.isETag ? digest ?? [] : checksum.finish()
    guard value == expected.value else { throw .mismatch(expected, got: value, location) }
    let evidence = expected.isETag ? Evidence.eTag : .checksum(expected.algorithm)
    return Outcome(evidence: evidence, md5: digest, eTagIsMD5: eTagIsMD5)
  }
}

extension S3Error {
  /// Bytes came that are not the object's.
  public var isChecksumMismatch: Bool { code == "ChecksumMismatch" }

  static func mismatch(_ expected: ObjectDigest, got: [UInt8], _ location: S3Location) -> S3Error {
    S3Call(.getObject, method: "GET", location).error(
      "ChecksumMismatch",
      "the bytes were changed on the way: \(expected.name) is \(expected.text(expected.value)), and what came "
        + "has \(expected.text(got)).",
      remedy: expected.isETag
        ? "If this repeats, the server's ETags may not be MD5s: `thimble check --endpoint` finds out; "
          + "then use https, or upload with a checksum." : nil)
  }
}

extension S3Client {
  /// Whether an ETag that looks like an MD5 has to be one: at AWS, and where nothing else guards the bytes.
  public var checksETags: Bool { endpoint.isAWS || !endpoint.isSecure }
}
