import Digests
import Foundation
import System

/// What was found out about a body while it was read.
struct PayloadSummary: Sendable {
  var size: Int
  var md5: [UInt8]
  /// Verified, or computed because the client asked for it.
  var checksum: ObjectChecksum?
}

/// Reads a request's body and checks all that the request promises of it: signature, length, MD5, checksum.
struct PayloadReader {
  private let request: Request
  private let signing: PayloadSigning
  /// Base64, as the client sent them.
  private let expectedMD5: String?
  private let expectedChecksum: ObjectChecksum?
  private let trailerAlgorithm: ChecksumAlgorithm?
  private let computedAlgorithm: ChecksumAlgorithm?
  private let expectedSize: Int?

  /// - Parameters:
  ///   - computing: a checksum to compute when the client sends none, as for parts of an upload that was begun
  ///     with one.
  ///   - hasOwnChecksum: false when the checksum that the request names is not the body's but the object's.
  init(
    _ request: Request, _ signing: PayloadSigning, computing: ChecksumAlgorithm? = nil,
    hasOwnChecksum: Bool = true
  ) throws(S3Fault) {
    self.request = request
    self.signing = signing
    expectedMD5 = request.headers["content-md5"]
    let algorithms = hasOwnChecksum ? ChecksumAlgorithm.allCases : []
    let sent = algorithms.compactMap { algorithm in
      request.headers[algorithm.headerName].map { ObjectChecksum(algorithm: algorithm, value: $0) }
    }
    guard sent.count <= 1 else { throw .invalidRequest("Expecting a single x-amz-checksum- header.") }
    expectedChecksum = sent.first
    trailerAlgorithm = request.headers["x-amz-trailer"].flatMap { ChecksumAlgorithm(headerName: $0) }
    computedAlgorithm = sent.first?.algorithm ?? trailerAlgorithm ?? computing
    if case .chunked = signing {
      guard let size = request.headers["x-amz-decoded-content-length"].flatMap({ Int($0) }) else {
        throw S3Fault(
          411, "MissingContentLength", "You must provide the x-amz-decoded-content-length HTTP header.")
      }
      expectedSize = size
    } else {
      expectedSize = request.headers["content-length"].flatMap { Int($0) }
    }
  }

  /// Calls `use` with the data, and says at the end whether it was what the client meant to send.
  /// - Throws: ``S3Fault`` when it was not; what `use` throws.
  func read(_ use: (UnsafeRawBufferPointer) throws -> Void) async throws -> PayloadSummary {
    let md5 = Checksum(.md5)
    let sha256 = isHashed ? Checksum(.sha256) : nil
    let checksum = computedAlgorithm?.makeDigest()
    var size = 0
    func take(_ bytes: UnsafeRawBufferPointer) throws {
      size += bytes.count
      md5.update(bytes)
      sha256?.update(bytes)
      checksum?.update(bytes)
      try use(bytes)
    }

    var trailers: [String: String] = [:]
    if case .chunked(let signer, let seed, let hasTrailer) = signing {
      var decoder = ChunkedDecoder(signer: signer, seed: seed, hasTrailer: hasTrailer)
      try await request.body.forEach { piece in
        try piece.withUnsafeBytes { bytes in try decoder.feed(bytes, take) }
      }
      try decoder.finish()
      trailers = decoder.trailers
    } else {
      try await request.body.forEach { piece in try piece.withUnsafeBytes(take) }
    }

    if let expectedSize, expectedSize != size { throw S3Fault.incompleteBody }
    if case .sha256(let expected) = signing, sha256?.finish().hex != expected {
      throw S3Fault(
        400, "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.")
    }
    let digest = md5.finish()
    if let expectedMD5, Data(digest).base64EncodedString() != expectedMD5 {
      throw Data(base64Encoded: expectedMD5)?.count == 16
        ? S3Fault.badDigest("Content-MD5")
        : S3Fault(400, "InvalidDigest", "The Content-MD5 you specified is not valid.")
    }
    return PayloadSummary(size: size, md5: digest, checksum: try check(checksum?.finish(), trailers))
  }

  /// The whole body in memory, for the small documents.
  func collect(limit: Int = 2 << 20) async throws -> Data {
    var data = Data()
    _ = try await read { bytes in
      guard data.count + bytes.count <= limit else { throw S3Fault.malformedXML }
      data.append(contentsOf: bytes)
    }
    return data
  }

  private var isHashed: Bool { if case .sha256 = signing { true } else { false } }

  private func check(_ computed: [UInt8]?, _ trailers: [String: String]) throws(S3Fault) -> ObjectChecksum? {
    guard let algorithm = computedAlgorithm, let computed else { return nil }
    let value = Data(computed).base64EncodedString()
    var expected = expectedChecksum?.value
    if let trailerAlgorithm {
      guard let sent = trailers[trailerAlgorithm.headerName] else {
        throw .invalidRequest(
          "The trailer \(trailerAlgorithm.headerName) that x-amz-trailer names is missing.")
      }
      expected = sent
    }
    if let expected, expected != value { throw .badDigest(algorithm.rawValue) }
    return ObjectChecksum(algorithm: algorithm, value: value)
  }
}
