import Foundation
import Testing

@testable import LambdaRuntime

struct LoggerTests {
  private func records(_ environment: [String: String] = [:], _ body: (Logger) -> Void) throws -> [[String:
    Any]]
  {
    let lines = RunLoopTests.Lines()
    body(Logger(environment: environment, write: { lines.add($0) }))
    return try lines.all.map { line in
      #expect(line.hasSuffix("\n") && line.utf8.count { $0 == 10 } == 1, "\(line)")
      return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test func `a record is one line, whatever its text`() throws {
    let text = "a\nb\r\n\u{85}\u{2028}\"\\\0\u{1B}[31m 日本"
    let records = try records { logger in
      logger.info(text, ["text": .string(text), "n": 3, "x": 0.5, "nan": .double(.nan), "is": true])
      logger.forInvocation("id-1").error("e")
    }
    #expect(records.count == 2)
    #expect(records[0]["message"] as? String == text)
    #expect(records[0]["text"] as? String == text)
    #expect(
      records[0]["n"] as? Int == 3 && records[0]["x"] as? Double == 0.5 && records[0]["is"] as? Bool == true)
    #expect(records[0]["nan"] is NSNull)
    #expect(records[0]["level"] as? String == "INFO" && records[0]["requestId"] == nil)
    #expect(records[1]["level"] as? String == "ERROR" && records[1]["requestId"] as? String == "id-1")
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    let date = try #require(formatter.date(from: records[0]["timestamp"] as? String ?? ""))
    #expect(abs(date.timeIntervalSinceNow) < 600)
  }

  /// Keys of objects come from uploaders: a logged key must not control a terminal or a viewer.
  @Test func `control characters are spelled out`() throws {
    // C0, DEL, C1 with CSI and NEL, what turns the direction of writing, separators of lines, what is invisible.
    let values =
      Array(0..<0x20) + Array(0x7F...0x9F) + [0x61C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029]
      + Array(0x202A...0x202E) + Array(0x2060...0x2069) + [0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB]
    let controls = String(String.UnicodeScalarView(values.compactMap { Unicode.Scalar(UInt32($0)) }))
    #expect(controls.unicodeScalars.count == values.count)
    let key = "inv\u{202E}gpj.\(controls)日本 é 👩\u{200D}💻 می\u{200C}خواهم.jpg"
    let lines = RunLoopTests.Lines()
    Logger(environment: [:], write: { lines.add($0) }).error(key, ["object": .string(key)])
    let failure = InvocationFailure(type: "Function.X", message: key)
    for bytes in [Array((lines.all.first ?? "").utf8.dropLast()), failure.json] {
      let text = String(decoding: bytes, as: UTF8.self)
      let raw = text.unicodeScalars.filter { values.contains(Int($0.value)) }
      #expect(raw.isEmpty, "\(raw.map { $0.value })")
      let value = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
      #expect(value["object"] as? String ?? value["errorMessage"] as? String == key)
      // What is text stays readable.
      #expect(text.contains("日本 é 👩\u{200D}💻 می\u{200C}خواهم.jpg") && text.contains("inv\\u202egpj."))
    }
  }

  @Test func `very long texts are cut`() throws {
    let records = try records { $0.info(String(repeating: "ü", count: 1 << 20)) }
    #expect((records[0]["message"] as? String)?.utf8.count ?? 0 < 20_000)
  }

  @Test func `the level is the environment's`() throws {
    for (environment, levels) in [
      ([:], "IWE"), (["THIMBLE_LOG": "debug"], "DIWE"), (["THIMBLE_LOG": "Warning"], "WE"),
      (["THIMBLE_LOG": "error", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"], "E"),
      (["AWS_LAMBDA_LOG_LEVEL": "WARN"], "WE"),
      (["AWS_LAMBDA_LOG_LEVEL": "TRACE"], "DIWE"), (["AWS_LAMBDA_LOG_LEVEL": "FATAL"], "E"),
      // Said once, as a warning.
      (["THIMBLE_LOG": "loud"], "WIWE"),
    ] {
      let records = try records(environment) { logger in
        for level in Logger.Level.allCases { logger.log(level, "x") }
      }
      #expect(records.compactMap { ($0["level"] as? String)?.prefix(1) }.joined() == levels, "\(environment)")
    }
  }
}
