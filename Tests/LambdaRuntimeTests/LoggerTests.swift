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
