import FlyingFox
import FlyingSocks
import Foundation

/// Answers that go wrong on their way.
extension HTTPResponse {
  /// No answer: the connection closes.
  /// - Parameter seconds: how long it hangs before that.
  static func hangUp(after seconds: Double = 0) -> HTTPResponse {
    HTTPResponse(headers: [:], webSocket: HangUp(seconds: seconds))
  }

  /// This answer as a fault lets it arrive.
  func spoiled(by fault: FaultInjector.Fault) -> HTTPResponse {
    guard case .httpBody(let body) = payload, let count = body.count else { return self }
    switch fault.kind {
    case .closedAfter: return .hangUp()
    case .stall where count == 0: return .hangUp(after: fault.stall)
    case .stall: return sending(FaultyBody(base: body, end: count / 2, hang: fault.stall), count)
    case .truncatedBody:
      // An answer without a body claims to have one.
      return sending(FaultyBody(base: body, end: count / 2), count > 0 ? count : 1000)
    case .bitFlip where count > 0 && (200..<300).contains(statusCode.code):
      return sending(FaultyBody(base: body, flippedBit: Int(fault.number % UInt64(count * 8))), count)
    default: return self
    }
  }

  private func sending(_ body: FaultyBody, _ count: Int) -> HTTPResponse {
    var answer = self
    answer.headers[.contentLength] = String(count)
    answer.payload = .httpBody(HTTPBodySequence(from: body, count: count))
    return answer
  }
}

/// FlyingFox sends nothing while this is asked for its frames, and closes the connection when it fails.
private struct HangUp: WSHandler {
  let seconds: Double

  func makeFrames(for client: AsyncThrowingStream<WSFrame, any Error>) async throws -> AsyncStream<WSFrame> {
    try await Task.sleep(for: .seconds(seconds))
    throw SocketError.disconnected
  }
}

/// A body that ends too early, or is not what it was.
private struct FaultyBody: AsyncBufferedSequence {
  typealias Element = UInt8

  struct Iterator: AsyncBufferedIteratorProtocol {
    fileprivate let body: FaultyBody
    fileprivate var base: HTTPBodySequence.Iterator
    fileprivate var position = 0

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    mutating func nextBuffer(suggested count: Int) async throws -> Data? {
      guard position < body.end, let piece = try await base.next() else {
        if body.end == .max { return nil }
        try await Task.sleep(for: .seconds(body.hang))
        throw SocketError.disconnected
      }
      var data = Data(piece.prefix(body.end - position))
      if let bit = body.flippedBit, (position..<position + data.count).contains(bit / 8) {
        data[bit / 8 - position] ^= 1 << UInt8(bit % 8)
      }
      position += data.count
      return data
    }
  }

  let base: HTTPBodySequence
  /// The connection closes here.
  var end = Int.max
  /// Seconds before it does.
  var hang = 0.0
  var flippedBit: Int?

  func makeAsyncIterator() -> Iterator { Iterator(body: self, base: base.makeAsyncIterator()) }
}
