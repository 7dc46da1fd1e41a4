import Foundation
import System
import TestSupport
import Testing

@testable import S3

/// An attempt that hangs. The old code waited for twenty seconds, or as long as there was time: a stall of one download
/// used up a function's minute.
struct StallTests {
  private let location = S3Location(bucket: "models", key: "m.h5")
  private static let bytes = [UInt8](repeating: 9, count: 100_000)

  /// The first answer stops after so many bytes; further ones are whole.
  private static func answer(_ request: ScriptedServer.Request, sent: Int?) -> [ScriptedServer.Step] {
    let range = request.headers["range"]?.firstMatch(of: /bytes=(\d+)-(\d*)/)
    let first = range.flatMap { Int($0.1) } ?? 0
    let head =
      "HTTP/1.1 \(range == nil ? 200 : 206) OK\r\nETag: \"e\"\r\nContent-Length: \(bytes.count - first)\r\n"
      + (range == nil ? "" : "Content-Range: bytes \(first)-\(bytes.count - 1)/\(bytes.count)\r\n") + "\r\n"
    let body = Array(bytes[first...])
    guard request.number == 0 else { return [.send(head), .sendBytes(body)] }
    let begun = sent.map { [.send(head), .sendBytes(Array(body.prefix($0)))] } ?? [ScriptedServer.Step]()
    return begun + [.wait(seconds: 60)]
  }

  /// - Parameter load: returns the bytes.
  private func expectTwoAttempts(
    sent: Int?, _ load: (S3Client) throws -> [UInt8], _ place: SourceLocation = #_sourceLocation
  ) throws {
    var requests = 0
    var failure: (any Error)?
    // More time on a machine that is busy; never more than the twenty seconds of old.
    for seconds in [5.0, 10, 19] {
      failure = nil
      do {
        try ScriptedServer.run({ Self.answer($0, sent: sent) }) { server in
          let client = try S3Client(
            credentials: Credentials(accessKeyID: "a", secretAccessKey: "b"), region: "us-east-1",
            endpoint: server.endpoint)
          client.deadline = System.Clock.realtime + seconds
          #expect(try load(client) == Self.bytes, sourceLocation: place)
          requests = server.requests.count
        }
      } catch {
        failure = error
      }
      if failure == nil { break }
    }
    #expect(failure == nil && requests == 2, "\(failure as Any)", sourceLocation: place)
  }

  @Test(arguments: [nil, 0, 50_000]) func memory(sent: Int?) throws {
    try expectTwoAttempts(sent: sent) { try $0.get(location, limit: 1 << 20).body }
  }

  @Test(arguments: [nil, 0, 50_000]) func stream(sent: Int?) throws {
    try expectTwoAttempts(sent: sent) { client in
      let body = client.open(location)
      try body.finish()
      return Array(body.bytes)
    }
  }

  @Test(arguments: [nil, 0, 50_000]) func file(sent: Int?) throws {
    let scratch = try Scratch()
    try expectTwoAttempts(sent: sent) { client in
      try client.download(location, to: scratch.path("m.h5"))
      return Array(try Data(contentsOf: URL(fileURLWithPath: scratch.path("m.h5"))))
    }
  }
}
