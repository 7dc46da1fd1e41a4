import Digests

/// Says whether the bytes of a whole object that came by ranges, in any order, are those that S3 keeps: each
/// range's CRC is taken by itself, and those of neighbours are put together.
///
/// S3 has no checksum for any range that one asks for: a 206 answer's `x-amz-checksum-*` is that of the whole
/// object, or of the part of an upload that the range happens to be (AWS). Only what it says of the version holds
/// for the range's bytes: `Content-Range`, `Content-Length`, `ETag`, `x-amz-version-id`. So an object of which some
/// ranges are never fetched cannot be verified.
///
/// Not to be used by two threads at once; ``Piece``s are independent.
public final class RangesVerifier {
  /// One range's checksum, while its bytes arrive in order.
  public final class Piece {
    let start: Int
    fileprivate let checksum: Checksum
    fileprivate var count = 0

    fileprivate init(_ algorithm: Checksum.Algorithm, start: Int) {
      self.start = start
      checksum = Checksum(algorithm)
    }

    public func update(_ bytes: UnsafeRawBufferPointer) {
      count += bytes.count
      checksum.update(bytes)
    }
  }

  private let length: Int
  private let expected: ObjectDigest
  private let crc: CRC
  /// Of ranges that follow one another without a gap: by where they start.
  private var finished: [Int: (end: Int, value: UInt64)] = [:]

  /// - Parameter head: of any of the answers.
  /// - Returns: nil where S3 tells no CRC of the whole object; the finished file may be given to a ``BodyVerifier``
  ///   instead.
  public init?(_ head: ObjectHead) {
    let found = head.digests.first { $0.kind == .wholeBody && $0.algorithm.crc != nil }
    guard let found, let crc = found.algorithm.crc else { return nil }
    (length, expected, self.crc) = (head.length, found, crc)
  }

  /// - Parameter start: the offset of the range's first byte.
  public func piece(at start: Int) -> Piece { Piece(expected.algorithm, start: start) }

  /// The range is there. To be called once for each.
  public func add(_ piece: Piece) {
    guard piece.count > 0 else { return }
    finished[piece.start] = (piece.start + piece.count, piece.checksum.crcValue)
  }

  /// - Throws: codes `Incomplete`, where ranges are missing or overlap, and `ChecksumMismatch`.
  public func finish(_ location: S3Location) throws(S3Error) {
    var (end, value) = (0, UInt64(0))
    while let next = finished[end] {
      value = crc.combined(value, next.value, length: next.end - end)
      end = next.end
    }
    guard end == length else {
      throw S3Call(.getObject, method: "GET", location)
        .error("Incomplete", "of \(length) bytes the first \(end) came.")
    }
    let got = Checksum.bytes(value, crc)
    guard got == expected.value else { throw .mismatch(expected, got: got, location) }
  }
}
