import Glibc
import HTTP
import System

/// GetObject into a file, by several ranged requests at once: of the whole object, or of the parts that somebody
/// asks for. The file takes its name when it is committed; nothing is left behind otherwise. Nothing is synced to disk.
///
/// All parts are of one version of the object.
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
  }

  private let client: S3Client
  private let location: S3Location
  private let options: DownloadOptions
  private let file: StagedFile
  private let wants: (ObjectHead) -> Bool
  private let takesAll: Bool
  private let state = Monitor(State())

  /// Parts begin and end at multiples of this, but for the file's end.
  private static let blockSize = 64 << 10

  /// Starts with the object's first bytes.
  /// - Parameters:
  ///   - path: the name that the file will take; its folder must exist.
  ///   - takesAll: whether the whole object is asked for as soon as its length is known.
  ///   - wants: whether the download is to go on, after what is said of the object; called on another thread.
  /// - Throws: `FileError`, `NoSpace`. What S3 has to say is thrown later.
  init(
    _ client: S3Client, _ location: S3Location, to path: String, options: DownloadOptions, takesAll: Bool,
    wants: @escaping @Sendable (ObjectHead) -> Bool
  ) throws(S3Error) {
    self.client = client
    self.location = location
    self.options = options
    self.takesAll = takesAll
    self.wants = wants
    do throws(StagedFile.Failure) {
      file = try StagedFile(path: path)
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
  /// - Returns: nil when the download was not wanted.
  public func head() throws(S3Error) -> ObjectHead? {
    try state.wait { state -> Result<ObjectHead?, S3Error>? in
      if let failure = state.failure { return .failure(failure) }
      if state.isUnwanted { return .success(nil) }
      return state.head.map { .success($0) }
    }.get()
  }

  /// Asks for bytes; returns at once.
  public func request(_ range: Range<Int>) {
    state.withLock { request(range, &$0) }
    startWaiting()
  }

  /// Waits until bytes are in the file. They are asked for where that was not done.
  public func waitFor(_ range: Range<Int>) throws(S3Error) {
    request(range)
    try wait { state in Self.contains(state.present, range) }
  }

  /// Waits until all bytes that were asked for are in the file.
  public func finish() throws(S3Error) -> ObjectHead {
    try wait { state in state.head != nil && state.waiting.isEmpty && state.running.isEmpty }
    guard let head = state.withLock({ $0.head }) else {
      throw call.error("Incomplete", "no part was received.")
    }
    return head
  }

  /// The parts that are in the file, in order.
  public var presentRanges: [Range<Int>] { state.withLock { Array($0.present.ranges) } }

  /// Gives the file its name, in one step.
  public func commit() throws(S3Error) {
    try keep { () throws(StagedFile.Failure) in try file.commit() }
  }

  /// Bytes of the file that are there, for a checksum.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(S3Error) -> Int {
    try keep { () throws(StagedFile.Failure) in try file.read(into: buffer, at: offset) }
  }

  /// Waits until more than the first `count` bytes are there without a gap.
  /// - Returns: how many there are.
  func waitForPrefix(beyond count: Int) throws(S3Error) -> Int {
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
    let block = takesAll ? 1 : Self.blockSize
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
    weak var stream: ObjectStream?

    init(_ download: FileDownload) { self.download = download }

    func begin(_ head: ObjectHead) -> ObjectStream.Wish { download?.begin(head) ?? .skip }

    func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> HTTPBodyReaction {
      download?.receive(bytes, at: offset) ?? .refused
    }

    func end(_ result: Result<ObjectHead, S3Error>) { download?.ended(stream, result) }
  }

  private func begin(_ head: ObjectHead) -> ObjectStream.Wish {
    guard state.withLock({ $0.head == nil }) else { return .read }
    guard wants(head) else {
      state.withLock { $0.isUnwanted = true }
      return .skip
    }
    do throws(S3Error) {
      try keep { () throws(StagedFile.Failure) in
        try file.extend(to: head.length)
        if takesAll { try file.allocate(0..<head.length) }
      }
    } catch {
      return .fail(error)
    }
    state.withLock { state in
      state.head = head
      // What was asked for before the length was known, but for the part that is on its way.
      let early = takesAll ? RangeSet(0..<head.length) : state.requested
      let isWhole = head.headers["content-range"] == nil
      state.requested = RangeSet(0..<(isWhole ? head.length : min(head.length, options.firstPartSize)))
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
