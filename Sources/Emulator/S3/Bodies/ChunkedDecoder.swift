import Digests
import Foundation
import System

/// Takes `aws-chunked` apart: `SIZE[;chunk-signature=S]`, data, and so on, an empty chunk, trailing headers.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
struct ChunkedDecoder {
  private enum State {
    case size
    /// Bytes of the chunk that are still to come.
    case data(Int)
    case dataEnd
    case trailer
    case done
  }

  private static let lineLimit = 16 << 10
  private static let malformed = S3Fault(
    400, "InvalidRequest", "The body is not a valid aws-chunked encoding.")

  /// Trailing headers, names in lower case.
  private(set) var trailers: [String: String] = [:]

  private let signer: ChunkSigner?
  private let hasTrailer: Bool
  private var state = State.size
  private var line: [UInt8] = []
  private var previousSignature: String
  private var chunkSignature = ""
  private var chunkDigest = Checksum(.sha256)
  private var signedTrailer = ""

  init(signer: ChunkSigner?, seed: String, hasTrailer: Bool) {
    self.signer = signer
    self.hasTrailer = hasTrailer
    previousSignature = seed
  }

  /// Calls `use` with the data among the next bytes.
  mutating func feed(_ bytes: UnsafeRawBufferPointer, _ use: (UnsafeRawBufferPointer) throws -> Void) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      if case .data(let count) = state {
        let part = rest.prefix(count)
        let data = UnsafeRawBufferPointer(rebasing: part)
        if signer != nil { chunkDigest.update(data) }
        try use(data)
        rest = rest.dropFirst(part.count)
        state = part.count == count ? .dataEnd : .data(count - part.count)
        continue
      }
      guard let newline = rest.firstIndex(of: UInt8(ascii: "\n")) else {
        line += rest
        guard line.count <= Self.lineLimit else { throw Self.malformed }
        return
      }
      line += rest[..<newline]
      rest = rest[(newline + 1)...]
      guard line.count <= Self.lineLimit else { throw Self.malformed }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      try take(String(decoding: line, as: UTF8.self))
      line = []
    }
  }

  /// - Throws: when the last chunk has not come.
  mutating func finish() throws(S3Fault) {
    switch state {
    case .done: return
    // Some clients leave the last, empty line out.
    case .trailer: try endTrailer()
    case .size, .data, .dataEnd: throw S3Fault.incompleteBody
    }
  }

  private mutating func take(_ text: String) throws(S3Fault) {
    switch state {
    case .size:
      let fields = text.split(separator: ";")
      guard let first = fields.first, let size = Int(first, radix: 16), size >= 0 else {
        throw Self.malformed
      }
      chunkSignature =
        fields.dropFirst().compactMap { field in
          field.hasPrefix("chunk-signature=") ? String(field.dropFirst(16)) : nil
        }.first ?? ""
      if size == 0 {
        try endChunk()
        state = .trailer
      } else {
        state = .data(size)
      }
    case .dataEnd:
      guard text.isEmpty else { throw Self.malformed }
      try endChunk()
      state = .size
    case .trailer:
      if text.isEmpty {
        try endTrailer()
        state = .done
      } else {
        let pair = text.split(separator: ":", maxSplits: 1)
        guard pair.count == 2 else { throw Self.malformed }
        let name = pair[0].lowercased()
        let value = pair[1].trimmingCharacters(in: .whitespaces)
        trailers[name] = value
        if name != "x-amz-trailer-signature" { signedTrailer += "\(name):\(value)\n" }
      }
    case .data, .done: throw Self.malformed
    }
  }

  private mutating func endChunk() throws(S3Fault) {
    guard let signer else { return }
    let expected = signer.chunkSignature(previous: previousSignature, hash: chunkDigest.finish().hex)
    guard Authenticator.isEqual(expected, chunkSignature) else { throw Self.wrongSignature("a chunk") }
    previousSignature = expected
    chunkDigest = Checksum(.sha256)
  }

  private func endTrailer() throws(S3Fault) {
    guard let signer, hasTrailer else { return }
    let hash = Digest.sha256(signedTrailer.utf8).hex
    let expected = signer.trailerSignature(previous: previousSignature, hash: hash)
    guard Authenticator.isEqual(expected, trailers["x-amz-trailer-signature"] ?? "") else {
      throw Self.wrongSignature("the trailer")
    }
  }

  private static func wrongSignature(_ what: String) -> S3Fault {
    S3Fault(
      403, "SignatureDoesNotMatch",
      "The signature of \(what) that we calculated does not match the signature you provided.")
  }
}
