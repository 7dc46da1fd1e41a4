import HTTP
import Synchronization

/// Takes an object's bytes from an ``ObjectStream``. All calls come from the transport's thread, and must not block.
protocol ObjectReceiver: AnyObject {
  /// Called once, before the first byte.
  func begin(_ head: ObjectHead) -> ObjectStream.Wish

  /// The bytes at an offset from the object's start; each once, in order.
  func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> HTTPBodyReaction

  /// Called once, when all bytes were received, or none will be any more.
  func end(_ result: Result<ObjectHead, S3Error>)
}

/// GetObject of an object or a range of it, received while it arrives: by as many attempts as it takes, each of which
/// goes on where the last one broke off.
final class ObjectStream: HTTPBodySink, @unchecked Sendable {
  /// What is to become of a body.
  enum Wish {
    case read
    /// The head says enough.
    case skip
    case fail(S3Error)
  }

  private let client: S3Client
  private let location: S3Location
  private let receiver: any ObjectReceiver
  /// Where the wanted bytes end; nil: with the object.
  private var limit: Int?
  /// Where the next byte belongs.
  private var next: Int
  /// The ETag that the object must have: the one that was asked for, else that of the first answer.
  private var eTag: String?
  private var head: ObjectHead?
  /// Bytes of the current answer that were received before.
  private var surplus = 0
  private var attempts = Attempts()
  /// Why we ended an attempt ourselves.
  private var ending: Ending?
  private let id = Mutex<HTTPTransport.ID?>(nil)

  private enum Ending {
    case replaced, skipped
    case failed(S3Error)
  }

  /// - Parameters:
  ///   - range: nil: the whole object.
  ///   - ifMatch: the ETag that it must have; nil: any.
  init(
    _ client: S3Client, _ location: S3Location, range: Range<Int>? = nil, ifMatch: String? = nil,
    receiver: any ObjectReceiver
  ) {
    self.client = client
    self.location = location
    self.receiver = receiver
    limit = range?.upperBound
    next = range?.lowerBound ?? 0
    eTag = ifMatch.map(ETag.unquoted)
  }

  func start() { attempt(after: 0) }

  /// Goes on after ``HTTPBodyReaction/later``.
  func resume() { if let id = id.withLock({ $0 }) { client.http.resume(id) } }

  /// Ends the stream; the receiver may be called until the transport's thread has noticed it.
  func cancel() { if let id = id.withLock({ $0 }) { client.http.cancel(id) } }

  // MARK: Attempts

  private func attempt(after delay: Double) {
    let request: HTTPRequest
    do throws(S3Error) {
      request = try client.request(call, &attempts)
    } catch {
      return receiver.end(.failure(error))
    }
    (ending, surplus) = (nil, 0)
    let id = client.http.makeID()
    self.id.withLock { $0 = id }
    client.http.start(request, sink: self, as: id, after: delay) { self.ended($0) }
  }

  private var call: S3Call {
    var call = S3Call(.getObject, method: "GET", location)
    call.headers = [("x-amz-checksum-mode", "ENABLED")]
    if let limit {
      call.headers.append(("Range", "bytes=\(next)-\(limit - 1)"))
    } else if next > 0 {
      call.headers.append(("Range", "bytes=\(next)-"))
    }
    if let eTag { call.headers.append(("If-Match", ETag.quoted(eTag))) }
    return call
  }

  private func ended(_ result: Result<HTTPResponse, HTTPError>) {
    switch ending {
    case .failed(let error): return receiver.end(.failure(error))
    case .replaced:
      return receiver.end(
        .failure(call.error("PreconditionFailed", "the object was replaced while it was read.", status: 412)))
    case .skipped: if let head { return receiver.end(.success(head)) }
    case nil: break
    }
    var result = result
    if case .success(let answer) = result, (200..<300).contains(answer.status), missing > 0 {
      let reason = "the answer ends \(missing) bytes too early"
      result = .failure(HTTPError(.broken, request: "GET \(location.uri)", reason: reason))
    }
    switch client.judge(result, of: call, &attempts) {
    case .done:
      guard let head else {
        return receiver.end(.failure(call.error("Incomplete", "the answer has no ETag or no length.")))
      }
      receiver.end(.success(head))
    case .failed(let error): receiver.end(.failure(error))
    case .again(let delay): attempt(after: delay)
    }
  }

  /// Bytes that have not come; one where not even the head has.
  private var missing: Int { head == nil ? 1 : (limit ?? next) - next }

  // MARK: One answer

  func use(of answer: HTTPResponse) -> HTTPBodyUse {
    guard answer.status == 200 || answer.status == 206, let head = ObjectHead(answer.headers) else {
      return .memory
    }
    if eTag ?? head.eTag != head.eTag || self.head.map({ $0.length != head.length }) ?? false {
      ending = .replaced
      return .none
    }
    // A server without support for ranges sends everything.
    let start = answer.status == 206 ? Self.start(answer) : 0
    guard let start, answer.status == 200 ? start <= next : start == next else { return .memory }
    surplus = next - start
    guard self.head == nil else { return .sink }
    self.head = head
    eTag = head.eTag
    limit = answer.status == 200 ? head.length : min(limit ?? head.length, head.length)
    switch receiver.begin(head) {
    case .read: return .sink
    case .skip: ending = .skipped
    case .fail(let error): ending = .failed(error)
    }
    return .none
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyReaction {
    let old = min(surplus, bytes.count)
    // More than was asked for is not needed.
    let wanted = min(bytes.count - old, missing)
    if wanted > 0 {
      let reaction = receiver.receive(UnsafeRawBufferPointer(rebasing: bytes[old..<(old + wanted)]), at: next)
      guard case .taken = reaction else { return reaction }
    }
    surplus -= old
    next += wanted
    return .taken
  }

  /// `bytes 5-9/100` -> 5.
  private static func start(_ answer: HTTPResponse) -> Int? {
    guard let range = answer.headers["content-range"], range.hasPrefix("bytes ") else { return nil }
    return range.dropFirst("bytes ".count).split(separator: "-").first.flatMap { Int($0) }
  }
}
