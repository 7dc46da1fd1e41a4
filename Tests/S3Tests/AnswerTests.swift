import Foundation
import HTTP
import Synchronization
import System
import TestSupport
import Testing

@testable import S3

/// What the client makes of answers that AWS gives and the peers do not.
struct AnswerTests {
  private let location = S3Location(bucket: "images", key: "a b.jpg")

  // MARK: Trying again

  @Test func passingFailures() throws {
    let failures: [[ScriptedServer.Step]] = [
      [error(503, "SlowDown")], [error(500, "InternalError")], [error(502, "")],
      [error(429, "TooManyRequests")],
      [error(400, "RequestTimeout")], [.close], [.reset], [.send("HTTP/1.1 200 OK\r\nContent-Len"), .close],
      [.send("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 9\r\n\r\nbro"), .close],
      [.answer(504, [:], "<html>")],
      [.send("nonsense\r\n\r\n"), .close],
    ]
    try serve(
      { request in
        request.number < failures.count ? failures[request.number] : [.answer(200, ["ETag": "\"e\""], "body")]
      }, attempts: failures.count + 1
    ) { client, server in
      let got = try client.get(location, limit: 100)
      #expect(got.body == Array("body".utf8))
      #expect(server.requests.count == failures.count + 1)
      #expect(server.requests.allSatisfy { $0.target == "/images/a%20b.jpg" })
    }
  }

  @Test func lastingFailures() throws {
    let failures = [
      error(403, "AccessDenied"), error(400, "InvalidArgument"), error(404, "NoSuchKey"),
      error(501, "NotImplemented"),
      error(412, "PreconditionFailed"), error(409, "Conflict"),
    ]
    for step in failures {
      try serve({ _ in [step] }) { client, server in
        _ = try #require(failure { () throws(S3Error) in _ = try client.get(location, limit: 100) })
        #expect(server.requests.count == 1)
      }
    }
  }

