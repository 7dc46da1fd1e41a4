/// What a signature says of the body: the values of `x-amz-content-sha256`.
enum PayloadSigning: Sendable {
  static let unsignedText = "UNSIGNED-PAYLOAD"

  case unsigned
  /// The whole body's hash, hexadecimal.
  case sha256(String)
  /// `aws-chunked`: each chunk is signed, starting from the request's own signature, when there is a signer.
  case chunked(signer: ChunkSigner?, seed: String, hasTrailer: Bool)

  /// - Throws: `InvalidArgument` when it is not one of S3's values.
  init(_ text: String, signer: ChunkSigner, seed: String) throws(S3Fault) {
    switch text {
    case Self.unsignedText: self = .unsigned
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      self = .chunked(signer: signer, seed: seed, hasTrailer: false)
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      self = .chunked(signer: signer, seed: seed, hasTrailer: true)
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": self = .chunked(signer: nil, seed: "", hasTrailer: true)
    case _ where text.utf8.count == 64 && text.allSatisfy(\.isHexDigit): self = .sha256(text.lowercased())
    default:
      throw .invalidArgument(
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
          + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or "
          + "a valid sha256 value.",
        name: "x-amz-content-sha256", value: text)
    }
  }
}
