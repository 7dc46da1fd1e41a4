import Glibc
import HTTP
import System

/// GetObject into a file, by several ranged requests at once: of the whole object, or of the parts that somebody
/// asks for. The file takes its name when it is committed; nothing is left behind otherwise. Nothing is synced to disk.
///
/// All parts are of one version of the object. S3 has no checksum for a part: where the connection does not guard the
/// bytes, only the whole object can be verified.
public final class FileDownload: @unchecked Sendable {
  private struct State {
    var head: ObjectHead?
    var failure: S3Error?
    /// What somebody asked for, and what is in the file.
    var requested = RangeSet<Int>()
    var present = RangeSet<Int>()
    /// Parts that nobody fetches yet.
    var waiting: [Range<Int>] = []
    var running: [ObjectStream] = []
    /// Whether the head told that nothing is wanted.
    var isUnwanted = false
    /// Of the whole object, from its ranges; nil: S3 tells no checksum of which that can be done.
    var verifier: RangesVerifier?
    var isVerified = false
  }

  private let client: S3Client
  private let location: S3Location
  private let options: DownloadOptions
  private let file: StagedFile
  private let wants: (ObjectHead) -> Bool
  private let state = Monitor(State())

  /// Parts begin and end at multiples of this, but for the file's end.
  private static let blockSize = 64 << 10

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
    do throws(StagedFile.Failure) {
      file = try StagedFile(folder: folder)
    } catch {
      throw S3Call(.getObject, method: "GET", location).error(error)
    }
    let first = 0..<options.firstPartSize
    state.withLock { state in
      state.requested.insert(contentsOf: first)
      state.waiting = [first]
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
    state.withLock { request(range, &$0) }
    startWaiting()
  }

  /// Waits until bytes are in the file. They are asked for where that was not done.
  public func bring(_ range: Range<Int>) throws(S3Error) {
    request(range)
    try wait { state in Self.contains(state.present, range) }
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
    try wait { state in state.waiting.isEmpty && state.running.isEmpty }
    try verifier.finish(location)
    state.withLock { $0.isVerified = true }
    return head
  }

