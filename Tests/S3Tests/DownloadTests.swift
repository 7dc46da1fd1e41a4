import Foundation
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import S3

/// Downloads from a server that does what a test tells it to.
struct DownloadTests {
  private let location = S3Location(bucket: "models", key: "m.h5")
  private static let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }

  /// The range that a request asks for, answered as S3 does.
  private static func answer(
    _ request: ScriptedServer.Request, eTag: String = "e", bytes: [UInt8] = bytes, cutTo: Int? = nil
  ) -> [ScriptedServer.Step] {
    let ends =
      request.headers["range"]?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) } ?? []
    guard ends.count == 2, ends[0] < bytes.count else {
      return [.answer(416, [:], "<Error><Code>InvalidRange</Code></Error>")]
    }
    if let wanted = request.headers["if-match"], wanted != "\"\(eTag)\"" {
      return [.answer(412, [:], "<Error><Code>PreconditionFailed</Code></Error>")]
    }
    let body = bytes[ends[0]...min(ends[1], bytes.count - 1)]
    let head =
      "HTTP/1.1 206 Partial Content\r\nETag: \"\(eTag)\"\r\nContent-Length: \(body.count)\r\n"
      + "Content-Range: bytes \(ends[0])-\(ends[0] + body.count - 1)/\(bytes.count)\r\n\r\n"
    guard let cutTo else { return [.send(head), .sendBytes(Array(body))] }
    return [.send(head), .sendBytes(Array(body.prefix(cutTo))), .close]
  }

  @Test func manyParts() throws {
    try serve({ Self.answer($0) }) { client, server, path in
      let head = try client.download(
        location, to: path, options: DownloadOptions(partSize: 100_000, connections: 3))
      #expect(head.length == Self.bytes.count && head.eTag == "e")
      try expectFile(path)
      #expect(server.requests.count == 11)
      #expect(server.requests.dropFirst().allSatisfy { $0.headers["if-match"] == "\"e\"" })
      #expect(Set(server.requests.map(\.connection)).count <= 3)
    }
  }

  /// Every answer breaks off after 40,000 bytes: the next one goes on from there, and nothing is asked for twice.
  @Test func brokenPartsGoOn() throws {
    try serve({ Self.answer($0, cutTo: 40_000) }) { client, server, path in
      try client.download(location, to: path, options: DownloadOptions(partSize: 100_000, connections: 4))
      try expectFile(path)
      let starts = server.requests.compactMap {
        $0.headers["range"]?.dropFirst(6).split(separator: "-").first.map(String.init)
      }
      #expect(Set(starts).count == starts.count)
      #expect(starts.count == 10 * 3 + 1)
    }
  }

  @Test func passingFailures() throws {
    let seen = Mutex<[String: Int]>([:])
    try serve({ request in
      let range = request.headers["range"] ?? ""
      let attempt = seen.withLock { seen in
        seen[range, default: 0] += 1
        return seen[range] ?? 0
      }
      return attempt < 3 ? [.answer(503, [:], "<Error><Code>SlowDown</Code></Error>")] : Self.answer(request)
    }) { client, _, path in
      try client.download(location, to: path, options: DownloadOptions(partSize: 200_000, connections: 4))
      try expectFile(path)
    }
  }

  @Test func serverWithoutRanges() throws {
    try serve({ _ in
      [
        .send("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: \(Self.bytes.count)\r\n\r\n"),
        .sendBytes(Self.bytes),
      ]
    }) { client, server, path in
      try client.download(location, to: path, options: DownloadOptions(partSize: 1000))
      try expectFile(path)
      #expect(server.requests.count == 1)
    }
  }

  /// The object is replaced after the first part: everything is fetched again, of the new one.
  @Test func replacedMeanwhile() throws {
    let old = [UInt8](repeating: 7, count: 500_000)
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Step] = { request in
      request.number == 0 ? Self.answer(request, eTag: "old", bytes: old) : Self.answer(request)
    }
    try serve(script) { client, _, path in
      let head = try client.download(
        location, to: path, options: DownloadOptions(partSize: 100_000, connections: 2))
      #expect(head.eTag == "e")
      try expectFile(path)
    }
    try serve(script) { client, _, path in
      let options = DownloadOptions(partSize: 100_000, connections: 2, ifMatch: "old")
      let error = failure { () throws(S3Error) in try client.download(location, to: path, options: options) }
      #expect(error?.isPreconditionFailed == true)
      try expectNothing(path)
    }
  }

  /// Servers that ignore `If-Match`, or send another range than was asked for.
  @Test func wrongAnswers() throws {
    let scripts: [@Sendable (ScriptedServer.Request) -> [ScriptedServer.Step]] = [
      { request in
        var request = request
        request.headers["if-match"] = nil
        return Self.answer(request, eTag: "e\(request.number)")
      },
      { request in
        [
          .send(
            "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Length: 5\r\nContent-Range: bytes 3-7/1000\r\n\r\nxxxxx"
          )
        ]
      },
      { _ in
        [
          .send(
            "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Length: 5\r\nContent-Range: nonsense\r\n\r\nxxxxx"
          )
        ]
      },
      { _ in [.answer(200, [:], "no ETag")] },
      { _ in [.answer(206, ["ETag": "\"e\"", "Content-Range": "bytes 0-4/999999999999999999999"], "xxxxx")] },
    ]
    for script in scripts {
      try serve(script) { client, _, path in
        let options = DownloadOptions(partSize: 100_000, connections: 2)
        let error = failure { () throws(S3Error) in try client.download(location, to: path, options: options)
        }
        #expect(error != nil)
        try expectNothing(path)
      }
    }
  }

  @Test func lastingFailureLeavesNothing() throws {
    try serve({ request in
      request.number < 4
        ? Self.answer(request) : [.answer(403, [:], "<Error><Code>AccessDenied</Code></Error>")]
    }) { client, _, path in
      try Data("old".utf8).write(to: URL(fileURLWithPath: path))
      let options = DownloadOptions(partSize: 100_000, connections: 2)
      let error = failure { () throws(S3Error) in try client.download(location, to: path, options: options) }
      #expect(error?.code == "AccessDenied")
      // What had the name before still has it.
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      try FileManager.default.removeItem(atPath: path)
      try expectNothing(path)
    }
  }

  @Test func missingFolder() throws {
    try serve({ Self.answer($0) }) { client, server, path in
      let error = failure { () throws(S3Error) in try client.download(location, to: path + "/no/such") }
      #expect(error?.code == "FileError" && server.requests.isEmpty, "\(error as Any)")
    }
  }

  /// More than any disk has: noticed before the bytes are fetched.
  @Test func fullDisk() throws {
    let size = 1 << 50
    try serve({ _ in
      [
        .send(
          "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Length: 1000000\r\nContent-Range: bytes 0-999999/\(size)\r\n\r\n"
        ),
        .wait(seconds: 20),
      ]
    }) { client, _, path in
      let error = failure { () throws(S3Error) in
        try client.download(location, to: path, options: DownloadOptions(partSize: 1_000_000))
      }
      // EFBIG where the file system cannot have such a file at all.
      #expect(error?.code == "NoSpace" || error?.message.contains("too large") == true, "\(error as Any)")
      try expectNothing(path)
    }
  }

  private func serve(
    _ script: @escaping @Sendable (ScriptedServer.Request) -> [ScriptedServer.Step],
    _ body: (S3Client, ScriptedServer, String) throws -> Void
  ) throws {
    let scratch = try Scratch()
    try ScriptedServer.run(script) { server in
      let client = try S3Client(
        credentials: Credentials(accessKeyID: "id", secretAccessKey: "secret"), region: "us-east-1",
        endpoint: server.endpoint, retry: RetryPolicy(attempts: 5, baseDelay: 0.01, maximumDelay: 0.05))
      try body(client, server, scratch.path("model"))
    }
  }

  private func expectFile(_ path: String) throws {
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(Self.bytes))
    try expectOnly([(path as NSString).lastPathComponent], in: path)
  }

  private func expectNothing(_ path: String) throws { try expectOnly([], in: path) }

  private func expectOnly(_ names: [String], in path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == names)
  }
}
