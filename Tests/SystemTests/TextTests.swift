import Foundation
import System
import TestSupport
import Testing

/// Texts against Python's standard library.
@Suite(.enabled(if: Fixtures.exist("System"), Comment(rawValue: Fixtures.hint)))
struct TextTests {
  private struct Texts: Decodable {
    struct Moment: Decodable {
      var seconds: Double
      var extended, basic, http: String
    }
    struct Block: Decodable { var hex, base64: String }
    struct Percent: Decodable { var text, encoded, path, form: String }
    struct Decoded: Decodable { var encoded, plain, form: String }
    struct Failure: Decodable {
      var code: Int32
      var text: String
    }

    var dates: [Moment]
    var blocks: [Block]
    var percent: [Percent]
    var decoded: [Decoded]
    var errors: [Failure]
  }

  private let texts: Texts

  init() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.directory("System") + "/texts.json"))
    texts = try JSONDecoder().decode(Texts.self, from: data)
  }

  @Test func dates() {
    #expect(texts.dates.count > 500)
    for moment in texts.dates {
      let time = UTCTime(moment.seconds)
      #expect(time.extended == moment.extended && time.basic == moment.basic && time.http == moment.http)
      #expect(UTCTime(basic: moment.basic)?.seconds == moment.seconds.rounded(.down))
      #expect(UTCTime(http: moment.http)?.seconds == moment.seconds.rounded(.down))
    }
  }

  @Test func hexAndBase64() {
    for block in texts.blocks {
      let bytes = Hex.decode(block.hex) ?? [0]
      #expect(bytes.hex == block.hex && Hex.decode(block.hex.uppercased()) == bytes)
      #expect(Base64.encode(bytes) == block.base64 && Base64.decode(Array(block.base64.utf8)) == bytes)
    }
  }

  @Test func percentEncoding() {
    for item in texts.percent {
      #expect(PercentEncoding.encode(item.text) == item.encoded)
      #expect(PercentEncoding.encode(item.text, keeping: "/") == item.path)
      #expect(PercentEncoding.encode(item.text, spaceIsPlus: true) == item.form)
      #expect(PercentEncoding.decode(item.encoded) == item.text)
      #expect(PercentEncoding.decode(item.form, plusIsSpace: true) == item.text)
    }
    for item in texts.decoded {
      #expect(PercentEncoding.decode(item.encoded) == item.plain)
      #expect(PercentEncoding.decode(item.encoded, plusIsSpace: true) == item.form)
    }
  }

  @Test func errors() {
    for item in texts.errors { #expect(SystemError(item.code).description == item.text) }
    errno = ENOTEMPTY
    #expect(SystemError().code == ENOTEMPTY)
  }
}

/// What is not of the form that is read.
struct RefusalTests {
  @Test func base64() {
    for count in 0..<60 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
      #expect(Base64.encode(bytes) == Data(bytes).base64EncodedString())
      #expect(Base64.decode(Array(Base64.encode(bytes).utf8)) == bytes)
    }
    #expect(Base64.decode(Array("YQ".utf8)) == Array("a".utf8))
    for text in ["a", "!AAA", "AA=A", "AAAAA", "ü"] { #expect(Base64.decode(Array(text.utf8)) == nil) }
  }

  @Test func hex() {
    for text in ["0", "abc", "0g", "+1", "-1", " 1", "0x", "é", "１１"] {
      #expect(Hex.decode(text) == nil, "\(text)")
    }
    #expect(Hex.decode("") == [])
  }

  @Test func percentEncoding() {
    #expect(PercentEncoding.decode("100%.jpg%", plusIsSpace: true) == "100%.jpg%")
    #expect(PercentEncoding.decode("%zz%4") == "%zz%4" && PercentEncoding.decode("%+1") == "%+1")
  }

  @Test func times() {
    #expect(UTCTime(1_369_353_600).basic == "20130524T000000Z")
    #expect(UTCTime(-5).basic == "19700101T000000Z" && UTCTime(1e300).basic == "99991231T235959Z")
    #expect(UTCTime(http: "Fri, 24 May 2013 00:00:00 GMT")?.seconds == 1_369_353_600)
    #expect(UTCTime(http: "Thu, 29 Feb 2024 23:59:59 UTC")?.seconds == 1_709_251_199)
    for date in [
      "", "now", "Fri, 24 May 2013 00:00:00 CET", "Fri, 24 Mai 2013 00:00:00 GMT",
      "Fri, 99 May 2013 00:00:00 GMT", "Thu, 29 Feb 2013 00:00:00 GMT", "Fri, 31 Apr 2013 00:00:00 GMT",
      "Fri, 24 May 2013 24:00:00 GMT", "Fri, 24 May 2013 00:60:00 GMT", "Fri, 00 May 2013 00:00:00 GMT",
      // A year later, in the same month.
      "Fri, 366 Jan 2013 00:00:00 GMT", "Fri, 24 May 2013 0:0 GMT", "Fri, 24 May 99999999999 00:00:00 GMT",
      "Fri, +4 May 2013 00:00:00 GMT",
    ] {
      #expect(UTCTime(http: date) == nil, "\(date)")
    }
    #expect(UTCTime(basic: "20240229T235959Z")?.seconds == 1_709_251_199)
    for date in [
      "", "20130524T000000", "20130524 000000Z", "20130229T000000Z", "20130024T000000Z", "20131324T000000Z",
      "20130524T240000Z", "+0130524T000000Z", "2013052éT00000Z",
    ] {
      #expect(UTCTime(basic: date) == nil, "\(date)")
    }
  }
}
