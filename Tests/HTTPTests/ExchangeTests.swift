import Foundation
import TestSupport
import Testing

@testable import HTTP

struct ExchangeTests {
  @Test func requestsGoOutAsTheyAre() throws {
    try ScriptedServer.run({ _ in [.answer(201, ["X-Reply": " spaced  value ", "Set": "ü"], "done")] }) {
      server in
      let client = HTTPClient()
      var request = HTTPRequest(
        method: "POST", url: server.endpoint + "/a/../b//c%20d?x=1&y=%2F",
        headers: [("X-Empty", ""), ("X-Inner", "a  b")],
        body: Array("body\0more".utf8))
      let answer = try client.send(request)
      #expect(answer.status == 201)
      #expect(answer.headers["x-reply"] == "spaced  value")
      #expect(answer.headers["SET"] == "ü")
      #expect(answer.body == Array("done".utf8))
      for method in ["GET", "HEAD", "PUT", "DELETE"] {
        request.method = method
        request.body = []
        let answer = try client.send(request)
        #expect(answer.status == 201)
      }
      let seen = server.requests
      #expect(seen.map(\.method) == ["POST", "GET", "HEAD", "PUT", "DELETE"])
      #expect(seen.allSatisfy { $0.target == "/a/../b//c%20d?x=1&y=%2F" })
      #expect(seen[0].body == Array("body\0more".utf8))
      #expect(seen[3].headers["content-length"] == "0")
      // The HEAD's answer announced a body that did not come, so only its connection was not used again.
      #expect(Set(seen.map(\.connection)).count <= 2)
      let names = Set(seen[0].headers.keys)
      #expect(names == ["host", "x-empty", "x-inner", "content-length"])
      #expect(seen[0].headers["x-empty"] == "")
      #expect(seen[0].headers["x-inner"] == "a  b")
    }
  }

  @Test func connectionsAreKept() throws {
    try ScriptedServer.run({ _ in [.answer(200, [:], "x")] }) { server in
      let client = HTTPClient()
      for _ in 0..<20 { _ = try client.send(HTTPRequest(url: server.endpoint)) }
      #expect(server.requests.map(\.connection).max() == 0)
    }
  }

  /// As when a server closes what was idle for long.
  @Test func closedConnectionIsReplaced() throws {
    try ScriptedServer.run({ _ in [.answer(200, [:], "x"), .close] }) { server in
      let client = HTTPClient()
      for _ in 0..<5 {
        let request = HTTPRequest(method: "POST", url: server.endpoint, body: [1, 2])
        let answer = try client.send(request)
        #expect(answer.status == 200)
      }
      #expect(server.requests.count == 5)
    }
  }

  @Test func redirectsAreAnswers() throws {
    try ScriptedServer.run({ _ in [.answer(302, ["Location": "http://127.0.0.1:1/"])] }) { server in
      let answer = try HTTPClient().send(HTTPRequest(url: server.endpoint))
      #expect(answer.status == 302)
    }
  }

  @Test func interimAndChunkedAnswers() throws {
    let text =
      "HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-B: 2\r\n\r\n"
      + "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 3\r\n\r\n"
    try ScriptedServer.run({ _ in [.send(text)] }) { server in
      let answer = try HTTPClient().send(HTTPRequest(url: server.endpoint))
      #expect(answer.body == Array("abcde".utf8))
      #expect(answer.headers.fields.map(\.name) == ["transfer-encoding", "x-b"])
    }
  }

