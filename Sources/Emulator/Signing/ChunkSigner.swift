import Digests
import Foundation
import System

/// The key that is derived for one day, region and service, and what it signs.
struct ChunkSigner: Sendable {
  private static let emptyHash = Digest.sha256([]).hex

  private let key: [UInt8]
  private let timestamp: String
  private let scope: String

  init(secret: String, timestamp: String, scope: SignatureClaim.Scope) {
    var key = Array("AWS4\(secret)".utf8)
    for part in [scope.day, scope.region, scope.service, "aws4_request"] { key = Digest.hmac(key: key, part) }
    self.key = key
    self.timestamp = timestamp
    self.scope = scope.text
  }

  /// Hexadecimal.
  func signature(of text: String) -> String { Digest.hmac(key: key, text).hex }

  /// The signature of one chunk of a streamed body.
  /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
  func chunkSignature(previous: String, hash: String) -> String {
    signature(
      of: ["AWS4-HMAC-SHA256-PAYLOAD", timestamp, scope, previous, Self.emptyHash, hash].joined(
        separator: "\n"))
  }

  /// The signature of the trailing headers.
  /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
  func trailerSignature(previous: String, hash: String) -> String {
    signature(of: ["AWS4-HMAC-SHA256-TRAILER", timestamp, scope, previous, hash].joined(separator: "\n"))
  }
}
