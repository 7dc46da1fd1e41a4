import Digests
import Foundation
import S3
import System
import TestSupport
import Testing

@testable import Classifier

/// Texts against Python's standard library.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct TextTests {
  private struct Texts: Decodable {
    struct Key: Decodable { var key, encoded: String }
    struct Number: Decodable {
      var value: Double
      var text: String
    }
    struct Digest: Decodable { var hex, md5, sha256: String }

    var keys: [Key]
    var numbers: [Number]
    var digests: [Digest]
  }

  private let texts: Texts

  init() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/texts.json"))
    texts = try JSONDecoder().decode(Texts.self, from: data)
  }

  @Test func keys() {
    for item in texts.keys { #expect(PercentEncoding.decode(item.encoded, plusIsSpace: true) == item.key) }
    #expect(texts.keys.count > 300)
  }

  @Test func numbers() {
    for number in texts.numbers { #expect(Decimal.text(number.value, places: 4) == number.text) }
  }

  @Test func digests() {
    for digest in texts.digests {
      let digits = Array(digest.hex)
      let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0...($0 + 1)]), radix: 16)
      }
      #expect(Digest.md5(bytes).hex == digest.md5 && Digest.sha256(bytes).hex == digest.sha256)
    }
  }
}
