import Foundation
import Synchronization
import System
import TestSupport
import Testing

@testable import HTTP

/// Exchanges of many threads over one transport.
struct TransportTests {
  @Test func manyThreads() throws {
    try ScriptedServer.run({ [.wait(seconds: 0.002), .answer(200, [:], $0.target)] }) { server in
      let transport = HTTPTransport()
      let wrong = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 200) { index in
        let answer = try? transport.send(HTTPRequest(url: server.endpoint + "/\(index)"))
        if answer?.body != Array("/\(index)".utf8) { wrong.withLock { $0 += 1 } }
      }
      #expect(wrong.withLock { $0 } == 0)
      #expect(server.requests.count == 200)
    }
  }

  @Test func delaysAndCancels() throws {
    try ScriptedServer.run({ [.answer(200, [:], $0.target)] }) { server in
      let transport = HTTPTransport()
      let log = Monitor<[String]>([])
      func start(_ name: String, after delay: Double) -> HTTPTransport.ID {
        let id = transport.makeID()
        transport.start(HTTPRequest(url: server.endpoint + "/" + name), as: id, after: delay) { _ in
          log.withLock { $0.append(name) }
        }
        return id
      }
      _ = start("last", after: 0.3)
      let never = start("never", after: 0.1)
      _ = start("first", after: 0)
      transport.cancel(never)
      let names = log.wait(atMost: Patience.seconds) { $0.count == 2 ? $0 : nil }
      #expect(names == ["first", "last"])
      #expect(server.requests.map(\.target) == ["/first", "/last"])
    }
  }

  /// A sink without room lets its exchange rest, and others go on.
  @Test func sinksMayWait() throws {
    final class Sink: HTTPBodySink, @unchecked Sendable {
      let hasRoom = Mutex(false)
      let bytes = Mutex<[UInt8]>([])
      func use(of head: HTTPResponse) -> HTTPBodyUse { .sink }
      func write(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyReaction {
        guard hasRoom.withLock({ $0 }) else { return .later }
        self.bytes.withLock { $0.append(contentsOf: bytes) }
        return .taken
      }
    }
    let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n"
    try ScriptedServer.run({
      $0.target == "/large" ? [.send(head), .sendBytes(body)] : [.answer(200, [:], "small")]
    }) { server in
      let transport = HTTPTransport()
      let sink = Sink()
      let done = Monitor(false)
      let id = transport.makeID()
      transport.start(HTTPRequest(url: server.endpoint + "/large"), sink: sink, as: id) { _ in
        done.withLock { $0 = true }
      }
      for _ in 0..<20 {
        let answer = try transport.send(HTTPRequest(url: server.endpoint + "/small"))
        #expect(answer.body == Array("small".utf8))
      }
      #expect(done.withLock { $0 } == false)
      sink.hasRoom.withLock { $0 = true }
      transport.resume(id)
      #expect(done.wait(atMost: Patience.seconds) { $0 ? true : nil } == true)
      #expect(sink.bytes.withLock { $0 } == body)
    }
  }

  /// Of a body that nobody wants a small one is read, so that the connection stays; a large one is not.
  @Test func unwantedBodies() throws {
    final class Sink: HTTPBodySink {
      func use(of head: HTTPResponse) -> HTTPBodyUse { .none }
      func write(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyReaction { .refused }
    }
    let sent = Mutex(0)
    try ScriptedServer.run({ request in
      guard request.target == "/large" else { return [.answer(200, ["X": "y"], "small")] }
      let piece = [UInt8](repeating: 7, count: 1 << 20)
      sent.withLock { $0 += 1 }
      return [.send("HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: \(64 << 20)\r\n\r\n")]
        + (0..<64).map { _ in .sendBytes(piece) }
    }) { server in
      let transport = HTTPTransport()
      for target in ["/small", "/small", "/large", "/small"] {
        let answer = try transport.send(HTTPRequest(url: server.endpoint + target), sink: Sink())
        #expect(answer.headers["x"] == "y" && answer.body.isEmpty)
      }
      #expect(server.requests.map(\.connection) == [0, 0, 0, 1])
    }
  }
}
