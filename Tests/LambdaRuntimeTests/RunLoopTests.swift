import Foundation
import Synchronization
import Testing

@testable import LambdaRuntime

/// The loop's decisions, with a Runtime API that does what the test says.
struct RunLoopTests {
  /// Hands out events and keeps what is said to it.
  final class ScriptedClient: RuntimeClient {
    enum Next {
      case event(Invocation)
      case failure(RuntimeError.Kind)
    }

    private var script: [Next]
    private var answers: [RuntimeError.Kind?]
    private(set) var calls: [String] = []

    /// - Parameter answers: what the posts fail with, in order; nil: they succeed.
    init(_ script: [Next], answers: [RuntimeError.Kind?] = []) {
      self.script = script
      self.answers = answers
    }

    func next() throws(RuntimeError) -> Invocation {
      calls.append("next")
      guard !script.isEmpty else { throw RuntimeError(.unreachable, operation: "next", reason: "the end") }
      switch script.removeFirst() {
      case .event(let invocation): return invocation
      case .failure(let kind): throw RuntimeError(kind, operation: "next", reason: "as told")
      }
    }

    func respond(_ requestID: String, _ body: [UInt8]) throws(RuntimeError) {
      try post("respond \(requestID) \(String(decoding: body, as: UTF8.self))")
    }

    func fail(_ requestID: String, _ failure: InvocationFailure) throws(RuntimeError) {
      try post("fail \(requestID) \(failure)")
    }

    func failInit(_ failure: InvocationFailure) throws(RuntimeError) { try post("failInit \(failure)") }

    private func post(_ call: String) throws(RuntimeError) {
      calls.append(call)
      guard !answers.isEmpty, let kind = answers.removeFirst() else { return }
      throw RuntimeError(kind, operation: "post", reason: "as told")
    }
  }

  struct Handler: InvocationHandler {
    var body: @Sendable (Invocation) throws(InvocationFailure) -> [UInt8] = { $0.body }
    var end: @Sendable () -> String? = { nil }
    var mustEnd: String? { end() }

    func handle(_ invocation: Invocation) throws(InvocationFailure) -> [UInt8] { try body(invocation) }
  }

