import Digests
import System
import TestSupport
import Testing

struct ChecksumTests {
  /// The check values of the CRC catalogue, of the NVM Express specification, and of FIPS 180 and RFC 1321.
  @Test(arguments: [
    (Checksum.Algorithm.crc32, "123456789", "cbf43926"), (.crc32c, "123456789", "e3069283"),
    (.crc64nvme, "123456789", "ae8b14860a799888"), (.md5, "abc", "900150983cd24fb0d6963f7d28e17f72"),
    (.sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func published(algorithm: Checksum.Algorithm, text: String, value: String) {
    #expect(Array(text.utf8).withUnsafeBytes { Checksum.of($0, algorithm) }.hex == value)
    #expect(algorithm.length * 2 == value.count)
  }

  /// Computed with awscrt's `checksums`, zlib and hashlib.
  private static let peers: [(Int, String, String, String, String, String, String)] = [
    (
      0, "00000000", "00000000", "0000000000000000",
      "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    ),
    (
      1, "d202ef8d", "527d5351", "d5da5047efec8728",
      "93b885adfe0da089cdf634904fd59f71", "5ba93c9db0cff93f52b521d7420e43f6eda2784f",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    ),
    (
      7, "41c028d1", "b65c28d5", "2e2bac50da811856",
      "a22a482224ec3eb876210bef69387f62", "e708b7b77dad74569adbac1136a7c6c915a3d030",
      "613b515582363467824bad86cdca6546bec9bdda44d6ec023ba939e42a0fc223"
    ),
    (
      8, "054efd4b", "840ab37f", "c4d05bc22c0e5020",
      "dcf9a8238b48d8ac9f49860654a125e4", "b10f43b4566e5fadf6fa6239855437a53062c6a5",
      "66686ff97ab3e63f121def7f00a963bd2cd4f411238cc0bf81d76b937745c935"
    ),
    (
      9, "f6b302d6", "45be1bcd", "918e00ba6121d139",
      "86ad1be5545f9d87c69115043c04ca48", "64a64029d6abfcc41df79e2ec97f5e8fb7ea2fad",
      "cd35c73cedbcba82856afbff8db70c55e74959787ad72a410e8726552bb6f325"
    ),
    (
      15, "31521f1e", "ef826b64", "28526fd17cfa2954",
      "20d5326a04d561df8c175f8dbf4d1a22", "d19570a594784f108502033997035c2f23dda4b2",
      "a3cc62ae3a20d9117075d5c6288732e0ba7973edb6fdbb84d003a8f7c9265c9c"
    ),
    (
      16, "9b5afadf", "8d79e2fd", "d12166b173f2234c",
      "7065176e3d13f2749e034671df93e097", "ac5f0fc097abecb2221bf69d6e7a2a74d813d226",
      "b98303ea872706c6431d437fde93047daf830b754b18c8123aef9c7afbeacf6f"
    ),
    (
      17, "7948882e", "edd86660", "a938ea839b4344c7",
      "a55bc5008e96878fdf17e8cdfcbd3535", "500b2ac717ca235c397b96f91775b12413f7ffde",
      "86ffe3289ed8df8198f53ed23883edea75d13c39997b2000c28bf3a1d9810150"
    ),
    (
      63, "e21d76b7", "58559831", "dfbed80531f42502",
      "7f4ffadad0efab4d73d674f5c01e0241", "425c5e5f14e7fda6056a0ccd7d4184967fc1df98",
      "796ef051dde75088c3a8ead0acca012f191104a14305b1557711e4ba82bd44a9"
    ),
    (
      64, "b2507c2e", "3ac91a6a", "7c051dccf3de4088",
      "ccbd6285557e2de6c53ed2477612c987", "401e32e33909822669b552ebf0e5ea5bdcde1fd6",
      "2a124588195c41d0552cff6aa9a5370266e743312651741e25e56bae950a87af"
    ),
    (
      65, "9502708e", "9bee07d5", "a4e0635331658a72",
      "4183422a795ad356e5cd32f8fdec8896", "fb19e133b880d17e9bba64652082a84423904e54",
      "3b96664184e354981973e0ea2ea0865991b8f7f214d87eab967ef63138697b8b"
    ),
    (
      255, "e80021ca", "f15b9afc", "bebcb2ccb676b9c4",
      "2ae2c0d87d7d3c611a47559a04dd9e99", "97865b9c6645b68b2b99f8014dfd7256b94d34b1",
      "3e3c682e807ab24b73439db3516a08ebb0fa6f9d9821330289f1c06527284930"
    ),
    (
      1000, "310bc288", "ca547486", "f6471693b095d7a8",
      "a696ac604bd3c8307e14940aecc4b8b6", "e3d2d07d6fda4874baa17b709e4a2aab93e7baad",
      "d29557072d0535fcb073e0a5e8e9d53b90283bd634b90798020e8dbf3a331885"
    ),
    (
      4096, "e3477f03", "a51cbb5e", "fa14069375c56278",
      "a1f0a61b3036aec02ab76a64581a636d", "49a04de9fb72728bc36bb79779c69b8e500c1ea9",
      "01de4f2ef99d6472d1b9a4c26093fb26e422da5dbc7b28595e6e1a2c69d2fdc0"
    ),
    (
      65537, "873cb9a7", "f0b041a1", "cf3cf93b9935dc1d",
      "de790c088a0c564acb09ea4d5287037f", "8f1d1cc84c72e87b4d80961e28f826540cced990",
      "97660efb7a264d1e4a5ee143d9912792fcc4af4d445c6a1181e8e0615b4efe72"
    ),
    (
      1000003, "40e27312", "73d9c5aa", "61ee026f97d13bab",
      "95729d84dd7e244372e69a7beaf0ab85", "fbbf27edf62da9529bb9a986401f353ecb8de499",
      "4af6149c647c8d59cc3555d14008c6f28ef47a419030ed59c8adedc97d8ff6ac"
    ),
  ]

  @Test func whatPeersCompute() {
    for (length, crc32, crc32c, crc64nvme, md5, sha1, sha256) in Self.peers {
      let bytes = pattern(length)
      let expected: [(Checksum.Algorithm, String)] = [
        (.crc32, crc32), (.crc32c, crc32c), (.crc64nvme, crc64nvme), (.md5, md5), (.sha1, sha1),
        (.sha256, sha256),
      ]
      for (algorithm, value) in expected {
        #expect(bytes.withUnsafeBytes { Checksum.of($0, algorithm) }.hex == value, "\(algorithm) \(length)")
      }
    }
  }

  /// Cut anywhere, at any alignment, empty pieces among them.
  @Test(arguments: Checksum.Algorithm.allCases) func pieces(algorithm: Checksum.Algorithm) {
    let bytes = pattern(1000)
    let whole = bytes.withUnsafeBytes { Checksum.of($0, algorithm) }
    for size in [1, 3, 7, 8, 13, 64, 999] {
      let checksum = Checksum(algorithm)
      checksum.update(UnsafeRawBufferPointer(start: nil, count: 0))
      bytes.withUnsafeBytes { all in
        for start in stride(from: 0, to: all.count, by: size) {
          checksum.update(UnsafeRawBufferPointer(rebasing: all[start..<min(start + size, all.count)]))
          checksum.update(UnsafeRawBufferPointer(start: nil, count: 0))
        }
      }
      #expect(checksum.finish() == whole, "\(size)")
    }
  }

  @Test(arguments: [CRC.ieee, .castagnoli, .nvme]) func combination(crc: CRC) {
    let bytes = pattern(70_000)
    bytes.withUnsafeBytes { all in
      let whole = crc.value(after: 0, all)
      for cut in [0, 1, 8, 4095, 65_536, 69_999, 70_000] {
        let first = crc.value(after: 0, UnsafeRawBufferPointer(rebasing: all[..<cut]))
        let second = crc.value(after: 0, UnsafeRawBufferPointer(rebasing: all[cut...]))
        #expect(crc.combined(first, second, length: all.count - cut) == whole, "\(cut)")
      }
    }
  }

  /// RFC 1321 and RFC 4231.
  @Test func wholeDigests() {
    #expect(Digest.md5("abc".utf8).hex == "900150983cd24fb0d6963f7d28e17f72")
    #expect(
      Digest.sha256("abc".utf8).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Digest.hmac(key: Array("Jefe".utf8), "what do ya want for nothing?").hex
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }
}
