import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LambdaRuntime

/// The protocol on the wire, with servers that keep to it and servers that do not.
struct RuntimeAPIClientTests {
  private let event = [
    "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
    "Lambda-Runtime-Deadline-Ms": "1542409706888",
    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-2:123456789012:function:custom-runtime",
    "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
    "Lambda-Runtime-Client-Context": #"{"client":{}}"#, "Lambda-Runtime-Cognito-Identity": #"{"id":"a"}"#,
  ]

  private func client(_ server: ScriptedServer) throws(RuntimeError) -> RuntimeAPIClient {
    try client("127.0.0.1:\(server.port)")
  }

  private func client(_ endpoint: String) throws(RuntimeError) -> RuntimeAPIClient {
    try RuntimeAPIClient(
      environment: ["AWS_LAMBDA_RUNTIME_API": endpoint], retry: RetryPolicy(wait: { _ in }))
  }

  private func failure(_ body: () throws(RuntimeError) -> Void) -> RuntimeError? {
    do { try body() } catch { return error }
    return nil
  }

  @Test func `an event has all that its headers say`() throws {
    try ScriptedServer.run { [event] _ in
      [.answer(200, event, #"{"a":1}"#)]
    } _: { server in
      let invocation = try client(server).next()
      #expect(invocation.requestID == "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
      #expect(invocation.deadline == 1_542_409_706_888)
      #expect(invocation.remainingMilliseconds < 0)
      #expect(invocation.functionARN == "arn:aws:lambda:us-east-2:123456789012:function:custom-runtime")
      #expect(invocation.traceID?.hasPrefix("Root=1-5bef4de7") == true)
      #expect(invocation.clientContext == #"{"client":{}}"#)
      #expect(invocation.cognitoIdentity == #"{"id":"a"}"#)
      #expect(invocation.body == Array(#"{"a":1}"#.utf8))
      let request = try #require(server.requests.first)
      #expect(request.method == "GET" && request.target == "/2018-06-01/runtime/invocation/next")
      #expect(request.headers["user-agent"] == "thimble")
    }
  }

  @Test func `headers that are missing or odd do no harm`() throws {
    let headers = Mutex([
      [
        "lambda-runtime-aws-request-id": "a", "LAMBDA-RUNTIME-DEADLINE-MS": "soon",
        "Lambda-Runtime-Trace-Id": "",
      ],
      ["Lambda-Runtime-Aws-Request-Id": "b", "Lambda-Runtime-Deadline-Ms": "99999999999999999999"],
      ["Lambda-Runtime-Deadline-Ms": "1542409706888"], ["Lambda-Runtime-Aws-Request-Id": ""],
    ])
    try ScriptedServer.run { _ in
      [.answer(200, headers.withLock { $0.removeFirst() }, "{}")]
    } _: { server in
      let client = try client(server)
      for id in ["a", "b"] {
        let invocation = try client.next()
        #expect(invocation.requestID == id && invocation.deadline == .max && invocation.traceID == nil)
        #expect(invocation.remainingMilliseconds > 1 << 60)
        #expect(invocation.clientContext == nil && invocation.functionARN == "")
      }
      for _ in 0..<2 {
        let error = failure { () throws(RuntimeError) in _ = try client.next() }
        #expect(error?.kind == .badAnswer)
        #expect(error?.reason.contains("no Lambda-Runtime-Aws-Request-Id") == true)
      }
    }
  }

  @Test func `bodies arrive and leave as they are, on one connection`() throws {
    let large = (0..<(6 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for body in [[], Array("{}".utf8), Array(0...255), large] {
      let answer = Array(
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: x\r\nContent-Length: \(body.count)\r\n\r\n".utf8)
      try ScriptedServer.run { request in
        request.method == "GET" ? [.sendBytes(answer + body)] : [.answer(202, [:], #"{"status":"OK"}"#)]
      } _: { server in
        let client = try client(server)
        let invocation = try client.next()
        #expect(invocation.body == body)
        try client.respond("a/b ü", invocation.body)
        let request = server.requests[1]
        #expect(request.method == "POST")
        #expect(request.target == "/2018-06-01/runtime/invocation/a%2Fb%20%C3%BC/response")
        #expect(request.body == body)
        #expect(request.headers["content-length"] == "\(body.count)")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["expect"] == nil)
        #expect(request.connection == 0)
      }
    }
  }

  @Test func `an endless event is refused`() throws {
    try ScriptedServer.run { _ in
      [.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\nLambda-Runtime-Aws-Request-Id: x\r\n\r\n")]
    } _: { server in
      let error = failure { () throws(RuntimeError) in _ = try client(server).next() }
      #expect(error?.kind == .badAnswer)
    }
  }

  @Test(arguments: [400, 403, 404, 413, 500, 503]) func `statuses are distinguished`(status: Int) throws {
    let body = #"{"errorMessage":"no","errorType":"InvalidStateTransition"}"#
    try ScriptedServer.run { _ in
      [.answer(status, [:], body)]
    } _: { server in
      let client = try client(server)
      let expected: RuntimeError.Kind =
        status >= 500 ? .containerError(status: status) : .refused(status: status)
      let errors = [
        failure { () throws(RuntimeError) in _ = try client.next() },
        failure { () throws(RuntimeError) in try client.respond("x", []) },
        failure { () throws(RuntimeError) in try client.fail("x", InvocationFailure(type: "A", message: "b"))
        },
        failure { () throws(RuntimeError) in try client.failInit(InvocationFailure(type: "A", message: "b"))
        },
      ]
      for error in errors {
        #expect(error?.kind == expected)
        #expect(error?.description.contains("status \(status): \(body)") == true)
      }
      // None is tried again.
      #expect(server.requests.count == 4)
    }
  }

  @Test func `a refusal before the body is read is a refusal`() throws {
    // A server that answers after the head, and closes: the rest of the body meets a closed connection.
    let listener = try ScriptedListener(
      answer: "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    defer { listener.stop() }
    let error = failure { () throws(RuntimeError) in
      try client("127.0.0.1:\(listener.port)").respond("x", [UInt8](repeating: 49, count: 20 << 20))
    }
    #expect(error?.kind == .refused(status: 413), "\(String(describing: error))")
  }

  @Test func `a broken connection is made again, some times`() throws {
    for step in [ScriptedServer.Step.close, .reset, .send("nonsense\r\n\r\n")] {
      try ScriptedServer.run { request in
        request.number < 2 ? [step, .close] : [.answer(200, ["Lambda-Runtime-Aws-Request-Id": "x"], "{}")]
      } _: { server in
        let client = try client(server)
        #expect(try client.next().requestID == "x")
        try client.respond("x", [])
        #expect(server.requests.count == 4)
      }
      try ScriptedServer.run { _ in
        [step, .close]
      } _: { server in
        let error = failure { () throws(RuntimeError) in try client(server).respond("x", []) }
        #expect(error?.kind == .unreachable)
        #expect(error?.reason.contains("the Runtime API at 127.0.0.1:\(server.port) is lost") == true)
        #expect(server.requests.count == 4)
      }
    }
  }

  @Test func `a wrong endpoint is refused`() throws {
    for environment in [[:], ["AWS_LAMBDA_RUNTIME_API": ""]] {
      let error = failure { () throws(RuntimeError) in _ = try RuntimeAPIClient(environment: environment) }
      #expect(error?.kind == .notConfigured)
      #expect(error?.description.contains("thimble emulate") == true)
    }
    for endpoint in ["not a host", "127.0.0.1:port", "a\r\nb"] {
      let error = failure { () throws(RuntimeError) in _ = try client(endpoint).next() }
      #expect(error?.kind == .notConfigured || error?.kind == .unreachable)
      #expect(error?.reason.contains(endpoint) == true, "\(String(describing: error))")
    }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: Fixtures.python), "\(Fixtures.hint)"))
  func `errors are JSON whatever the text`() throws {
    let messages = [
      "", "plain", "two\nlines\r\n", #"quotes " and \ and / and '"#, "tab\t bell\u{7} nul\0 delete\u{7F}",
      "line\u{2028}paragraph\u{2029}", "日本語 ü 🐈 e\u{301}",
      String(decoding: [0x61, 0xFF, 0xC3, 0x28], as: UTF8.self),
      "\u{FEFF}bom", String(repeating: "🐈", count: 100_000), String(repeating: "\n", count: 20_000),
    ]
    let folder = try Scratch()
    try ScriptedServer.run { _ in
      [.answer(202, [:], "{}")]
    } _: { server in
      let client = try client(server)
      for (index, message) in messages.enumerated() {
        let failure = InvocationFailure(type: "Function.Odd\r\nX: \(message)", message: message)
        try index % 2 == 0 ? client.fail("x", failure) : client.failInit(failure)
      }
      for (index, request) in server.requests.enumerated() {
        #expect(
          request.target == "/2018-06-01/runtime/" + (index % 2 == 0 ? "invocation/x/error" : "init/error"))
        #expect(request.headers["content-type"] == "application/vnd.aws.lambda.error+json")
        #expect(request.headers["lambda-runtime-function-error-type"]?.hasPrefix("Function.Odd__X") == true)
        #expect(request.body.count < 150_000)
        try Data(request.body).write(to: URL(fileURLWithPath: folder.path("\(index)")))
        try Data(messages[index].utf8).write(to: URL(fileURLWithPath: folder.path("\(index).txt")))
      }
    }
    let program = """
      import json, sys
      for index in range(\(messages.count)):
        body = open(f"{sys.argv[1]}/{index}", "rb").read()
        error = json.loads(body.decode("utf-8", "strict"))
        text = open(f"{sys.argv[1]}/{index}.txt", "rb").read().decode()
        assert list(error) == ["errorMessage", "errorType", "stackTrace"] and error["stackTrace"] == [], error
        message = error["errorMessage"]
        if len(text.encode()) > 16384:
          kept, more = message.rsplit("… (", 1)
          assert text.startswith(kept) and 16300 < len(kept.encode()) <= 16384, (index, len(kept))
          assert more == f"{len(text.encode()) - len(kept.encode())} bytes more)", more
        else:
          assert message == text, (index, message, text)
        assert b"\\n" not in body, body
      """
    let python = try Process.run(
      URL(fileURLWithPath: Fixtures.python), arguments: ["-c", program, folder.directory])
    python.waitUntilExit()
    #expect(python.terminationStatus == 0)
  }
}

/// A server that reads a request's head only, answers, and closes the connection on what follows.
private final class ScriptedListener: Sendable {
  let port: UInt16
  private let listener: Int32

  init(answer: String) throws {
    let socket = try LoopbackListener()
    (listener, port) = (socket.descriptor, socket.port)
    let listener = listener
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        var bytes = [UInt8](repeating: 0, count: 4096)
        _ = read(connection, &bytes, bytes.count)
        _ = answer.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        shutdown(connection, Int32(SHUT_WR))
        // Reads on for a while, as Lambda does, so that the answer is not overtaken by a reset.
        while read(connection, &bytes, bytes.count) > 0 {}
        close(connection)
      }
      close(listener)
    }
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }
}
