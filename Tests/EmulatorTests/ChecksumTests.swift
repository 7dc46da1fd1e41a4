import Foundation
import Testing

@testable import Emulator

struct ChecksumTests {
  /// The check values of the catalogue of parametrised CRC algorithms: of the digits 1 to 9.
  @Test(arguments: [
    (ChecksumAlgorithm.crc32, "cbf43926"), (.crc32c, "e3069283"), (.crc64nvme, "ae8b14860a799888"),
    (.sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
    (.sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
  ])
  func checkValue(algorithm: ChecksumAlgorithm, expected: String) {
    let digest = algorithm.makeDigest()
    for piece in ["123", "", "456789"] { digest.update(Data(piece.utf8)) }
    #expect(digest.finish().hex == expected)
  }
}
