import Glibc
import HTTP
import System

/// GetObject into a file, by several ranged requests at once: of the whole object, or of the parts that somebody
/// asks for. The file takes its name when it is committed; nothing is left behind otherwise. Nothing is synced to disk.
///
/// All parts are of one version of the object. S3 has no checksum for a part: where the connection does not guard the
/// bytes, only the whole object can be verified.
public final class FileDownload: @unchecked Sendable {
  struct State {
    var head: ObjectHead?
    var failure: S3Error?
    var parts: DownloadParts
    var running: [ObjectStream] = []
    /// Whether the caller, given the head, wants nothing.
    var isUnwanted = false
    /// Of the whole object, from its ranges; nil: S3 has no checksum for which this is possible.
    var verifier: RangesVerifier?
    var isVerified = false

    /// Whether nothing that was asked for is still to come.
    var isIdle: Bool { parts.waiting.isEmpty && running.isEmpty }
  }

  let client: S3Client
  let location: S3Location
  let options: DownloadOptions
  let file: StagedFile
  let wants: (ObjectHead) -> Bool
  let state: Monitor<State>

  /// Starts with the object's first bytes.
  /// - Parameters:
  ///   - folder: where the file is to be; it must exist.
  ///   - wants: whether the download is to go on, after what is said of the object; called on another thread.
  /// - Throws: `FileError`, `NoSpace`. What S3 has to say is thrown later.
  init(
    _ client: S3Client, _ location: S3Location, in folder: String, options: DownloadOptions,
    wants: @escaping @Sendable (ObjectHead) -> Bool
  ) throws(S3Error) {
    self.client = client
    self.location = location
    self.options = options
    self.wants = wants
    state = Monitor(State(parts: DownloadParts(options)))
    do throws(StagedFile.Failure) {
      file = try StagedFile(folder: folder)
    } catch {
      throw S3Call(.getObject, method: "GET", location).error(error)
    }
    startWaiting()
  }

  deinit { for stream in state.withLock({ $0.running }) { stream.cancel() } }

  // MARK: For the reader

  /// Where the file can be opened while it arrives.
  public var currentPath: String { file.currentPath }

  /// Waits for what S3 says of the object.
  public func head() throws(S3Error) -> ObjectHead {
    try state.wait { state -> Result<ObjectHead, S3Error>? in
      if let failure = state.failure { return .failure(failure) }
      return state.head.map { .success($0) }
    }.get()
  }

  /// Whether the download ended with the head, as it was not wanted.
  public var isUnwanted: Bool { state.withLock { $0.isUnwanted } }

  /// Whether ``finish()`` found the bytes to be those that S3 has, by a checksum or an ETag.
  public var isVerified: Bool { state.withLock { $0.isVerified } }

  /// Why it failed; nil: it did not, so far.
  public var failure: S3Error? { state.withLock { $0.failure } }

  /// Asks for the whole object, and takes the room for it, so that a full disk shows at once.
  public func requestAll() throws(S3Error) {
    let length = try head().length
    try keep { () throws(StagedFile.Failure) in try file.allocate(0..<length) }
    request(0..<length)
  }

  /// Asks for bytes; returns at once.
  public func request(_ range: Range<Int>) {
    state.withLock { $0.parts.request(range) }
    startWaiting()
  }

  /// Waits until bytes are in the file. They are asked for where that was not done.
  public func bring(_ range: Range<Int>) throws(S3Error) {
    request(range)
    try wait { state in state.parts.hold(range) }
  }

  /// Waits until the whole object is in the file, after ``requestAll()``, and looks whether its bytes are those that
  /// S3 has.
  /// - Throws: also ``S3Error/isChecksumMismatch``.
  public func finish() throws(S3Error) -> ObjectHead {
    let head = try head()
    guard let verifier = state.withLock({ $0.verifier }) else {
      try verifyInOrder(head)
      return head
    }
    try wait { state in state.isIdle }
    try verifier.finish(location)
    state.withLock { $0.isVerified = true }
    return head
  }

  /// A digest is of bytes in their order: of those that are there while others arrive.
  private func verifyInOrder(_ head: ObjectHead) throws(S3Error) {
    let verifier = BodyVerifier(head, wantsMD5: false, checksETag: client.checksETags)
    guard verifier.needsBytes else {
      return try wait { state in state.isIdle }
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    while verifier.count < head.length {
      let there = try waitForPrefix(beyond: verifier.count)
      while verifier.count < there {
        let part = UnsafeMutableRawBufferPointer(
          rebasing: buffer[..<min(buffer.count, there - verifier.count)])
        let count = try keep { () throws(StagedFile.Failure) in try file.read(into: part, at: verifier.count)
        }
        guard count > 0 else {
          throw call.error("FileError", "the file became shorter while it was written.")
        }
        verifier.update(UnsafeRawBufferPointer(rebasing: part[..<count]))
      }
    }
    try wait { state in state.isIdle }
    let evidence = try verifier.finish(location).evidence
    state.withLock { $0.isVerified = evidence != .none }
  }

  /// The parts that are in the file, in order.
  public var presentRanges: [Range<Int>] { state.withLock { Array($0.parts.present.ranges) } }

  /// Gives the file a name in its folder, in one step.
  public func commit(to path: String) throws(S3Error) {
    try keep { () throws(StagedFile.Failure) in try file.commit(to: path) }
  }

  /// Waits until more than the first `count` bytes are there without a gap.
  /// - Returns: how many there are.
  private func waitForPrefix(beyond count: Int) throws(S3Error) -> Int {
    try state.wait { state -> Result<Int, S3Error>? in
      if let failure = state.failure { return .failure(failure) }
      guard let head = state.head else { return nil }
      let prefix = state.parts.prefix
      return prefix > count || prefix == head.length ? .success(prefix) : nil
    }.get()
  }

  private func wait(_ isDone: (State) -> Bool) throws(S3Error) {
    try state.wait { state -> Result<Void, S3Error>? in
      if let failure = state.failure { return .failure(failure) }
      return isDone(state) ? .success(()) : nil
    }.get()
  }

  // MARK: Errors

  private var call: S3Call { S3Call(.getObject, method: "GET", location) }

  func keep<Value>(_ body: () throws(StagedFile.Failure) -> Value) throws(S3Error) -> Value {
    do throws(StagedFile.Failure) {
      return try body()
    } catch {
      throw call.error(error)
    }
  }
}

extension S3Call {
  func error(_ failure: StagedFile.Failure) -> S3Error {
    let isFull = failure.code == ENOSPC || failure.code == EDQUOT
    return error(
      isFull ? "NoSpace" : "FileError", failure.reason + ".",
      remedy: isFull ? "Raise the function's ephemeral storage, or give THIMBLE_CACHE more room." : nil)
  }
}