  final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: [UInt8]) { lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
  }

  let lines = Lines()

  private func run(_ client: ScriptedClient, _ handler: Handler = Handler()) -> Int32 {
    let lines = lines
    let logger = Logger(environment: [:], write: { lines.add($0) })
    return RunLoop(client: client, logger: logger, wait: { _ in }).run { () throws(InvocationFailure) in
      handler
    }
  }

  private func event(_ id: String, trace: String? = nil) -> ScriptedClient.Next {
    .event(Invocation(requestID: id, traceID: trace, body: Array("event \(id)".utf8)))
  }

  @Test func `events are answered one after the other until the API is lost`() {
    let client = ScriptedClient([event("1"), event("2")])
    #expect(run(client) == 1)
    #expect(client.calls == ["next", "respond 1 event 1", "next", "respond 2 event 2", "next"])
    #expect(lines.all.count == 1 && lines.all.last?.contains("the process ends: next: the end") == true)
  }

  /// The old code never ended.
  @Test(arguments: [true, false]) func `a handler may end the process after an answer`(succeeds: Bool) {
    let client = ScriptedClient([event("1"), event("2"), event("3")])
    let handled = Lines()
    let handler = Handler(
      body: { invocation throws(InvocationFailure) in
        handled.add(Array(invocation.requestID.utf8))
        if succeeds { return invocation.body }
        throw InvocationFailure(type: "Function.Bad", message: "too old")
      }, end: { handled.all.count == 2 ? "the credentials are old" : nil })
    #expect(run(client, handler) == 1)
    let answers = ["1", "2"].map {
      succeeds ? "respond \($0) event \($0)" : "fail \($0) Function.Bad: too old"
    }
    #expect(client.calls == ["next", answers[0], "next", answers[1]])
    #expect(lines.all.last?.contains("the process ends: the credentials are old") == true)
  }

  @Test func `a failed event is reported, and the next one is taken`() {
    let client = ScriptedClient([event("1"), event("2")])
    let handler = Handler { invocation throws(InvocationFailure) in
      if invocation.requestID == "1" { throw InvocationFailure(type: "Function.Bad", message: "no\nway") }
      return []
    }
    #expect(run(client, handler) == 1)
    #expect(client.calls == ["next", "fail 1 Function.Bad: no\nway", "next", "respond 2 ", "next"])
    #expect(
      lines.all[0].contains(
        #""message":"the event failed: no\nway","requestId":"1","errorType":"Function.Bad"}"#))
  }

  @Test(arguments: [413, 400, 403, 404]) func `an answer that is refused is not sent again`(status: Int) {
    let client = ScriptedClient([event("1"), event("2")], answers: [.refused(status: status), nil])
    #expect(run(client) == 1)
    #expect(client.calls == ["next", "respond 1 event 1", "next", "respond 2 event 2", "next"])
    #expect(lines.all.count == 2)
    #expect(lines.all[0].contains(status == 413 ? "too large for Lambda: 7 bytes" : "not accepted"))
  }

  @Test func `a report that is refused is not sent again`() {
    let client = ScriptedClient([event("1")], answers: [.refused(status: 413)])
    let handler = Handler { _ throws(InvocationFailure) in throw InvocationFailure(type: "A", message: "b") }
    #expect(run(client, handler) == 1)
    #expect(client.calls == ["next", "fail 1 A: b", "next"])
  }

  @Test(arguments: [RuntimeError.Kind.containerError(status: 500), .unreachable])
  func `the API's own failure ends the process at once`(kind: RuntimeError.Kind) {
    let first = ScriptedClient([.failure(kind), event("1")])
    #expect(run(first) == 1)
    #expect(first.calls == ["next"])
    let second = ScriptedClient([event("1"), event("2")], answers: [kind])
    #expect(run(second) == 1)
    #expect(second.calls == ["next", "respond 1 event 1"])
    #expect(lines.all.count == 2 && lines.all.allSatisfy { $0.contains("the process ends: ") })
  }

  @Test(arguments: [RuntimeError.Kind.refused(status: 403), .badAnswer])
  func `asking again after a refusal has an end`(kind: RuntimeError.Kind) {
    let some = ScriptedClient([.failure(kind), .failure(kind), event("1"), .failure(kind), event("2")])
    #expect(run(some) == 1)
    #expect(some.calls.filter { $0.hasPrefix("respond") } == ["respond 1 event 1", "respond 2 event 2"])
    let many = ScriptedClient(Array(repeating: .failure(kind), count: 100))
    #expect(run(many) == 1)
    #expect(many.calls.count == 5)
    #expect(lines.all.last?.contains("the process ends: next: as told") == true)
  }

  @Test func `a failed start is reported, and nothing is asked for`() {
    for answer in [nil, RuntimeError.Kind.unreachable, .containerError(status: 500), .refused(status: 403)] {
      let client = ScriptedClient([event("1")], answers: [answer])
      let lines = Lines()
      let logger = Logger(environment: [:], write: { lines.add($0) })
      let status = RunLoop(client: client, logger: logger, wait: { _ in }).run {
        () throws(InvocationFailure) -> Handler in
        throw InvocationFailure(type: "Function.NoModel", message: "there is no model")
      }
      #expect(status == 1)
      #expect(client.calls == ["failInit Function.NoModel: there is no model"])
      #expect(lines.all[0].contains("the function cannot start: there is no model"))
      #expect(lines.all.count == (answer == nil ? 1 : 2))
    }
  }

  @Test func `the trace variable is that of the event`() {
    let client = ScriptedClient([event("1", trace: "Root=1-2"), event("2"), event("3", trace: "Root=3")])
    let seen = Lines()
    let handler = Handler { _ throws(InvocationFailure) in
      seen.add(Array((getenv("_X_AMZN_TRACE_ID").map { String(cString: $0) } ?? "none").utf8))
      return []
    }
    #expect(run(client, handler) == 1)
    #expect(seen.all == ["Root=1-2", "none", "Root=3"])
  }
}
