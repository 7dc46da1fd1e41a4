import HTTP
import System

/// An object's bytes in memory, while they arrive. Its memory is taken at once, so that they are never moved.
public final class ObjectBody: ObjectReceiver, @unchecked Sendable {
  private struct State {
    var head: ObjectHead?
    /// nil until there is room for the bytes.
    var memory: UnsafeMutableRawBufferPointer?
    /// Bytes that are there.
    var count = 0
    var end: Result<ObjectHead, S3Error>?
    var md5: [UInt8]?
    var isCorrupted = false
  }

  private let state = Monitor(State())
  /// Made with the head, and used by the transport's thread only.
  private var verifier: BodyVerifier?
  private let checksETag: Bool
  private let budget: MemoryBudget?
  private let wants: @Sendable (ObjectHead) -> Bool
  private let limit: Int
  private let location: S3Location
  private weak var stream: ObjectStream?

  init(
    _ location: S3Location, limit: Int, budget: MemoryBudget?, checksETag: Bool,
    wants: @escaping @Sendable (ObjectHead) -> Bool
  ) {
    self.location = location
    self.checksETag = checksETag
    self.limit = limit
    self.budget = budget
    self.wants = wants
  }

  deinit {
    state.withLock { state in
      guard let memory = state.memory else { return }
      memory.deallocate()
      budget?.release(memory.count)
    }
  }

  func start(_ stream: ObjectStream) {
    self.stream = stream
    stream.start()
  }

  // MARK: For the reader

  /// Waits for what S3 says of the object.
  public func head() throws(S3Error) -> ObjectHead {
    try state.wait { state -> Result<ObjectHead, S3Error>? in
      state.head.map { .success($0) } ?? state.end
    }.get()
  }

  /// Whether all that will come is there.
  public var isComplete: Bool { state.withLock { $0.end != nil } }

  /// Waits until more than so many bytes are there, or all.
  /// - Returns: how many there are; nil: the rest will not come, for a reason that ``finish()`` tells.
  public func wait(beyond count: Int) -> Int? {
    state.wait { state -> Result<Int, S3Error>? in
      switch state.end {
      case .failure(let error): return .failure(error)
      case .success: return .success(state.count)
      case nil: return state.count > count ? .success(state.count) : nil
      }
    }.success
  }

  /// The memory for all bytes, of which the first ones are there (``wait(beyond:)``); empty when none will come.
  public var bytes: UnsafeRawBufferPointer {
    state.wait { state -> UnsafeRawBufferPointer? in
      if let memory = state.memory { return UnsafeRawBufferPointer(memory) }
      return state.end == nil ? nil : UnsafeRawBufferPointer(start: nil, count: 0)
    }
  }

  /// Waits until all bytes are there, and are those that S3 has.
  /// - Throws: also ``S3Error/isChecksumMismatch``.
  @discardableResult
  public func finish() throws(S3Error) -> ObjectHead { try state.wait { $0.end }.get() }

  /// The MD5 of all bytes; nil while they are not all there.
  public var md5: [UInt8]? { state.withLock { $0.md5 } }

  /// Whether the bytes that came are not those that S3 has.
  public var isCorrupted: Bool { state.withLock { $0.isCorrupted } }

  /// Ends the stream where nobody wants the rest.
  public func cancel() { stream?.cancel() }

  // MARK: On the transport's thread

  func begin(_ head: ObjectHead) -> ObjectStream.Wish {
    state.withLock { $0.head = head }
    guard wants(head) else { return .skip }
    guard head.length <= limit else {
      return .fail(
        S3Call(.getObject, method: "GET", location).error(
          "TooLarge", "the object has \(head.length) bytes, more than the \(limit) that are allowed."))
    }
    verifier = BodyVerifier(head, wantsMD5: true, checksETag: checksETag)
    return .read
  }

  func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> HTTPBodyReaction {
    let memory = state.withLock { state in
      if state.memory == nil, let length = state.head?.length, hasRoom(for: length) {
        state.memory = .allocate(byteCount: length, alignment: 64)
      }
      return state.memory
    }
    guard let memory else { return .later }
    guard offset + bytes.count <= memory.count else { return .refused }
    // Nobody reads these yet.
    UnsafeMutableRawBufferPointer(rebasing: memory[offset...]).copyMemory(from: bytes)
    verifier?.update(bytes)
    state.withLock { $0.count = offset + bytes.count }
    return .taken
  }

  private func hasRoom(for length: Int) -> Bool {
    guard let budget else { return true }
    return budget.reserve(length) { [weak self] in self?.stream?.resume() }
  }

  func end(_ result: Result<ObjectHead, S3Error>) {
    let md5: Result<[UInt8]?, S3Error>
    do throws(S3Error) {
      _ = try result.get()
      md5 = .success(try verifier?.finish(location).md5)
    } catch {
      md5 = .failure(error)
    }
    state.withLock { state in
      switch md5 {
      case .success(let md5): (state.md5, state.end) = (md5, result)
      case .failure(let error):
        state.isCorrupted = error.isChecksumMismatch
        state.end = .failure(error)
      }
    }
  }
}

extension Result {
  fileprivate var success: Success? { if case .success(let value) = self { value } else { nil } }
}

extension S3Client {
  /// GetObject, whose body is handed out while it arrives. Returns at once.
  /// - Parameters:
  ///   - limit: bytes; a larger object fails with code `TooLarge`, and its body is not read.
  ///   - budget: what the body's memory is taken from; nil: what there is.
  ///   - wants: whether the body is to be read, after what is said of the object; called on another thread.
  public func open(
    _ location: S3Location, limit: Int = .max, budget: MemoryBudget? = nil,
    wants: @escaping @Sendable (ObjectHead) -> Bool = { _ in true }
  ) -> ObjectBody {
    let body = ObjectBody(
      location, limit: limit, budget: budget, checksETag: checksETags, wants: wants)
    body.start(ObjectStream(self, location, receiver: body))
    return body
  }
}