  @Test func attemptsAndWaitsAreBounded() throws {
    let waits = Mutex<[Double]>([])
    try serve({ _ in [error(503, "SlowDown")] }, attempts: 6) { client, server in
      client.clock.sleep = { seconds in waits.withLock { $0.append(seconds) } }
      client.clock.random = { 1 }
      let error = failure { () throws(S3Error) in _ = try client.get(location, limit: 100) }
      #expect(error?.code == "SlowDown" && error?.status == 503 && error?.requestID == "REQUEST")
      #expect(
        error?.description == "GetObject s3://images/a b.jpg: SlowDown (status 503, request REQUEST): "
          + "because. Tried 6 times.")
      #expect(server.requests.count == 6)
      #expect(waits.withLock { $0 } == [0.01, 0.02, 0.04, 0.05, 0.05])
    }
  }

  @Test func deadlineHolds() throws {
    let start = System.Clock.realtime
    let slept = Mutex(0.0)
    let retry = RetryPolicy(attempts: 100, baseDelay: 10, maximumDelay: 50)
    try serve({ _ in [error(503, "SlowDown")] }, retry: retry) { client, server in
      // Time passes by waiting only: 10, 20 and 40 seconds, and another 50 would be too many.
      client.clock.random = { 1 }
      client.clock.now = { start + slept.withLock { $0 } }
      client.clock.sleep = { seconds in slept.withLock { $0 += seconds } }
      client.deadline = start + 100
      let error = failure { () throws(S3Error) in _ = try client.get(location, limit: 100) }
      #expect(error?.code == "SlowDown" && error?.message.contains("no further attempt") == true)
      #expect(server.requests.count == 4)
      client.deadline = start - 1
      let late = failure { () throws(S3Error) in _ = try client.get(location, limit: 100) }
      #expect(late?.isDeadlineExceeded == true)
    }
    try serve({ _ in [.wait(seconds: 20)] }) { client, _ in
      client.deadline = System.Clock.realtime + 0.2
      let slow = failure { () throws(S3Error) in _ = try client.get(location, limit: 100) }
      #expect(slow?.isDeadlineExceeded == true, "\(slow as Any)")
    }
  }

  @Test func errorsIn200() throws {
    let done = "<CopyObjectResult><ETag>&quot;new&quot;</ETag></CopyObjectResult>"
    let answers: [ScriptedServer.Step] = [
      .answer(200, [:], "\n  \n<Error><Code>InternalError</Code></Error>"),
      .answer(200, [:], "<Error><Code>SlowDown</Code></Error>"),
      .answer(200, [:], ""), .answer(200, [:], "<CopyObjectRes"),
      .answer(200, [:], "<?xml version=\"1.0\"?>\n\n" + done),
    ]
    let head = ObjectHead(eTag: "old", length: 1)
    try serve({ [answers[$0.number]] }) { client, server in
      let eTag = try client.replaceMetadata(of: location, head: head, metadata: [("a", "b")])
      #expect(eTag == "new" && server.requests.count == 5)
      #expect(server.requests.allSatisfy { $0.headers["content-length"] == "0" })
    }
    try serve({ _ in [.answer(200, [:], "<Error><Code>AccessDenied</Code></Error>")] }) { client, server in
      let error = failure { () throws(S3Error) in
        try client.replaceMetadata(of: location, head: head, metadata: [("a", "b")])
      }
      #expect(error?.code == "AccessDenied" && error?.status == 200 && server.requests.count == 1)
    }
    // An object may be such a document itself.
    let text = "<Error><Code>InternalError</Code></Error>"
    try serve({ _ in [.answer(200, ["ETag": "\"e\""], text)] }) { client, _ in
      let got = try client.get(location, limit: 100)
      #expect(got.body == Array(text.utf8))
    }
  }

  /// A copy that was done, but whose answer was lost, must not count as lost to somebody else.
  @Test func copyWhoseAnswerIsLost() throws {
    for label in ["cat", "dog"] {
      try serve({ request in
        switch (request.method, request.number) {
        case ("PUT", 0): [.close]
        case ("PUT", _): [error(412, "PreconditionFailed")]
        default: [.answer(200, ["ETag": "\"new\"", "x-amz-meta-label": label])]
        }
      }) { client, _ in
        let head = ObjectHead(eTag: "old-2", length: 0)
        let error = failure { () throws(S3Error) in
          #expect(try client.replaceMetadata(of: location, head: head, metadata: [("label", "cat")]) == "new")
        }
        #expect(label == "cat" ? error == nil : error?.isPreconditionFailed == true, "\(error as Any)")
      }
    }
  }

  // MARK: Regions and clocks

  @Test func otherRegions() throws {
    let redirects: [ScriptedServer.Step] = [
      .answer(301, ["x-amz-bucket-region": "eu-west-1"], "<Error><Code>PermanentRedirect</Code></Error>"),
      .answer(307, ["x-amz-bucket-region": "eu-west-1"], "<Error><Code>TemporaryRedirect</Code></Error>"),
      .answer(400, ["x-amz-bucket-region": "eu-west-1"]),
      .answer(
        400, [:], "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>"),
    ]
    for redirect in redirects {
      try serve({ request in
        let isThere = request.headers["authorization"]?.contains("/eu-west-1/s3/") == true
        return [isThere ? .answer(200, ["ETag": "\"e\""], "body") : redirect]
      }) { client, server in
        for _ in 0..<2 { _ = try client.get(location, limit: 100) }
        // Remembered, and for this bucket only.
        #expect(server.requests.count == 3)
        #expect(client.region(of: "images") == "eu-west-1" && client.region(of: "models") == "us-east-1")
      }
    }
  }

  @Test func pointlessRedirects() throws {
    for region in ["us-east-1", "evil.example.com/", "", "A"] {
      try serve({ _ in [.answer(301, ["x-amz-bucket-region": region])] }) { client, server in
        let error = failure { () throws(S3Error) in _ = try client.peek(location) }
        #expect(error?.code == "PermanentRedirect" && error?.remedy?.contains("AWS_REGION") == true)
        #expect(server.requests.count == 1)
      }
    }
    try serve({ [.answer(301, ["x-amz-bucket-region": "region-\($0.number)"])] }) { client, server in
      _ = try #require(failure { () throws(S3Error) in _ = try client.peek(location) })
      #expect(server.requests.count == 3)
    }
  }

  @Test func wrongClock() throws {
    for saysWhy in [true, false] {
      let skewed = "<Error><Code>RequestTimeTooSkewed</Code></Error>"
      try serve({ request in
        let isRight = request.headers["x-amz-date"]?.hasPrefix("20300101T") == true
        let date = ["Date": "Tue, 01 Jan 2030 00:00:00 GMT", "ETag": "\"e\""]
        return [isRight ? .answer(200, date) : .answer(403, date, saysWhy ? skewed : "")]
      }) { client, server in
        for _ in 0..<2 { _ = try client.get(location, limit: 10) }
        #expect(server.requests.count == 3)
      }
    }
    // Not the clock's fault.
    try serve({ _ in [.answer(403, ["Date": "Tue, 01 Jan 2030 00:00:00 GMT"])] }) { client, server in
      let error = failure { () throws(S3Error) in _ = try client.peek(location) }
      #expect(error?.code == "AccessDenied" && server.requests.count == 2)
    }
  }

  // MARK: Requests and texts

  @Test func traceAndToken() throws {
    try ScriptedServer.run({ _ in [.answer(200, ["ETag": "\"e\""])] }) { server in
      let credentials = Credentials(accessKeyID: "id", secretAccessKey: "secret", sessionToken: "token")
      let client = try S3Client(credentials: credentials, region: "eu-north-1", endpoint: server.endpoint)
      client.traceID = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
      _ = try client.peek(location)
      client.traceID = nil
      _ = try client.peek(location)
      let headers = server.requests.map(\.headers)
      #expect(headers[0]["x-amzn-trace-id"] == "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
      #expect(headers[1]["x-amzn-trace-id"] == nil)
      #expect(headers[0]["x-amz-security-token"] == "token")
      #expect(headers[0]["authorization"]?.contains("x-amz-security-token") == true)
      #expect(headers[0]["authorization"]?.contains("x-amzn-trace-id") == false)
    }
  }

  @Test func advice() throws {
    let cases: [(ScriptedServer.Step, String)] = [
      (error(403, "AccessDenied"), "s3:GetObject"), (error(403, "AccessDenied"), "s3:ListBucket"),
      (error(403, "ExpiredToken"), "expired"), (error(404, "NoSuchBucket"), "AWS_ENDPOINT_URL_S3"),
      (error(404, "NoSuchKey"), "form-encoded"), (error(403, "InvalidObjectState"), "restore"),
      (error(400, "InvalidRequest"), "SSE-C"),
    ]
    for (step, text) in cases {
      try serve({ _ in [step] }) { client, _ in
        let error = failure { () throws(S3Error) in _ = try client.get(location, limit: 100) }
        #expect(error?.description.contains(text) == true, "\(error as Any)")
      }
    }
    try serve({ _ in [error(403, "AccessDenied")] }) { client, _ in
      let tags = failure { () throws(S3Error) in _ = try client.tags(of: location) }
      #expect(tags?.description.contains("s3:GetObjectTagging, on arn:aws:s3:::images/a b.jpg") == true)
      let copy = failure { () throws(S3Error) in
        try client.replaceMetadata(
          of: location, head: ObjectHead(eTag: "e", length: 1), metadata: [("a", "b")])
      }
      #expect(copy?.description.contains("s3:PutObjectTagging") == true)
    }
  }

  @Test func incompleteHeads() throws {
    for headers in [[:], ["ETag": ""]] {
      try serve({ _ in
        [.send("HTTP/1.1 200 OK\r\n" + headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n"), .close]
      }) {
        client, _ in
        let error = failure { () throws(S3Error) in _ = try client.peek(location) }
        #expect(error?.code == "Incomplete", "\(error as Any)")
      }
    }
  }

  private func serve(
    _ script: @escaping @Sendable (ScriptedServer.Request) -> [ScriptedServer.Step], attempts: Int = 6,
    retry: RetryPolicy? = nil, _ body: (S3Client, ScriptedServer) throws -> Void
  ) throws {
    try ScriptedServer.run(script) { server in
      let client = try S3Client(
        credentials: Credentials(accessKeyID: "id", secretAccessKey: "secret"), region: "us-east-1",
        endpoint: server.endpoint,
        retry: retry ?? RetryPolicy(attempts: attempts, baseDelay: 0.01, maximumDelay: 0.05)
      )
      try body(client, server)
    }
  }
}

private func error(_ status: Int, _ code: String) -> ScriptedServer.Step {
  .answer(
    status, ["x-amz-request-id": "REQUEST"],
    "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>because</Message></Error>")
}