  @Test func limitHoldsWithAndWithoutLength() throws {
    let chunk = "8\r\n12345678\r\n"
    for head in ["Content-Length: 24", "Transfer-Encoding: chunked"] {
      let isChunked = head.hasPrefix("T")
      let body = isChunked ? chunk + chunk + chunk + "0\r\n\r\n" : String(repeating: "12345678", count: 3)
      try ScriptedServer.run({ _ in [.send("HTTP/1.1 200 OK\r\n\(head)\r\n\r\n" + body)] }) { server in
        let client = HTTPClient()
        let answer = try client.send(HTTPRequest(url: server.endpoint, limit: 24))
        #expect(answer.body.count == 24)
        #expect(failure(client, HTTPRequest(url: server.endpoint, limit: 23))?.kind == .tooLarge)
        // A HEAD announces what does not come.
        if !isChunked {
          let answer = try client.send(HTTPRequest(method: "HEAD", url: server.endpoint, limit: 0))
          #expect(answer.headers["content-length"] == "24")
        }
      }
    }
  }

  @Test func brokenAnswersSayWhatBroke() throws {
    let cases: [(steps: [ScriptedServer.Step], kind: HTTPError.Kind)] = [
      ([.close], .broken),
      ([.reset], .broken),
      ([.send("HTTP/1.1 200 OK\r\nContent-Le"), .close], .broken),
      ([.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"), .close], .broken),
      ([.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"), .reset], .broken),
      ([.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"), .close], .broken),
      ([.send("220 smtp.example.com\r\n"), .close], .malformed),
      (
        [
          .send(
            "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 90_000) + "\r\n"
              + String(repeating: "Y: " + String(repeating: "y", count: 60_000) + "\r\n", count: 20)), .close,
        ], .broken
      ),
    ]
    for (index, (steps, kind)) in cases.enumerated() {
      try ScriptedServer.run({ _ in steps }) { server in
        let error = try #require(failure(HTTPClient(), HTTPRequest(url: server.endpoint + "/path?secret=1")))
        #expect(error.kind == kind, "case \(index): \(error)")
        #expect(error.isRetryable)
        #expect(error.description.hasPrefix("GET \(server.endpoint)/path: "), "\(error)")
        #expect(!error.reason.isEmpty)
      }
    }
  }

  @Test func timesAreKept() throws {
    try ScriptedServer.run({ _ in [.wait(seconds: 30)] }) { server in
      let slow = failure(HTTPClient(), HTTPRequest(url: server.endpoint, timeout: 0.2))
      #expect(slow?.kind == .timeout)
      #expect(failure(HTTPClient(), HTTPRequest(url: server.endpoint, stallTimeout: 1))?.kind == .timeout)
    }
    let stalls: [ScriptedServer.Step] = [
      .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"), .wait(seconds: 30),
    ]
    try ScriptedServer.run({ _ in stalls }) { server in
      #expect(failure(HTTPClient(), HTTPRequest(url: server.endpoint, stallTimeout: 1))?.kind == .timeout)
    }
  }

  /// Longer than the stall time in sum, but never without a byte for that long: unless the machine is busy.
  @Test func slowIsNotStalled() throws {
    let bytes = String(repeating: "x", count: 100)
    let isAnswered = try Patience.limits.contains { limit in
      let wait = ScriptedServer.Step.wait(seconds: limit * 0.6)
      let steps =
        [wait, .send("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n")]
        + (0..<4).flatMap { _ in [wait, .send(bytes)] }
      return try ScriptedServer.run({ _ in steps }) { server in
        let answer = try? HTTPClient().send(HTTPRequest(url: server.endpoint, stallTimeout: limit * 2))
        return answer?.body.count == 400
      }
    }
    #expect(isAnswered)
  }

  @Test func nobodyListens() throws {
    let port = try ClosedPort()
    let error = failure(HTTPClient(), HTTPRequest(url: "http://127.0.0.1:\(port.number)/"))
    #expect(error?.kind == .connect)
    let name = failure(HTTPClient(), HTTPRequest(url: "http://no-such-host.invalid/"))
    #expect(name?.kind == .connect, "\(name as Any)")
  }

  @Test func nonsenseIsRefused() {
    let requests = [
      HTTPRequest(url: "ftp://127.0.0.1/"), HTTPRequest(url: "file:///etc/passwd"),
      HTTPRequest(url: "http://"),
      HTTPRequest(url: "http://127.0.0.1/a b"), HTTPRequest(url: "http://127.0.0.1/ü"),
      HTTPRequest(url: "http://127.0.0.1:99999/"),
      HTTPRequest(url: "http://127.0.0.1/", headers: [("A", "b\r\nC: d")]),
      HTTPRequest(url: "http://127.0.0.1/", headers: [("A B", "c")]),
      HTTPRequest(url: "http://127.0.0.1/", headers: [("", "c")]),
    ]
    for request in requests {
      #expect(failure(HTTPClient(), request)?.kind == .invalidRequest, "\(request.url)")
    }
  }

  @Test func manyAtOnce() throws {
    try ScriptedServer.run({ request in
      [.wait(seconds: 0.05), .answer(200, [:], request.target)]
    }) { server in
      let client = HTTPClient()
      var expected: [HTTPClient.ExchangeID: String] = [:]
      for index in 0..<20 {
        expected[try client.start(HTTPRequest(url: server.endpoint + "/\(index)"))] = "/\(index)"
      }
      let cancelled = try client.start(HTTPRequest(url: server.endpoint + "/cancelled"))
      client.cancel(cancelled)
      // One that is waited for does not swallow the others.
      #expect(try client.send(HTTPRequest(url: server.endpoint + "/own")).body == Array("/own".utf8))
      while !expected.isEmpty {
        for (id, result) in client.poll(atMost: 10) {
          let body = try String(decoding: result.get().body, as: UTF8.self)
          #expect(expected.removeValue(forKey: id) == body)
        }
      }
      #expect(client.poll(atMost: 0.01).isEmpty)
    }
  }

  @Test func sinksTakeBodies() throws {
    final class Sink: HTTPBodySink {
      var bytes: [UInt8] = []
      var room = Int.max
      func use(of head: HTTPResponse) -> HTTPBodyUse { head.status == 200 ? .sink : .memory }
      func write(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyReaction {
        self.bytes.append(contentsOf: bytes)
        return self.bytes.count <= room ? .taken : .refused
      }
    }
    let body = String(repeating: "0123456789", count: 100_000)
    try ScriptedServer.run({ [.answer($0.target == "/missing" ? 404 : 200, [:], body)] }) { server in
      let client = HTTPClient()
      let sink = Sink()
      let answer = try client.send(HTTPRequest(url: server.endpoint, limit: 0), sink: sink)
      #expect(answer.body.isEmpty && sink.bytes == Array(body.utf8))
      sink.bytes = []
      let missing = try client.send(HTTPRequest(url: server.endpoint + "/missing"), sink: sink)
      #expect(missing.body == Array(body.utf8) && sink.bytes.isEmpty)
      sink.room = 500_000
      let refused = failure(client, HTTPRequest(url: server.endpoint), sink)
      #expect(refused?.kind == .sink && refused?.isRetryable == false)
    }
  }

  @Test func ownMachineIsNotBehindAProxy() throws {
    let local = [
      "http://localhost:80/", "http://127.0.0.1/", "http://127.8.9.1/", "http://[::1]:8/",
      "http://a.localhost/",
      "http://169.254.100.1:9001/2018-06-01",
    ]
    let remote = [
      "http://example.com/", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
      "http://10.0.0.1/",
      "https://[2001:db8::1]/",
    ]
    for url in local { #expect(try HTTPURL(HTTPRequest(url: url)).isLocal, "\(url)") }
    for url in remote { #expect(try !HTTPURL(HTTPRequest(url: url)).isLocal, "\(url)") }
  }

  private func failure(
    _ client: HTTPClient, _ request: HTTPRequest, _ sink: (any HTTPBodySink)? = nil
  ) -> HTTPError? {
    do throws(HTTPError) {
      _ = try client.send(request, sink: sink)
      return nil
    } catch { return error }
  }
}