  /// A digest is of bytes in their order: of those that are there while others arrive.
  private func verifyInOrder(_ head: ObjectHead) throws(S3Error) {
    let verifier = BodyVerifier(head, wantsMD5: false, checksETag: client.checksETags)
    guard verifier.needsBytes else {
      return try wait { state in state.waiting.isEmpty && state.running.isEmpty }
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
    try wait { state in state.waiting.isEmpty && state.running.isEmpty }
    let evidence = try verifier.finish(location).evidence
    state.withLock { $0.isVerified = evidence != .none }
  }

  /// The parts that are in the file, in order.
  public var presentRanges: [Range<Int>] { state.withLock { Array($0.present.ranges) } }

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
      let prefix = state.present.ranges.first.map { $0.lowerBound == 0 ? $0.upperBound : 0 } ?? 0
      return prefix > count || prefix == head.length ? .success(prefix) : nil
    }.get()
  }

  private func wait(_ isDone: (State) -> Bool) throws(S3Error) {
    try state.wait { state -> Result<Void, S3Error>? in
      if let failure = state.failure { return .failure(failure) }
      return isDone(state) ? .success(()) : nil
    }.get()
  }

  private static func contains(_ set: RangeSet<Int>, _ range: Range<Int>) -> Bool {
    range.isEmpty
      || set.ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
  }

  // MARK: Parts

  private func request(_ range: Range<Int>, _ state: inout State) {
    guard let length = state.head?.length else { return state.requested.insert(contentsOf: range) }
    let block = Self.blockSize
    let range = range.clamped(to: 0..<length)
    guard !range.isEmpty else { return }
    let blocks =
      range.lowerBound / block * block..<min(length, (range.upperBound + block - 1) / block * block)
    let missing = RangeSet(blocks).subtracting(state.requested)
    state.requested.insert(contentsOf: blocks)
    add(missing, to: &state)
  }

  private func add(_ missing: RangeSet<Int>, to state: inout State) {
    let size = options.partSize(missing: missing.ranges.reduce(0) { $0 + $1.count })
    for range in missing.ranges {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
        state.waiting.append(start..<min(range.upperBound, start + size))
      }
    }
  }

  private func startWaiting() {
    let streams = state.withLock { state in
      var streams: [ObjectStream] = []
      while state.failure == nil, !state.waiting.isEmpty, state.running.count < max(1, options.connections) {
        let range = state.waiting.removeFirst()
        let stream = stream(range, ifMatch: state.head?.eTag ?? options.ifMatch)
        state.running.append(stream)
        streams.append(stream)
      }
      return streams
    }
    // Not within the lock: one that cannot be started ends at once.
    for stream in streams { stream.start() }
  }

  private func stream(_ range: Range<Int>?, ifMatch: String?) -> ObjectStream {
    let part = Part(self)
    let stream = ObjectStream(client, location, range: range, ifMatch: ifMatch, receiver: part)
    part.stream = stream
    return stream
  }

  /// What one request brings. It does not keep the download, which ends with whoever wants it.
  private final class Part: ObjectReceiver {
    private weak var download: FileDownload?
    private var piece: RangesVerifier.Piece?
    weak var stream: ObjectStream?

    init(_ download: FileDownload) { self.download = download }

    func begin(_ head: ObjectHead) -> ObjectStream.Wish { download?.begin(head) ?? .skip }

    func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> HTTPBodyReaction {
      guard let download else { return .refused }
      if piece == nil { piece = download.state.withLock { $0.verifier?.piece(at: offset) } }
      piece?.update(bytes)
      return download.receive(bytes, at: offset)
    }

    func end(_ result: Result<ObjectHead, S3Error>) {
      if let piece { download?.state.withLock { $0.verifier?.add(piece) } }
      download?.ended(stream, result)
    }
  }

  private func begin(_ head: ObjectHead) -> ObjectStream.Wish {
    guard state.withLock({ $0.head == nil }) else { return .read }
    guard wants(head) else {
      state.withLock { state in (state.head, state.isUnwanted) = (head, true) }
      return .skip
    }
    do throws(S3Error) {
      try keep { () throws(StagedFile.Failure) in try file.extend(to: head.length) }
    } catch {
      return .fail(error)
    }
    state.withLock { state in
      state.head = head
      state.verifier = RangesVerifier(head)
      // What was asked for before the length was known, but for the part that is on its way.
      let isWhole = head.headers["content-range"] == nil
      let coming = RangeSet(0..<(isWhole ? head.length : min(head.length, options.firstPartSize)))
      let early = state.requested.subtracting(coming)
      state.requested = coming
      for range in early.ranges { request(range, &state) }
    }
    startWaiting()
    return .read
  }

  private func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> HTTPBodyReaction {
    do throws(S3Error) {
      try keep { () throws(StagedFile.Failure) in try file.write(bytes, at: offset) }
    } catch {
      fail(error)
      return .refused
    }
    state.withLock { $0.present.insert(contentsOf: offset..<(offset + bytes.count)) }
    return .taken
  }

  private func ended(_ stream: ObjectStream?, _ result: Result<ObjectHead, S3Error>) {
    switch result {
    case .success: break
    case .failure(let error):
      // An object without bytes has no range.
      if error.code == "InvalidRange", state.withLock({ $0.head == nil }) { return beginEmpty() }
      fail(error)
    }
    state.withLock { state in state.running.removeAll { $0 === stream } }
    startWaiting()
  }

  private func fail(_ error: S3Error) {
    let streams = state.withLock { state in
      if state.failure == nil { state.failure = error }
      state.waiting = []
      return state.running
    }
    for stream in streams { stream.cancel() }
  }

  /// Asks for an object again that has no bytes, without a range.
  private func beginEmpty() {
    let stream = stream(nil, ifMatch: options.ifMatch)
    state.withLock { state in
      state.requested = RangeSet()
      state.running = [stream]
    }
    stream.start()
  }

  // MARK: Errors

  private var call: S3Call { S3Call(.getObject, method: "GET", location) }

  private func keep<Value>(_ body: () throws(StagedFile.Failure) -> Value) throws(S3Error) -> Value {
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
