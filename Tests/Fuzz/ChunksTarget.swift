import Foundation

@testable import Emulator

/// `aws-chunked` bodies, signed and not. In which pieces they come makes no difference.
struct ChunksTarget: FuzzTarget {
  private static let scope = SignatureClaim.Scope(day: "20260131", region: "us-east-1", service: "s3")

  func run(_ input: UnsafeRawBufferPointer) {
    guard let options = input.first else { return }
    let body = UnsafeRawBufferPointer(rebasing: input.dropFirst())
    let signer =
      options & 1 == 0 ? nil : ChunkSigner(secret: "secret", timestamp: "20260131T081530Z", scope: Self.scope)
    let whole = decode(body, signer, piece: body.count)
    let parts = decode(body, signer, piece: Int(options >> 1) % 17 + 1)
    expect(whole == parts, "a body in pieces is another one")
  }

  /// - Returns: the data and the trailers; nil where the body is refused.
  private func decode(_ body: UnsafeRawBufferPointer, _ signer: ChunkSigner?, piece: Int) -> Decoded? {
    var decoder = ChunkedDecoder(signer: signer, seed: "seed", hasTrailer: true)
    var data: [UInt8] = []
    do {
      for start in stride(from: 0, to: body.count, by: max(piece, 1)) {
        let end = min(start + piece, body.count)
        try decoder.feed(UnsafeRawBufferPointer(rebasing: body[start..<end])) { data += $0 }
      }
      try decoder.finish()
    } catch {
      return nil
    }
    return Decoded(data: data, trailers: decoder.trailers)
  }

  private struct Decoded: Equatable {
    let data: [UInt8]
    let trailers: [String: String]
  }
}

/// The documents that clients send.
struct EmulatorXMLTarget: FuzzTarget {
  func run(_ input: UnsafeRawBufferPointer) {
    _ = try? AccessControlList(document: Data(input))
    _ = try? Tagging.parse(document: Data(input))
  }
}
