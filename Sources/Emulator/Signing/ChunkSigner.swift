import COpenSSL
import Foundation

/// The key that is derived for one day, region and service, and what it signs.
struct ChunkSigner: Sendable {
  private static let emptyHash = MessageDigest.of(Data(), .sha256).hex

  private let key: [UInt8]
  private let timestamp: String
  private let scope: String

  init(secret: String, timestamp: String, scope: SignatureClaim.Scope) {
    var key = Array("AWS4\(secret)".utf8)
    for part in [scope.day, scope.region, scope.service, "aws4_request"] { key = Self.hmac(key, part) }
    self.key = key
    self.timestamp = timestamp
    self.scope = scope.text
  }

  /// Hexadecimal.
  func signature(of text: String) -> String { Self.hmac(key, text).hex }

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

  private static func hmac(_ key: [UInt8], _ text: String) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    let message = Array(text.utf8)
    HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &result, &count)
    return result
  }
}
