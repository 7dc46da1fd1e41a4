import Foundation
import Synchronization

/// An HTTP server on 127.0.0.1 that answers as a test wants it to, also wrongly. One thread a connection.
public final class ScriptedServer: Sendable {
  public struct Request: Sendable {
    public var method = ""
    /// Path and query as they came.
    public var target = ""
    /// Names in lower case.
    public var headers: [String: String] = [:]
    public var body: [UInt8] = []
    /// Counted from 0, over all connections.
    public var number = 0
    /// Which connection it came on, counted from 0.
    public var connection = 0
  }

  /// What is done in answer to a request, in order. The connection stays open afterwards.
  public enum Step: Sendable {
    case send(String)
    case sendBytes([UInt8])
    case wait(seconds: Double)
    /// Ends the connection in order.
    case close
    /// Breaks the connection off, with a RST.
    case reset

    /// A whole answer.
    public static func answer(
      _ status: Int, _ headers: [String: String] = [:], _ body: String = ""
    ) -> Step {
      var text = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.utf8.count)\r\n"
      for (name, value) in headers { text += "\(name): \(value)\r\n" }
      return .send(text + "\r\n" + body)
    }
  }

  public let port: UInt16
  private let listener: Int32
  private let script: @Sendable (Request) -> [Step]
  private let state = Mutex(State())

  private struct State {
    var requests: [Request] = []
    var connections: [Int32] = []
    var isStopped = false
  }

  public init(_ script: @escaping @Sendable (Request) -> [Step]) throws {
    self.script = script
    let socket = try LoopbackListener()
    (listener, port) = (socket.descriptor, socket.port)
    Thread.detachNewThread { [self] in acceptAll() }
  }

  /// Serves while `body` runs.
  public static func run<Result>(
    _ script: @escaping @Sendable (Request) -> [Step], _ body: (ScriptedServer) throws -> Result
  ) throws -> Result {
    let server = try ScriptedServer(script)
    defer { server.stop() }
    return try body(server)
  }

  public var endpoint: String { "http://127.0.0.1:\(port)" }

  /// All that came so far.
  public var requests: [Request] { state.withLock { $0.requests } }

  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    let connections = state.withLock { state in
      state.isStopped = true
      return state.connections
    }
    for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
  }

  private func acceptAll() {
    var count = 0
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      let isStopped = state.withLock { state in
        if !state.isStopped { state.connections.append(connection) }
        return state.isStopped
      }
      guard !isStopped else {
        close(connection)
        break
      }
      let number = count
      count += 1
      Thread.detachNewThread { [self] in
        serve(connection, number)
        state.withLock { $0.connections.removeAll { $0 == connection } }
        close(connection)
      }
    }
    close(listener)
  }

  private func serve(_ connection: Int32, _ number: Int) {
    var buffer: [UInt8] = []
    while var request = readRequest(connection, &buffer) {
      request.connection = number
      request.number = state.withLock { $0.requests.count }
      let answered = request
      state.withLock { $0.requests.append(answered) }
      for step in script(request) {
        switch step {
        case .send(let text): guard send(Array(text.utf8), connection) else { return }
        case .sendBytes(let bytes): guard send(bytes, connection) else { return }
        case .wait(let seconds): Thread.sleep(forTimeInterval: seconds)
        case .close: return
        case .reset:
          var option = linger(l_onoff: 1, l_linger: 0)
          setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
          return
        }
      }
    }
  }

  private func readRequest(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
    let blank = Array("\r\n\r\n".utf8)
    var head: Range<Int>?
    while head == nil {
      head = buffer.firstRange(of: blank)
      if head == nil, !readMore(connection, &buffer) { return nil }
    }
    guard let head else { return nil }
    let lines = String(decoding: buffer[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count == 3 else { return nil }
    var request = Request(method: String(words[0]), target: String(words[1]))
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      request.headers[line[..<colon].lowercased()] = value
    }
    let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
    while buffer.count < head.upperBound + length {
      guard readMore(connection, &buffer) else { return nil }
    }
    request.body = Array(buffer[head.upperBound..<head.upperBound + length])
    buffer.removeSubrange(..<(head.upperBound + length))
    return request
  }

  private func readMore(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = read(connection, &bytes, bytes.count)
    guard count > 0 else { return false }
    buffer.append(contentsOf: bytes[..<count])
    return true
  }

  private func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
